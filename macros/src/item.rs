//! The form of the macro that declares a `static` and a test.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, Visibility};

/// `pub static NAME = arguments`.
pub(crate) struct Item {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    arguments: TokenStream,
}

impl Item {
    /// Reads the form with a name; `None` where the input is that of the expression.
    pub(crate) fn parse(input: &TokenStream) -> Option<Self> {
        syn::parse2(input.clone()).ok()
    }

    /// The `static` and the test that it is fresh.
    pub(crate) fn expand(self, value: &dyn Fn(TokenStream) -> TokenStream) -> TokenStream {
        let Self { attributes, visibility, name, arguments } = self;
        let value = value(arguments);
        let test = format_ident!("{}_is_fresh", name.to_string().to_lowercase());
        quote! {
            #(#attributes)*
            #visibility static #name: ::dsql_migrate::Migrations = #value;

            #[cfg(test)]
            #[test]
            fn #test() -> ::core::result::Result<(), ::dsql_migrate::Error> {
                #name.check_fresh()
            }
        }
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let visibility = input.parse()?;
        input.parse::<Token![static]>()?;
        let name = input.parse()?;
        let arguments =
            if input.parse::<Option<Token![=]>>()?.is_some() { input.parse()? } else { TokenStream::new() };
        Ok(Self { attributes, visibility, name, arguments })
    }
}
