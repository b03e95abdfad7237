use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use dsql_migrate_check::{Dialect, Input, Options, Report, Severity, check_file, check_set, render};

use crate::{fix, github, json, sarif, set};

/// Judge migrations as DSQL would, without a cluster.
///
/// Exit code: 0 when there is no error (warnings are allowed), 1 when there is one, 2 when the command line is
/// wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A folder of migrations, or one SQL file of any name
    #[arg(default_value = "migrations")]
    path: PathBuf,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Judge as DSQL stood on this day (YYYY-MM-DD)
    #[arg(long, default_value_t = Dialect::LATEST)]
    dialect: Dialect,
    /// Judge each statement by itself, whatever tables exist
    #[arg(long)]
    no_catalog: bool,
    /// Apply the changes that keep the meaning, then judge what is left
    #[arg(long)]
    fix: bool,
    /// With --fix: print the changes as a diff instead of making them
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: each finding with its source line
    Human,
    /// One JSON document on standard output
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// GitHub workflow commands: annotations in pull requests
    Github,
}

/// Whether no error was found.
pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let mut report = judge(arguments)?;
    let mut out = anstream::stdout().lock();
    if arguments.dry_run {
        fix::preview(&report, &mut out)?;
        return Ok(report.count(Severity::Error) == 0);
    }
    if arguments.fix {
        let mended = fix::write(&report)?;
        if mended > 0 {
            eprintln!("dsql-migrate: mended {mended} {}", if mended == 1 { "finding" } else { "findings" });
            report = judge(arguments)?;
        }
    }
    match arguments.format {
        Format::Human => human(&report, &mut out)?,
        Format::Json => writeln!(out, "{}", json::report(&report)?)?,
        Format::Sarif => writeln!(out, "{}", sarif::report(&report))?,
        Format::Github => github::write(&report, &mut out)?,
    }
    out.flush()?;
    Ok(report.count(Severity::Error) == 0)
}

fn judge(arguments: &Arguments) -> io::Result<Report> {
    let path = &arguments.path;
    let options = Options { dialect: arguments.dialect, catalog: !arguments.no_catalog };
    let shown = path.display().to_string();
    if path.is_dir() {
        return Ok(check_set(set::read(path)?, options));
    }
    let bytes = fs::read(path).map_err(|error| io::Error::new(error.kind(), format!("{shown}: {error}")))?;
    Ok(check_file(Input { name: name(path), path: shown, bytes }, options))
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn human(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for finding in &report.diagnostics {
        writeln!(out, "{}\n", render::diagnostic(report, finding, render::Style::Coloured))?;
    }
    let count = |severity, what: &str| match report.count(severity) {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        several => format!("{several} {what}s"),
    };
    writeln!(
        out,
        "{} {}, {} {}: {}, {} (Aurora DSQL as of {})",
        report.migrations,
        if report.migrations == 1 { "file" } else { "files" },
        report.statements,
        if report.statements == 1 { "statement" } else { "statements" },
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        report.dialect,
    )
}
