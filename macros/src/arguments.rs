use dsql_migrate_check::{Dialect, Rule};
use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitBool, LitStr, Token, parenthesized};

/// What stands between the macro's parentheses.
pub(crate) struct Arguments {
    /// The folder, relative to the crate's `Cargo.toml`.
    pub(crate) path: String,
    /// Where messages point: the path, or the whole call.
    pub(crate) span: Span,
    /// As of which day to judge.
    pub(crate) dialect: Dialect,
    /// Whether the statements are judged together.
    pub(crate) catalog: bool,
    /// The ledger's name.
    pub(crate) table: Option<String>,
    /// The schema of the bookkeeping tables.
    pub(crate) schema: Option<String>,
    /// Rules whose warnings are errors.
    pub(crate) deny: Vec<&'static Rule>,
    /// Whether all warnings are errors.
    pub(crate) deny_warnings: bool,
    /// Rules that are not asked.
    pub(crate) allow: Vec<&'static Rule>,
}

const KNOWN: &str = "the arguments are: \"folder\", dialect = \"YYYY-MM-DD\", catalog = false, table = \"name\", \
                     schema = \"name\", deny(warnings or rules), allow(rules)";

impl Arguments {
    pub(crate) fn parse(input: TokenStream) -> syn::Result<Self> {
        syn::parse2(input)
    }

    fn named(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let wrong = |span, message: String| Err(syn::Error::new(span, format!("{message}\n{KNOWN}")));
        match name.to_string().as_str() {
            "dialect" => {
                let text = value(input)?;
                self.dialect = text.value().parse().map_err(|error| syn::Error::new(text.span(), error))?;
            }
            "catalog" => {
                input.parse::<Token![=]>()?;
                self.catalog = input.parse::<LitBool>()?.value();
            }
            "table" => self.table = Some(value(input)?.value()),
            "schema" => self.schema = Some(value(input)?.value()),
            "deny" => {
                for (name, rule) in rules(input)? {
                    match rule {
                        Some(rule) => self.deny.push(rule),
                        None if name == "warnings" => self.deny_warnings = true,
                        None => return wrong(name.span(), unknown_rule(&name)),
                    }
                }
            }
            "allow" => {
                for (name, rule) in rules(input)? {
                    match rule {
                        Some(rule) if rule.can_be_allowed() => self.allow.push(rule),
                        Some(rule) => return wrong(name.span(), format!("`{}` cannot be allowed", rule.id)),
                        None => return wrong(name.span(), unknown_rule(&name)),
                    }
                }
            }
            other => return wrong(name.span(), format!("there is no argument `{other}`")),
        }
        Ok(())
    }
}

/// `= "text"`.
fn value(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `(one, another_one)`: rules with underscores for their hyphens.
fn rules(input: ParseStream<'_>) -> syn::Result<Vec<(Ident, Option<&'static Rule>)>> {
    let inner;
    parenthesized!(inner in input);
    let names = Punctuated::<Ident, Token![,]>::parse_terminated(&inner)?;
    Ok(names
        .into_iter()
        .map(|name| (name.clone(), Rule::by_id(&name.to_string().replace('_', "-"))))
        .collect())
}

fn unknown_rule(name: &Ident) -> String {
    let id = name.to_string().replace('_', "-");
    match Rule::nearest(&id) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{}`?", near.replace('-', "_")),
        None => format!("there is no rule `{id}`"),
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self {
            path: "migrations".to_owned(),
            span: Span::call_site(),
            dialect: Dialect::LATEST,
            catalog: true,
            table: None,
            schema: None,
            deny: Vec::new(),
            deny_warnings: false,
            allow: Vec::new(),
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
