//! The commands that talk to a database: `run` and `status`.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::ValueEnum;
use dsql_migrate::{Migrations, Options};
use dsql_migrate_check::{Severity, render};
use serde::Serialize;

use crate::connection::Place;
use crate::set;

/// Apply what is pending, with the same code as a service that embeds the set.
///
/// The folder is checked first; nothing runs from a folder with an error. Exit code: 0 all applied, 1 failed,
/// 2 when the command line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    target: Target,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Tell what is applied, pending, in flight or edited, without writing anything.
///
/// Exit code: 0 all applied, 1 failed, 3 something is not applied.
#[derive(clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    target: Target,
}

#[derive(clap::Args)]
struct Target {
    /// The folder of migrations
    #[arg(default_value = "migrations")]
    path: PathBuf,
    #[command(flatten)]
    database: Place,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON document
    Json,
}

impl Target {
    /// The set, unless it has an error, which is printed.
    fn migrations(&self) -> io::Result<Option<Migrations>> {
        let report = set::judge(&self.path)?;
        for finding in report.diagnostics.iter().filter(|one| one.severity == Severity::Error) {
            anstream::eprintln!("{}\n", render::diagnostic(&report, finding, render::Style::Coloured));
        }
        Ok(report.plan.map(Migrations::new))
    }
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

pub(crate) fn run(arguments: &Run) -> io::Result<u8> {
    let target = &arguments.target;
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    let runner = migrations.with(Options::default());
    if arguments.dry_run {
        return match runtime()?.block_on(runner.dry_run(&way)) {
            Ok(plan) => {
                match target.format {
                    Format::Human => println!("{plan}"),
                    Format::Json => print(&plan)?,
                }
                Ok(0)
            }
            Err(error) => failed(target.format, &error),
        };
    }
    match runtime()?.block_on(runner.run_until(&way, asked_to_stop())) {
        Ok(report) => {
            match target.format {
                Format::Human => println!("{report}"),
                Format::Json => print(&report)?,
            }
            Ok(0)
        }
        Err(error) => failed(target.format, &error),
    }
}

pub(crate) fn status(arguments: &Show) -> io::Result<u8> {
    let target = &arguments.target;
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    match runtime()?.block_on(migrations.with(Options::default()).status(&way)) {
        Ok(status) => {
            match target.format {
                Format::Human => print!("{status}"),
                Format::Json => print(&status)?,
            }
            io::stdout().flush()?;
            Ok(if status.is_current() { 0 } else { 3 })
        }
        Err(error) => failed(target.format, &error),
    }
}

/// Ready at Ctrl-C or SIGTERM: without a handler either would leave the lease behind for its length.
async fn asked_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}

/// What the library says, in its own shape, with the number that would change if the shape did.
#[derive(Serialize)]
struct Document<'d, T> {
    format: u32,
    #[serde(flatten)]
    body: &'d T,
}

#[derive(Serialize)]
struct Failure<'e> {
    error: &'e dsql_migrate::Error,
}

fn print(body: &impl Serialize) -> io::Result<()> {
    println!("{}", serde_json::to_string(&Document { format: 1, body })?);
    Ok(())
}

fn failed(format: Format, error: &dsql_migrate::Error) -> io::Result<u8> {
    eprintln!("dsql-migrate: {error}");
    if format == Format::Json {
        print(&Failure { error })?;
    }
    Ok(1)
}
