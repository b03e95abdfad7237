//! Sets of migrations, written as SQL and read by the checker as it reads a folder.

use dsql_migrate::Migrations;
use dsql_migrate_check::render::{Style, diagnostic};
use dsql_migrate_check::{Input, Options, check_set};
use std::path::Path;

/// A set of these files: name and content.
///
/// # Errors
/// What the checker says against them.
pub fn set(files: &[(&str, &str)]) -> Result<Migrations, String> {
    let inputs = files
        .iter()
        .map(|(name, sql)| Input {
            path: format!("migrations/{name}"),
            name: (*name).to_owned(),
            bytes: sql.as_bytes().to_vec(),
        })
        .collect();
    planned(inputs)
}

/// The set in a folder.
///
/// # Errors
/// When the folder cannot be read, and what the checker says against its files.
pub fn folder(path: &Path) -> Result<Migrations, String> {
    let shown = path.file_name().unwrap_or_default().to_string_lossy();
    let inputs = dsql_migrate_check::folder::read(path, &shown).map_err(|error| error.to_string())?;
    planned(inputs)
}

fn planned(inputs: Vec<Input>) -> Result<Migrations, String> {
    let mut report = check_set(inputs, Options::default());
    match report.plan.take() {
        Some(plan) => Ok(Migrations::new(plan)),
        None => {
            let findings =
                report.diagnostics.iter().map(|finding| diagnostic(&report, finding, Style::Plain));
            Err(findings.collect::<Vec<_>>().join("\n"))
        }
    }
}

/// The set that the examples embed.
///
/// # Errors
/// As [`folder`].
pub fn sample() -> Result<Migrations, String> {
    folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations"))
}
