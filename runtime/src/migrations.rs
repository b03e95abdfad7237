//! The handle that services hold.

use crate::connect::Connector;
use crate::core::review;
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::report::Report;
use crate::shell::{NoConnector, Source as Via, drive, inspect_only, read_tables};
use crate::stale::{Source, digest};
use crate::status::{DryRun, PlannedStep, Status};
use dsql_migrate_plan::{Checksum, List, MigrationKind, Phase, Plan, Text};
use std::future::{Future, pending};
use std::sync::OnceLock;
use tokio_postgres::Client;

/// A set of migrations, as `embed_migrations!` puts it into a binary.
///
/// Until it is used for the first time it is bytes, so that a set costs nothing at start-up; keep it in a `static`.
#[derive(Debug, Clone)]
pub struct Migrations {
    plan: Held,
    source: Option<Source>,
    table: Option<&'static str>,
    schema: Option<&'static str>,
}

/// Where the plan is.
#[derive(Debug, Clone)]
enum Held {
    Plan(Plan),
    /// In the binary, as bytes; none when they cannot be read.
    Bytes(&'static [u8], OnceLock<Option<Plan>>),
}

/// Two sets are equal that do the same under the same names.
impl PartialEq for Migrations {
    fn eq(&self, other: &Self) -> bool {
        let of = |set: &Self| (set.source, set.table, set.schema);
        of(self) == of(other) && self.plan() == other.plan()
    }
}

impl Eq for Migrations {}

impl Migrations {
    /// From a plan: what the command line does with a folder.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self { plan: Held::Plan(plan), source: None, table: None, schema: None }
    }

    /// From an encoded plan: what the macro expands to.
    #[doc(hidden)]
    #[must_use]
    pub const fn embedded(bytes: &'static [u8]) -> Self {
        Self { plan: Held::Bytes(bytes, OnceLock::new()), source: None, table: None, schema: None }
    }

    /// Notes what the plan was made of. The macro says so in debug builds.
    #[doc(hidden)]
    #[must_use]
    pub const fn embedded_from(mut self, source: Option<Source>) -> Self {
        self.source = source;
        self
    }

    /// Names the ledger, as the macro's `table` argument. [`Options::table`] goes before it.
    #[must_use]
    pub const fn in_table(mut self, table: &'static str) -> Self {
        self.table = Some(table);
        self
    }

    /// Names the schema of the bookkeeping tables, as the macro's `schema` argument. [`Options::schema`] goes
    /// before it.
    #[must_use]
    pub const fn in_schema(mut self, schema: &'static str) -> Self {
        self.schema = Some(schema);
        self
    }

    /// Whether the folder that this was made of still holds the same files, where it is there and this is a debug
    /// build; `embed_migrations!` in its `static` form writes a test that asserts it.
    ///
    /// # Errors
    /// [`ErrorKind::Stale`], with the files that are new, gone or changed.
    pub fn check_fresh(&self) -> Result<(), Error> {
        self.readable()?;
        self.source.as_ref().map_or(Ok(()), Source::check)
    }

    /// Of all migrations together, for logs: two binaries with the same digest have the same set.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self.plan())
    }

    /// The migrations by ascending version.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Migration<'_>> {
        self.plan().migrations.iter().map(Migration)
    }

    /// The plan itself.
    #[doc(hidden)]
    #[must_use]
    pub fn plan(&self) -> &Plan {
        static NOTHING: Plan = Plan { dialect: Text::Borrowed(""), migrations: List::Borrowed(&[]) };
        match &self.plan {
            Held::Plan(plan) => plan,
            Held::Bytes(bytes, plan) => plan.get_or_init(|| Plan::decode(bytes)).as_ref().unwrap_or(&NOTHING),
        }
    }

    /// The macro, the runtime and what both share are released together, and Cargo takes them together; bytes that cannot be
    /// read are of another release all the same.
    pub(crate) fn readable(&self) -> Result<(), Error> {
        match &self.plan {
            Held::Bytes(bytes, plan) if plan.get_or_init(|| Plan::decode(bytes)).is_none() => {
                let what = "the embedded set cannot be read: the macro that wrote it is of another release";
                Err(Error::new(ErrorKind::Stale, what)
                    .now("nothing was changed")
                    .remedy("build again, with dsql-migrate and dsql-migrate-macros of one release"))
            }
            _ => Ok(()),
        }
    }

    /// Applies what is pending. When nothing is, this is one round trip after connecting, without a write.
    ///
    /// May be called by any number of instances at once: one of them works, the others wait for it. Whatever
    /// ends a run, the next one goes on where it stopped.
    ///
    /// **Cancel safety**: dropping the future at any point loses and doubles nothing; a statement that is under way then
    /// is asked about by the next run. It costs time: the lease is not given back, so that others wait for its end (30 s,
    /// twice that where a DDL statement was under way). [`Runner::run_until`] stops in good order.
    ///
    /// # Errors
    /// See [`ErrorKind`]. What was applied until then is recorded.
    pub async fn run<C: Connector>(&self, connector: &C) -> Result<Report, Error> {
        self.with(Options::default()).run(connector).await
    }

    /// The same with other options.
    #[must_use]
    pub fn with(&self, options: Options) -> Runner<'_> {
        let mut options = options;
        options.in_set(self.table, self.schema);
        Runner { migrations: self, plan: self.plan(), options }
    }
}

/// A migration of a set.
#[derive(Debug, Clone, Copy)]
pub struct Migration<'a>(&'a dsql_migrate_plan::Migration);

