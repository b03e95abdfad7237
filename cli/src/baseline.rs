//! `baseline`: records what a database has that was made by other means.

use std::io;

use dsql_migrate::{AppliedElsewhere, Baseline, Begun, Connector, Migrations};
use serde::Serialize;

use crate::confirm::confirmed;
use crate::database::{Format, Target, failed, print, runtime};

/// Record all migrations up to a version as applied, without running them.
///
/// For a database whose tables were made by other means, by hand or by a tool whose table `adopt` does not know.
/// Shows what would be recorded, and looks up in the catalog what those migrations must have left behind: every
/// table, column, index and constraint that no later one of them takes away. Where the catalog shows something
/// else, nothing is recorded unless --force says that it is known. Rows that were inserted or changed cannot be
/// looked up; how many steps that concerns is said. What is recorded already stays as it is.
///
/// Exit code: 0 recorded (with --dry-run: could be), 1 the catalog shows something else or it failed, 2 when the
/// command line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The last version to record, as its file's name has it: 0007
    version: String,
    #[command(flatten)]
    target: Target,
    /// Only show what would be recorded
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Record although the catalog shows something else, or a run has begun one of the migrations
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Document<'b> {
    #[serde(flatten)]
    baseline: &'b Baseline,
    done: bool,
}

pub(crate) fn run(arguments: &Arguments) -> io::Result<u8> {
    let target = &arguments.target;
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    runtime()?.block_on(baseline(arguments, &way, &migrations))
}

async fn baseline(
    arguments: &Arguments,
    connector: &impl Connector,
    migrations: &Migrations,
) -> io::Result<u8> {
    let format = arguments.target.format;
    let runner = migrations.with(arguments.target.options());
    let found = match runner.baseline(connector, &arguments.version).await {
        Ok(found) => found,
        Err(error) => return failed(format, &error),
    };
    let stopped = !found.mismatches.is_empty() && !arguments.force;
    let over = stopped || arguments.dry_run || found.record.is_empty();
    match format {
        Format::Human => human(migrations, &found),
        Format::Json if over => print(&Document { baseline: &found, done: false })?,
        Format::Json => {}
    }
    if stopped {
        eprintln!(
            "dsql-migrate: nothing was recorded: this database does not have what these migrations make. Name a \
             lower version, run them, or record them all the same with --force"
        );
        return Ok(1);
    }
    if over {
        return Ok(0);
    }
    if !confirmed(arguments.yes, &format!("record these {} as applied?", found.record.len()))? {
        return Ok(1);
    }
    let applied: Vec<_> = found.record.iter().map(AppliedElsewhere::new).collect();
    let begun = if arguments.force { Begun::Record } else { Begun::Refuse };
    match runner.record(connector, &applied, begun).await {
        Ok(recorded) => {
            match format {
                Format::Human => println!("recorded {}", recorded.join(", ")),
                Format::Json => print(&Document { baseline: &found, done: true })?,
            }
            Ok(0)
        }
        Err(error) => failed(format, &error),
    }
}

fn human(migrations: &Migrations, found: &Baseline) {
    for migration in migrations.iter().filter(|one| found.record.iter().any(|it| it == one.version())) {
        println!("  record   {} {}", migration.version(), migration.name());
    }
    if !found.recorded.is_empty() {
        println!("  recorded already: {}", found.recorded.join(", "));
    }
    if found.record.is_empty() {
        println!("nothing to record");
    }
    let mismatches = found.mismatches.len();
    println!(
        "the catalog shows {} of {} effects; {} steps leave nothing there that could be looked up",
        found.proved,
        found.proved + mismatches,
        found.silent
    );
    for mismatch in &found.mismatches {
        println!("{mismatch}");
    }
}
