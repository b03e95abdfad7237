use std::fs;
use std::io;
use std::path::PathBuf;

use dsql_migrate_check::lock::FILE_NAME;
use dsql_migrate_check::{Severity, render};

use crate::fix::write_whole;
use crate::set;

/// Write `migrations.lock`, which guards the history of a set: commit it beside the files.
///
/// Exit code: 0 when the lock is written (with --check: is as it must be), 1 when something is wrong with the
/// set or the lock is not up to date, 2 when the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of migrations
    #[arg(default_value = "migrations")]
    path: PathBuf,
    /// Only tell whether the lock is up to date and the history as it was
    #[arg(long)]
    check: bool,
    /// Write the lock although locked files were edited, renamed or deleted, or the lock cannot be read
    #[arg(long, conflicts_with = "check")]
    accept_history: bool,
}

pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let report = set::judge(&arguments.path)?;
    let file = arguments.path.join(FILE_NAME);
    let history = |rule: &str| rule == "history" || rule == "lock-file";
    let stops = |one: &&dsql_migrate_check::Diagnostic| {
        one.severity == Severity::Error && (!arguments.accept_history || !history(one.rule.id))
    };
    let stopped: Vec<_> = report.diagnostics.iter().filter(stops).collect();
    for finding in &stopped {
        anstream::eprintln!("{}\n", render::diagnostic(&report, finding, render::Style::Coloured));
    }
    let Some(lock) = report.lock().filter(|_| stopped.is_empty()) else { return Ok(false) };
    let current = fs::read_to_string(&file).unwrap_or_default();
    if arguments.check {
        if current == lock {
            return Ok(true);
        }
        // Bytes that changed while the tokens did not are no reason to fail; a file that is not in it is.
        let tokens = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines.map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect()
        };
        let same = tokens(&current) == tokens(&lock);
        if !same {
            eprintln!("dsql-migrate: {} is not up to date; run `dsql-migrate lock`", file.display());
        }
        return Ok(same);
    }
    write_whole(&file, &lock)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    println!("wrote {} ({} migrations)", file.display(), report.migrations);
    Ok(true)
}
