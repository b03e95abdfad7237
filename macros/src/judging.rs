//! The arguments that say how to judge: both macros take them.

use dsql_migrate_check::{Diagnostic, Dialect, Options, Rule, Severity};
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{LitBool, LitStr, Token, parenthesized};

/// How to judge, and what becomes of what is found.
pub(crate) struct Judging {
    pub(crate) options: Options,
    /// Rules whose warnings are errors.
    deny: Vec<&'static Rule>,
    /// Whether all warnings are errors.
    deny_warnings: bool,
    /// Rules that are not asked.
    allow: Vec<&'static Rule>,
}

impl Judging {
    pub(crate) fn new() -> Self {
        Self { options: Options::default(), deny: Vec::new(), deny_warnings: false, allow: Vec::new() }
    }

    /// Reads what stands behind an argument's name. `false` where there is no such argument; `known` are those that there
    /// are, for messages.
    pub(crate) fn read(&mut self, name: &Ident, input: ParseStream<'_>, known: &str) -> syn::Result<bool> {
        let wrong = |span, message: String| Err(syn::Error::new(span, format!("{message}\n{known}")));
        match name.to_string().as_str() {
            "dialect" => {
                let text = value(input)?;
                let dialect: Result<Dialect, _> = text.value().parse();
                self.options.dialect = dialect.map_err(|error| syn::Error::new(text.span(), error))?;
            }
            "catalog" => {
                input.parse::<Token![=]>()?;
                self.options.catalog = input.parse::<LitBool>()?.value();
            }
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
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The findings: what stops the build, and what does not.
    pub(crate) fn sort<'d>(&self, found: &'d [Diagnostic]) -> (Vec<&'d Diagnostic>, Vec<&'d Diagnostic>) {
        let error = |one: &&Diagnostic| one.severity == Severity::Error;
        let denied = |one: &&Diagnostic| error(one) || self.deny_warnings || self.deny.contains(&one.rule);
        found.iter().filter(|one| error(one) || !self.allow.contains(&one.rule)).partition(denied)
    }
}

/// `= "text"`.
pub(crate) fn value(input: ParseStream<'_>) -> syn::Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `(one, another-one)`: rules as they are called, or with underscores for their hyphens.
fn rules(input: ParseStream<'_>) -> syn::Result<Vec<(Ident, Option<&'static Rule>)>> {
    let inner;
    parenthesized!(inner in input);
    let names = Punctuated::<Name, Token![,]>::parse_terminated(&inner)?;
    Ok(names
        .into_iter()
        .map(|Name(name)| (name.clone(), Rule::by_id(&name.to_string().replace('_', "-"))))
        .collect())
}

/// A rule's name, with underscores between its words.
struct Name(Ident);

impl Parse for Name {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first: Ident = input.parse()?;
        let mut words = first.to_string();
        while input.parse::<Option<Token![-]>>()?.is_some() {
            words = format!("{words}_{}", input.call(Ident::parse_any)?);
        }
        Ok(Self(Ident::new(&words, first.span())))
    }
}

fn unknown_rule(name: &Ident) -> String {
    let id = name.to_string().replace('_', "-");
    match Rule::nearest(&id) {
        Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id}`"),
    }
}
