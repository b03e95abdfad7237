use std::path::{Path, PathBuf};

use dsql_migrate_check::{
    Diagnostic, Input, Options, Plan, Report, Severity, check_set, folder, lock, render,
};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::arguments::Arguments;
use crate::item::Item;
use crate::{stale, tokens};

/// What was made of a folder.
struct Embedded {
    plan: Plan,
    /// Absolute paths of the files that the plan was made of.
    files: Vec<PathBuf>,
    /// The folder, absolute.
    folder: PathBuf,
    /// Findings that do not stop the build.
    warnings: Vec<String>,
    /// Files that the lock does not have.
    unlocked: Vec<String>,
}

/// The macro's expansion: a value, or one `compile_error!` for each thing that is wrong.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    match Item::parse(&input) {
        Some(item) => item.expand(&expression),
        None => expression(input),
    }
}

fn expression(input: TokenStream) -> TokenStream {
    let arguments = match Arguments::parse(input) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_compile_error(),
    };
    match embed(&arguments) {
        Ok(embedded) => success(&arguments, &embedded),
        Err(messages) => failure(&messages, arguments.span),
    }
}

fn success(arguments: &Arguments, embedded: &Embedded) -> TokenStream {
    let tracked = embedded.files.iter().map(|file| {
        let file = file.to_string_lossy();
        // rustc notes the file as one that the crate is built from; its bytes are not kept.
        quote!(
            const _: &[u8] = ::core::include_bytes!(#file);
        )
    });
    let mut warnings = embedded.warnings.clone();
    warnings.extend(stale::missing_build_script(&embedded.folder));
    let warnings = warnings.iter().map(|message| warning(message, arguments.span));
    // While a migration is being written it is in no lock; what is released should be.
    let unlocked = (!embedded.unlocked.is_empty()).then(|| {
        let names = embedded.unlocked.join(", ");
        let warning = warning(
            &format!("not in migrations.lock yet: {names}\nrun `dsql-migrate lock` and commit it"),
            arguments.span,
        );
        quote!(#[cfg(not(debug_assertions))] #warning)
    });
    let plan = tokens::plan(&embedded.plan);
    let source = stale::source(&embedded.folder, &embedded.files);
    let mut value = quote!(::dsql_migrate::Migrations::new(#plan).embedded_from(#source));
    if let Some(table) = &arguments.table {
        value = quote!(#value.in_table(#table));
    }
    if let Some(schema) = &arguments.schema {
        value = quote!(#value.in_schema(#schema));
    }
    quote!({ #(#tracked)* #(#warnings)* #unlocked #value })
}

/// One `compile_error!` a message, so that rustc counts them, all in one block.
fn failure(messages: &[String], span: Span) -> TokenStream {
    let errors = messages.iter().map(|message| quote_spanned!(span=> ::core::compile_error!(#message)));
    quote!({ #(#errors);* })
}

/// A warning of the compiler on stable Rust: the use of something deprecated, whose note is the text.
fn warning(message: &str, span: Span) -> TokenStream {
    let note = format!("\n{message}");
    quote_spanned!(span=> const _: () = {
        #[deprecated(note = #note)]
        const MIGRATIONS: () = ();
        MIGRATIONS
    };)
}

fn embed(arguments: &Arguments) -> Result<Embedded, Vec<String>> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
    let folder = root.join(&arguments.path);
    let shown = shown(&folder, &arguments.path);
    let inputs = folder::read(&folder, &shown).map_err(|error| {
        vec![format!("the migrations cannot be read: {error}\nthe path is relative to the folder of the crate's Cargo.toml")]
    })?;
    if inputs.iter().all(|input| input.name == lock::FILE_NAME) {
        let first = format!("{}/0001_what_it_does.sql", shown.trim_end_matches('/'));
        return Err(vec![format!("there is no migration in `{shown}`; the first one could be `{first}`")]);
    }
    let files = inputs.iter().map(|input: &Input| folder.join(&input.name)).collect();
    let options = Options { dialect: arguments.dialect, catalog: arguments.catalog };
    let report = check_set(inputs, options);
    let (errors, warnings) = sort(&report, arguments);
    let unlocked = report.unlocked.iter().filter_map(|position| report.files.get(*position));
    let unlocked = unlocked.map(|source| source.path().to_owned()).collect();
    match report.plan {
        Some(plan) if errors.is_empty() => Ok(Embedded { plan, files, folder, warnings, unlocked }),
        _ => Err(errors),
    }
}

/// The findings as texts: what stops the build, and what does not.
fn sort(report: &Report, arguments: &Arguments) -> (Vec<String>, Vec<String>) {
    let allowed = |one: &&Diagnostic| one.severity == Severity::Error || !arguments.allow.contains(&one.rule);
    let denied = |one: &Diagnostic| {
        one.severity == Severity::Error || arguments.deny_warnings || arguments.deny.contains(&one.rule)
    };
    let found: Vec<_> = report.diagnostics.iter().filter(allowed).collect();
    let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        found.into_iter().partition(|one| denied(one));
    let text = |one: &&Diagnostic| render::diagnostic(report, one, render::Style::Plain);
    (errors.iter().map(text).collect(), warnings.iter().map(text).collect())
}

/// The folder as messages name it: relative to where the compiler runs, as its own messages are, so that a
/// terminal can open the place; else as the user wrote it.
fn shown(folder: &Path, written: &str) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let absolute = folder.canonicalize();
    match (here, absolute) {
        (Ok(here), Ok(absolute)) => match absolute.strip_prefix(&here) {
            Ok(relative) => relative.to_string_lossy().replace('\\', "/"),
            Err(_) => written.to_owned(),
        },
        _ => written.to_owned(),
    }
}
