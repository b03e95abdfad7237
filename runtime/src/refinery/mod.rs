//! Runs the migrations of [refinery](https://docs.rs/refinery) on Aurora DSQL, and hands ours to it.
//!
//! refinery sends a file and the row that records it as one transaction, which DSQL refuses as soon as the file
//! holds DDL: one DDL statement a transaction, and no row changes beside it. Given a [`Bridge`] instead of a
//! connection, refinery's runner has its files applied as ours are: split into steps, one DDL statement a
//! transaction, row changes grouped, index builds waited for, conflicts retried, under a lease, and taken up by
//! proof where a crash left them. What it keeps stays refinery's own: `refinery_schema_history` has the rows and
//! checksums that refinery itself would write, and refinery decides what is divergent, missing or to be applied.
//!
//! ```no_run
//! # mod embedded { pub mod migrations { pub fn runner() -> refinery_core::Runner { refinery_core::Runner::new(&[]) } } }
//! # async fn boot(database: tokio_postgres::Config) -> Result<(), refinery_core::Error> {
//! // mod embedded { refinery::embed_migrations!("migrations"); }
//! let mut bridge = dsql_migrate::refinery::Bridge::new(database);
//! embedded::migrations::runner().run_async(&mut bridge).await?;
//! # Ok(()) }
//! ```
//!
//! Beside its table stand `refinery_schema_history_steps` (what is under way; empty otherwise) and
//! `refinery_schema_history_lease` (one row).
//!
//! **Why the checker is in your binary then.** A set of ours is planned when it is compiled, and the binary holds no
//! SQL parser. refinery hands over texts at run time, so they have to be split, told apart and given their proofs
//! then, and a small splitter alone could not say how the catalog shows that a statement has happened. So this
//! feature brings the checker, and with it all of its rules: a file that DSQL would refuse ends the run before
//! anything is changed, with the place, the server's words and what to write instead. Who wants to read that from
//! the compiler uses [`crate::embed_migrations!`], which takes files named `V1__name.sql` as they are, and
//! `dsql-migrate adopt`, which takes over refinery's table.
//!
//! Works with refinery 0.9, with and without its feature `int8-versions`. `set_grouped(true)` is refused: it asks
//! for one transaction for everything. `run_iter` is of refinery's synchronous half, which this is not.

mod convert;
mod failed;
mod history;
mod plan;
mod table;
mod verify;

use std::collections::BTreeMap;

use async_trait::async_trait;
use refinery_core::error::WrapMigrationError;
use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use refinery_core::{Migration, Report, Target};

use crate::baseline::AppliedElsewhere;
use crate::connect::Connector;
use crate::error::{Error, ErrorKind};
use crate::migrations::Migrations;
use crate::options::Options;
use crate::shell::{Query, Source as Via, say};
use crate::sql::ledger::LedgerForm;
use history::History;

pub use convert::NotForRefinery;

/// A way to a database that refinery's asynchronous runner takes for a connection.
///
/// Opens connections as a run needs them, as [`crate::Migrations::run`] does.
#[derive(Debug, Clone)]
pub struct Bridge<C> {
    connector: C,
    options: Options,
}

impl<C: Connector> Bridge<C> {
    /// Over the connections of this connector.
    #[must_use]
    pub fn new(connector: C) -> Self {
        Self { connector, options: Options::default() }
    }

