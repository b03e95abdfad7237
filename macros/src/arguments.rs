use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

use crate::judging::{Judging, value};

/// The folder where none is named.
pub(crate) const FOLDER: &str = "migrations";

/// What stands between the parentheses of `embed_migrations!`.
pub(crate) struct Arguments {
    /// The folder, relative to the crate's `Cargo.toml`.
    pub(crate) path: String,
    /// Where messages point: the path, or the whole call.
    pub(crate) span: Span,
    pub(crate) judging: Judging,
    /// The ledger's name.
    pub(crate) table: Option<String>,
    /// The schema of the bookkeeping tables.
    pub(crate) schema: Option<String>,
}

const KNOWN: &str = "the arguments are: \"folder\", dialect = \"YYYY-MM-DD\", catalog = false, table = \"name\", \
                     schema = \"name\", deny(warnings or rules), allow(rules)";

impl Arguments {
    pub(crate) fn parse(input: TokenStream) -> syn::Result<Self> {
        syn::parse2(input)
    }

    fn named(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match name.to_string().as_str() {
            "table" => self.table = Some(value(input)?.value()),
            "schema" => self.schema = Some(value(input)?.value()),
            other => {
                if !self.judging.read(name, input, KNOWN)? {
                    let message = format!("there is no argument `{other}`\n{KNOWN}");
                    return Err(syn::Error::new(name.span(), message));
                }
            }
        }
        Ok(())
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self {
            path: FOLDER.to_owned(),
            span: Span::call_site(),
            judging: Judging::new(),
            table: None,
            schema: None,
        };
        if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            arguments.path = literal.value();
            arguments.span = literal.span();
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        while !input.is_empty() {
            let name: Ident = input.parse().map_err(|error| {
                syn::Error::new(
                    error.span(),
                    format!("expected the folder as a string, or an argument\n{KNOWN}"),
                )
            })?;
            arguments.named(&name, input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}
