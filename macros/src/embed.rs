use std::path::{Path, PathBuf};

use dsql_migrate_check::{Input, Options, Plan, Severity, check_set, folder, render};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::arguments::Arguments;
use crate::tokens;

/// The macro's expansion: a value, or one `compile_error!` for each thing that is wrong.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let arguments = match Arguments::parse(input) {
        Ok(arguments) => arguments,
        Err(error) => return error.to_compile_error(),
    };
    match embed(&arguments) {
        Ok((plan, files)) => {
            let tracked = files.iter().map(|file| {
                let file = file.to_string_lossy();
                // rustc notes the file as one that the crate is built from; its bytes are not kept.
                quote!(
                    const _: &[u8] = ::core::include_bytes!(#file);
                )
            });
            let plan = tokens::plan(&plan);
            quote!({ #(#tracked)* ::dsql_migrate::Migrations::new(#plan) })
        }
        Err(messages) => failure(&messages, arguments.span),
    }
}

/// One `compile_error!` a message, so that rustc counts them, all in one block.
fn failure(messages: &[String], span: Span) -> TokenStream {
    let errors = messages.iter().map(|message| quote_spanned!(span=> ::core::compile_error!(#message)));
    quote!({ #(#errors);* })
}

fn embed(arguments: &Arguments) -> Result<(Plan, Vec<PathBuf>), Vec<String>> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::new, PathBuf::from);
    let folder = root.join(&arguments.path);
    let shown = shown(&folder, &arguments.path);
    let inputs = folder::read(&folder, &shown).map_err(|error| {
        vec![format!("the migrations cannot be read: {error}\nthe path is relative to the folder of the crate's Cargo.toml")]
    })?;
    if inputs.is_empty() {
        let first = format!("{}/0001_what_it_does.sql", shown.trim_end_matches('/'));
        return Err(vec![format!("there is no migration in `{shown}`; the first one could be `{first}`")]);
    }
    let files = inputs.iter().map(|input: &Input| folder.join(&input.name)).collect();
    let report = check_set(inputs, Options::default());
    match report.plan {
        Some(plan) => Ok((plan, files)),
        None => Err(report
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .map(|one| render::diagnostic(&report, one, render::Style::Plain))
            .collect()),
    }
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
