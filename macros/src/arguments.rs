use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// What stands between the macro's parentheses.
pub(crate) struct Arguments {
    /// The folder, relative to the crate's `Cargo.toml`.
    pub(crate) path: String,
    /// Where messages point: the path, or the whole call.
    pub(crate) span: Span,
}

impl Arguments {
    pub(crate) fn parse(input: TokenStream) -> syn::Result<Self> {
        syn::parse2(input)
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.is_empty() {
            return Ok(Self { path: "migrations".to_owned(), span: Span::call_site() });
        }
        let literal: LitStr = input
            .parse()
            .map_err(|error| syn::Error::new(error.span(), "expected the folder as a string, or nothing"))?;
        input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            return Err(input.error("expected one string only"));
        }
        Ok(Self { path: literal.value(), span: literal.span() })
    }
}
