//! What the commands that talk to a database have in common.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use dsql_migrate::{Migrations, Options, Retry};
use dsql_migrate_check::{Severity, render};
use serde::Serialize;

use crate::connection::Place;
use crate::set;

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
        self.options().retry(Retry::default().total(Duration::from_secs(15)))
    }

    /// The name of the table that keeps the records.
    pub(crate) fn table(&self) -> &str {
        self.table.as_deref().unwrap_or("schema_migrations")
    }
}

pub(crate) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
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