impl<'a> Migration<'a> {
    /// The digits before the first underscore of the file's name, as they are written.
    #[must_use]
    pub fn version(&self) -> &'a str {
        &self.0.version
    }

    /// The rest of the file's name without `.sql`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.0.name
    }

    /// Of the file's tokens.
    #[must_use]
    pub fn checksum(&self) -> Checksum {
        self.0.checksum
    }

    /// Which way it moves the schema; [`Options::contract`] is about those that contract it.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.0.phase
    }

    /// The file as messages name it.
    #[must_use]
    pub fn file(&self) -> &'a str {
        &self.0.file
    }

    /// When it runs: once, or whenever it changes; a baseline is recorded and not run where all of it is there.
    #[must_use]
    pub fn kind(&self) -> MigrationKind {
        self.0.kind
    }

    /// What runs, step by step: the statements of one step commit together.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = PlannedStep> {
        self.0.steps.iter().enumerate().map(|(step, work)| PlannedStep::new(step, work, false))
    }
}

/// A set of migrations and how to go about them.
#[derive(Debug, Clone)]
pub struct Runner<'a> {
    migrations: &'a Migrations,
    pub(crate) plan: &'a Plan,
    pub(crate) options: Options,
}

impl Runner<'_> {
    /// Applies what is pending. See [`Migrations::run`].
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn run<C: Connector>(&self, connector: &C) -> Result<Report, Error> {
        self.run_until(connector, pending()).await
    }

    /// Applies what is pending, and stops in good order when `stop` is ready: the statement that is under way is
    /// answered or surely comes to nothing, and the lease is given back at once. Made for Ctrl-C and SIGTERM.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::Interrupted`] when it was stopped before its end.
    pub async fn run_until<C: Connector>(
        &self,
        connector: &C,
        stop: impl Future<Output = ()>,
    ) -> Result<Report, Error> {
        self.migrations.check_fresh()?;
        // Boxed: a run is deep, and callers that nest it would meet the compiler's limit on how deep a future may be.
        Box::pin(drive(Via::Connector(connector), &self.options, self.plan, stop)).await
    }

    /// Applies what is pending over one connection that the caller lends, which must have no open transaction.
    ///
    /// Prefer a connector. Here nothing can reconnect: when the connection ends, the run ends with
    /// [`ErrorKind::ConnectionEnded`], and DSQL ends each after an hour. The lease cannot be renewed while a
    /// statement runs, so it outlasts any transaction (340 s), and so does the wait of others after a crash. Settings
    /// that migrations make (`SET search_path`) are taken back to what the connection had.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn run_on(&self, client: &Client) -> Result<Report, Error> {
        self.migrations.check_fresh()?;
        Box::pin(drive(Via::<NoConnector>::Lent(client), &self.options, self.plan, pending())).await
    }

    /// How the database stands: what is applied, pending, in flight, edited or unknown, and who has the lease.
    /// Never writes.
    ///
    /// # Errors
    /// When the database cannot be reached, or the ledger may not be read.
    pub async fn status<C: Connector>(&self, connector: &C) -> Result<Status, Error> {
        self.migrations.readable()?;
        let tables = Box::pin(read_tables(Via::Connector(connector), &self.options, self.plan)).await?;
        Ok(Status::new(self.plan, &self.options.policies, &tables))
    }

    /// What [`Self::run`] would do now. Never writes.
    ///
    /// # Errors
    /// What would stop the run before it changes anything; see [`ErrorKind`].
    pub async fn dry_run<C: Connector>(&self, connector: &C) -> Result<DryRun, Error> {
        self.migrations.readable()?;
        let tables = Box::pin(read_tables(Via::Connector(connector), &self.options, self.plan)).await?;
        let review = review(self.plan, &self.options.policies, &tables.ledger, tables.known.as_ref())?;
        Ok(DryRun::new(self.plan, &review, &tables))
    }

    /// Succeeds when everything is applied that the options ask for. Never writes.
    ///
    /// # Errors
    /// [`ErrorKind::Pending`] when something is not; else as [`Self::run`].
    pub async fn verify<C: Connector>(&self, connector: &C) -> Result<(), Error> {
        self.migrations.readable()?;
        let review = Box::pin(inspect_only(Via::Connector(connector), &self.options, self.plan)).await?;
        let versions = |positions: &[usize]| {
            let of = |position: &usize| &*self.plan.migrations[*position].version;
            positions.iter().map(of).collect::<Vec<_>>().join(", ")
        };
        if !review.queue.is_empty() {
            return Err(Error::new(ErrorKind::Pending, format!("not applied: {}", versions(&review.queue)))
                .now("nothing was changed")
                .remedy("run the migrations"));
        }
        // What the caller has not asked to hold back is missing, too.
        if !review.held_for_newer.is_empty() {
            return Err(Error::new(
                ErrorKind::Pending,
                format!(
                    "not applied: {}: what is always applied is left alone, since the database has migrations that \
                     are newer than this binary",
                    versions(&review.held_for_newer)
                ),
            )
            .now("nothing was changed")
            .remedy("verify with the newest binary"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_another_release_are_an_error_and_no_panic() {
        static SET: Migrations = Migrations::embedded(b"dsqm\x00something else");
        assert_eq!(SET.iter().len(), 0);
        let error = SET.check_fresh().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Stale);
        assert!(error.to_string().contains("of one release"), "{error}");
    }
}
