//! The commands that talk to a database: `run` and `status`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use dsql_migrate::{Lines, Migrations, Options, Retry};
use dsql_migrate_check::{Severity, render};
use serde::Serialize;

use crate::connection::Place;
use crate::set;

/// Apply what is pending, with the same code as a service that embeds the set.
///
/// The folder is checked first; nothing runs from a folder with an error. One step is one transaction; index
/// builds are waited for; whatever ends a run, the next one goes on where it stopped. Several may run at once: one
/// works, the others wait. Ctrl-C and SIGTERM end it in good order.
///
/// Exit code: 0 all applied, 1 failed, 2 when the command line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    target: Target,
    /// Print what would be done, and do nothing: the command `dry-run`
    #[arg(long)]
    dry_run: bool,
}

/// Tell what is applied, pending, in flight or edited, without writing anything.
///
/// Exit code: 0 all applied, 1 failed, 3 something is not applied as its file is now, 2 when the command line is
/// wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    target: Target,
}

#[derive(clap::Args)]
pub(crate) struct Target {
    /// The folder of migrations
    #[arg(default_value = "migrations")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) database: Place,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// The table that keeps the records, as `table` in embed_migrations! [default: schema_migrations]
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// The schema that has it, as `schema` in embed_migrations! [default: as the search path has it]
    #[arg(long, value_name = "NAME")]
    pub(crate) schema: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// One JSON document
    Json,
}

impl Target {
    /// The set, unless it has an error, which is printed.
    pub(crate) fn migrations(&self) -> io::Result<Option<Migrations>> {
        let report = set::judge(&self.path)?;
        for finding in report.diagnostics.iter().filter(|one| one.severity == Severity::Error) {
            anstream::eprintln!("{}\n", render::diagnostic(&report, finding, render::Style::Coloured));
        }
        Ok(report.plan.map(Migrations::new))
    }

    /// What the command line chooses.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::default();
        if let Some(table) = &self.table {
            options = options.table(table);
        }
        if let Some(schema) = &self.schema {
            options = options.schema(schema);
        }
        options
    }

    /// The same for a command that only reads: somebody waits for its answer, so it does not wait long.
    pub(crate) fn options_to_read(&self) -> Options {
        self.options().retry(Retry { total: Duration::from_secs(15), ..Retry::default() })
    }

    /// The name of the table that keeps the records.
    pub(crate) fn table(&self) -> &str {
        self.table.as_deref().unwrap_or("schema_migrations")
    }
}

pub(crate) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

pub(crate) fn run(arguments: &Run) -> io::Result<u8> {
    let target = &arguments.target;
    if arguments.dry_run {
        return crate::verify::show(target);
    }
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    let mut options = target.options();
    if target.format == Format::Human {
        options = options.progress(Lines::new(|line| eprintln!("{line}")));
    }
    let runner = migrations.with(options);
    let outcome = runtime()?.block_on(async {
        let stop = asked_to_stop()?;
        Ok::<_, io::Error>(runner.run_until(&way, stop).await)
    })?;
    match outcome {
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
    match runtime()?.block_on(migrations.with(target.options_to_read()).status(&way)) {
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

/// Ready at Ctrl-C or SIGTERM: without a handler either would leave the lease behind for its length. The handlers are there when
/// this returns, not when what it returns is first asked.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// As on Unix, where there is no SIGTERM.
#[cfg(windows)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
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

pub(crate) fn print(body: &impl Serialize) -> io::Result<()> {
    println!("{}", serde_json::to_string(&Document { format: 1, body })?);
    Ok(())
}

pub(crate) fn failed(format: Format, error: &dsql_migrate::Error) -> io::Result<u8> {
    eprintln!("dsql-migrate: {error}");
    if format == Format::Json {
        print(&Failure { error })?;
    }
    Ok(1)
}
