//! `sql!`: a statement of the application, held against the schema that the set ends with.

use dsql_migrate_check::{Diagnostic, Position, Severity, Source, render};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

use crate::arguments::FOLDER;
use crate::expansion::{failure, tracked, warning};
use crate::judging::Judging;
use crate::literal;
use crate::set::Set;

/// What stands between the parentheses.
struct Arguments {
    /// The folder of the set, relative to the crate's `Cargo.toml`.
    path: String,
    /// Where messages about it point: its name, or the statement.
    at: Span,
    statement: LitStr,
    judging: Judging,
}

const KNOWN: &str = "the arguments are: \"statement\" or \"folder\", \"statement\"; dialect = \"YYYY-MM-DD\", \
                     catalog = false, deny(warnings or rules), allow(rules)";

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let text = |input: ParseStream<'_>| {
            let wrong = |error: syn::Error| {
                syn::Error::new(error.span(), format!("expected the statement as a string literal\n{KNOWN}"))
            };
            input.parse::<LitStr>().map_err(wrong)
        };
        let mut path = FOLDER.to_owned();
        let mut statement = text(input)?;
        let at = statement.span();
        if input.peek(Token![,]) && input.peek2(LitStr) {
            input.parse::<Token![,]>()?;
            path = std::mem::replace(&mut statement, text(input)?).value();
        }
        let mut judging = Judging::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let wrong = |error: syn::Error| syn::Error::new(error.span(), format!("{VALUES}\n{KNOWN}"));
            let name: Ident = input.parse().map_err(wrong)?;
            if !judging.read(&name, input, KNOWN)? {
                let message = format!("there is no argument `{name}`: {VALUES}\n{KNOWN}");
                return Err(syn::Error::new(name.span(), message));
            }
        }
        Ok(Self { path, at, statement, judging })
    }
}

const VALUES: &str = "the values of parameters are given to the client, with the statement";

/// The macro's expansion: the literal, or one `compile_error!` for each thing that is wrong.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let Arguments { path, at, statement, judging } = match syn::parse2(input) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_compile_error(),
    };
    let span = statement.span();
    let set = match Set::of(&path, judging.options) {
        Ok(set) => set,
        Err(message) => return failure(&[message], at),
    };
    if set.report.count(Severity::Error) > 0 {
        // Of hundreds of statements one says so. The build fails, and the others are judged when it no longer does.
        return if set.is_first() { failure(&[broken(&set)], at) } else { quote!(#statement) };
    }
    let judged = set.check(source(&statement, span));
    let (errors, warnings) = judging.sort(&judged.diagnostics);
    let text = |one: &Diagnostic| render::of_statement(&set.report, &judged, one, render::Style::Plain);
    if !errors.is_empty() {
        let errors: Vec<_> = errors.into_iter().map(text).collect();
        return failure(&errors, span);
    }
    let warnings: Vec<_> = warnings.into_iter().map(text).collect();
    let warnings = warnings.iter().map(|message| warning(message, span, "STATEMENT"));
    let around: TokenStream = warnings.chain([rebuilt(&set, span)]).collect();
    // By itself it may stand where a literal must.
    if around.is_empty() { quote!(#statement) } else { quote!({ #around #statement }) }
}

/// What makes cargo judge anew where the build script does not: the files as ones that the crate is built from. Once for
/// all statements is enough.
fn rebuilt(set: &Set, span: Span) -> TokenStream {
    if set.watch.is_watched() || !set.is_first() {
        return TokenStream::new();
    }
    let missing = set.watch.missing();
    let warning = missing.iter().map(|message| warning(message, span, "MIGRATIONS"));
    let tracked = tracked(&set.files);
    quote!(#tracked #(#warning)*)
}

/// That the set itself is wrong; `embed_migrations!` says in what.
fn broken(set: &Set) -> String {
    let errors = set.report.count(Severity::Error);
    let first = set.report.diagnostics.iter().find(|one| one.severity == Severity::Error);
    let first = first.and_then(|one| {
        let file = set.report.files.get(one.file)?;
        let Position { line, column } = file.position(one.span.start);
        Some(format!("\nthe first of them: {}:{line}:{column}: {}", file.path(), one.message))
    });
    let shown = &set.shown;
    let noun = if errors == 1 { "error" } else { "errors" };
    format!(
        "nothing can be held against the migrations in `{shown}` while these have {errors} {noun}{}\n\
         `embed_migrations!` and `dsql-migrate check {shown}` show all",
        first.unwrap_or_default()
    )
}

/// The statement with its place.
fn source(statement: &LitStr, span: Span) -> Source {
    let place = span.unwrap();
    let position = Position { line: place.line(), column: place.column() };
    // An editor's server may not tell.
    let path = Some(place.file()).filter(|path| !path.is_empty()).unwrap_or_else(|| "sql!".to_owned());
    let anchors = literal::anchors(&statement.token().to_string(), position);
    Source::within(path, statement.value(), anchors)
}
