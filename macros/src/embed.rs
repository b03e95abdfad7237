use std::sync::Arc;

use dsql_migrate_check::{Diagnostic, render};
use dsql_migrate_plan::FORMAT;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::arguments::Arguments;
use crate::expansion::{failure, tracked, warning};
use crate::item::Item;
use crate::set::Set;
use crate::stale;

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
    match Set::of(&arguments.path, arguments.judging.options) {
        Ok(set) => embed(&arguments, &set),
        Err(message) => failure(&[message], arguments.span),
    }
}

fn embed(arguments: &Arguments, set: &Arc<Set>) -> TokenStream {
    let (errors, warnings) = arguments.judging.sort(&set.report.diagnostics);
    let text = |one: &Diagnostic| render::diagnostic(&set.report, one, render::Style::Plain);
    let Some(plan) = set.report.plan.as_ref().filter(|_| errors.is_empty()) else {
        let errors: Vec<_> = errors.into_iter().map(text).collect();
        return failure(&errors, arguments.span);
    };
    let tracked = tracked(&set.files);
    let mut warnings: Vec<_> = warnings.into_iter().map(text).collect();
    warnings.extend(set.watch.missing());
    let warning = |message: &str| warning(message, arguments.span, "MIGRATIONS");
    let warnings = warnings.iter().map(|message| warning(message));
    // While a migration is being written it is in no lock; what is released should be.
    let unlocked = set.report.unlocked.iter().filter_map(|position| set.report.files.get(*position));
    let unlocked: Vec<_> = unlocked.map(|source| source.path()).collect();
    let unlocked = (!unlocked.is_empty()).then(|| {
        let names = unlocked.join(", ");
        let warning =
            warning(&format!("not in migrations.lock yet: {names}\nrun `dsql-migrate lock` and commit it"));
        quote!(#[cfg(not(debug_assertions))] #warning)
    });
    let plan = Literal::byte_string(&plan.encode());
    let format = Literal::u8_unsuffixed(FORMAT);
    let source = stale::source(&set.folder, &set.files);
    let mut value = quote!(::dsql_migrate::Migrations::embedded(#plan).embedded_from(#source));
    if let Some(table) = &arguments.table {
        value = quote!(#value.in_table(#table));
    }
    if let Some(schema) = &arguments.schema {
        value = quote!(#value.in_schema(#schema));
    }
    let same_release = quote!(
        const _: () = ::core::assert!(
            ::dsql_migrate::__private::plan::FORMAT == #format,
            "dsql-migrate and dsql-migrate-macros are of two releases"
        );
    );
    quote!({ #tracked #(#warnings)* #unlocked #same_release #value })
}