    /// The same with other time limits, listeners and hooks. The table, the target and which files may be missing
    /// are refinery's to say; what the options say of them is not heeded.
    #[must_use]
    pub fn with(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The rows of refinery's table; none where there is no table yet.
    async fn history(&self, table: &str) -> Result<Vec<Migration>, Error> {
        let query = Self::get_applied_migrations_query(table);
        let answer = say(Via::Connector(&self.connector), &self.options, Query::Read(&query)).await?;
        History { may_be_missing: true }.read(answer)
    }

    /// For refinery's table, as refinery has it.
    fn options(&self, table: &str, migrations: &[Migration]) -> Result<Options, Error> {
        let (schema, name) = table::parse(table)?;
        let checksums: BTreeMap<String, String> =
            migrations.iter().map(|one| (one.version().to_string(), one.checksum().to_string())).collect();
        let create = Self::assert_migrations_table_query(table);
        Ok(self.options.clone().of_refinery(schema, name, LedgerForm::Refinery { create, checksums }))
    }

    async fn apply(&self, table: &str, all: &[Migration], pending: &[Migration]) -> Result<Report, Error> {
        let set = Migrations::new(plan::plan(all, pending)?);
        let report = set.with(self.options(table, all)?).run(&self.connector).await?;
        let applied =
            |one: &&Migration| report.applied.iter().any(|now| now.version == one.version().to_string());
        Ok(Report::new(pending.iter().filter(applied).cloned().collect()))
    }

    /// Writes the rows alone.
    async fn fake(&self, table: &str, all: &[Migration], pending: &[Migration]) -> Result<Report, Error> {
        let set = Migrations::new(plan::names_only(pending));
        let rows: Vec<_> = pending
            .iter()
            .map(|one| AppliedElsewhere { version: one.version().to_string(), at: None })
            .collect();
        set.with(self.options(table, all)?).record(&self.connector, &rows, crate::Begun::Refuse).await?;
        Ok(Report::new(Vec::new()))
    }
}

#[async_trait]
impl<C: Connector> AsyncTransaction for Bridge<C> {
    type Error = Error;

    /// Sends each query by itself, since DSQL may not take them in one transaction. Migrations do not come this way.
    async fn execute<'a, T: Iterator<Item = &'a str> + Send>(&mut self, queries: T) -> Result<usize, Error> {
        let queries: Vec<&str> = queries.collect();
        for query in &queries {
            if let Err(answer) =
                say(Via::Connector(&self.connector), &self.options, Query::Change(query)).await?
            {
                return Err(Error::new(ErrorKind::Refused, "the server refused a query").server(answer));
            }
        }
        Ok(queries.len())
    }
}

#[async_trait]
impl<C: Connector> AsyncQuery<Vec<Migration>> for Bridge<C> {
    async fn query(&mut self, query: &str) -> Result<Vec<Migration>, Error> {
        let answer = say(Via::Connector(&self.connector), &self.options, Query::Read(query)).await?;
        History { may_be_missing: false }.read(answer)
    }
}

#[async_trait]
impl<C: Connector> AsyncMigrate for Bridge<C> {
    async fn migrate(
        &mut self,
        migrations: &[Migration],
        abort_divergent: bool,
        abort_missing: bool,
        grouped: bool,
        target: Target,
        migration_table_name: &str,
    ) -> Result<Report, refinery_core::Error> {
        let table = migration_table_name;
        if grouped {
            let why =
                Error::new(ErrorKind::Refused, "set_grouped(true) asks for one transaction for everything")
                    .now("nothing was changed")
                    .remedy("leave it out: DSQL takes one DDL statement a transaction");
            return Err(why).migration_err("migrations cannot be grouped on DSQL", None);
        }
        let history = self.history(table).await.migration_err("error getting applied migrations", None)?;
        let policies = verify::Policies { abort_divergent, abort_missing, target };
        let pending = verify::pending(history, migrations, policies, table).await?;
        if pending.is_empty() {
            return Ok(Report::new(pending));
        }
        if matches!(target, Target::Fake | Target::FakeVersion(_)) {
            return self
                .fake(table, migrations, &pending)
                .await
                .migration_err("error recording migrations", None);
        }
        match self.apply(table, migrations, &pending).await {
            Ok(report) => Ok(report),
            Err(error) => {
                let (what, applied) = failed::report(&error, &pending, self.history(table).await);
                Err(error).migration_err(&what, applied.as_deref())
            }
        }
    }
}
