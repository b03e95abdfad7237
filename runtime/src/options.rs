//! What a caller may choose, with the defaults and the reasons for them.

use crate::core::{HookTime, LateFiles, Policies, UnknownVersions};
use crate::hook::{AfterMigrate, Hook, HookFuture};
use crate::progress::{Listener, Progress};
use crate::retry_policy::Retry;
use crate::sql::lease::LONGEST as LONGEST_LEASE;
use crate::sql::ledger::LedgerForm;
use std::sync::Arc;
use std::time::Duration;

/// How a run goes about it. `Options::default()` is what [`crate::Migrations::run`] uses.
#[derive(Debug, Clone)]
#[must_use]
pub struct Options {
    pub(crate) policies: Policies,
    pub(crate) timings: Timings,
    pub(crate) retry: Retry,
    pub(crate) schema: Option<String>,
    pub(crate) table: String,
    /// Whether the caller has named the ledger.
    named: bool,
    pub(crate) holder: Option<String>,
    pub(crate) listener: Option<Listener>,
    pub(crate) hook: Option<AfterMigrate>,
    /// In whose form the ledger is kept.
    pub(crate) form: LedgerForm,
}

/// Every duration that the runtime goes by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timings {
    /// The lease, without a sign of its holder.
    pub(crate) lease: Duration,
    /// After a lease's end, how long a DDL statement that its holder had sent could still commit.
    pub(crate) quiet: Duration,
    /// How long to wait for somebody else's lease in all.
    pub(crate) lock_timeout: Duration,
    /// How often to look whether the lease is free; ± half of it at random.
    pub(crate) lease_poll: Duration,
    /// How soon to look at a job for the first time; doubles up to `job_poll_max`.
    pub(crate) job_poll: Duration,
    /// How often to look at a job that takes long.
    pub(crate) job_poll_max: Duration,
    /// How long nobody must be at work on an unfinished object before it counts as abandoned.
    pub(crate) job_silence: Duration,
    /// How long a job may take.
    pub(crate) job_limit: Option<Duration>,
    /// How long one connection attempt may take.
    pub(crate) connect: Duration,
    /// How long one of our own short statements may take before its connection is given up.
    pub(crate) answer: Duration,
    /// How long a migration's statement may take before its connection is given up. DSQL ends a transaction after 300 s.
    pub(crate) statement: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            policies: Policies::default(),
            timings: Timings {
                lease: Duration::from_secs(30),
                quiet: Duration::from_secs(30),
                lock_timeout: Duration::from_secs(30 * 60),
                lease_poll: Duration::from_secs(1),
                job_poll: Duration::from_millis(100),
                job_poll_max: Duration::from_secs(2),
                job_silence: Duration::from_secs(60),
                job_limit: None,
                connect: Duration::from_secs(15),
                answer: Duration::from_secs(30),
                statement: Duration::from_secs(310),
            },
            retry: Retry::default(),
            schema: None,
            table: "schema_migrations".to_owned(),
            named: false,
            holder: None,
            listener: None,
            hook: None,
            form: LedgerForm::Own,
        }
    }
}

impl Options {
    /// How long to wait while another instance migrates, before [`crate::ErrorKind::LeaseTimeout`]. 30 minutes
    /// unless set: an index build takes minutes on millions of rows, and the other instance does the same work.
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.timings.lock_timeout = limit;
        self
    }

    /// How long the lease holds without a sign of its holder (30 s unless set, 1 s at least, an hour at most), and how much
    /// longer to wait before taking it over when a DDL statement of the holder's may still be under way (30 s
    /// unless set). On DSQL a DDL statement takes some 50–200 ms (measured 2026-09); a transaction may last 300 s.
    ///
    /// The second time is a courtesy, not what keeps things right, so it need not be 300 s. Every record, and every
    /// transaction of rows, touches the lease row as its author last saw it, and fails once somebody else has the
    /// lease. A DDL statement cannot: what is late of it can still be committed after a take-over. The new holder
    /// asks the catalog about exactly that statement. If it finds that it has not happened, it sends it again, and
    /// with that commit the catalog is another one: whatever the former holder had under way, at the server or in
    /// the network, is refused with OC001 or finds that it is there already, and it looks at the lease before it
    /// tries again. If the late one comes first, the new one is refused, asks the catalog and goes on. A model of
    /// two instances in which statements come late by any time is explored exhaustively in this crate's tests.
    pub fn lease(mut self, length: Duration, quiet: Duration) -> Self {
        self.timings.lease = length.clamp(Duration::from_secs(1), LONGEST_LEASE);
        self.timings.quiet = quiet;
        self
    }

    /// How long one attempt to connect may take: 15 s unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.timings.connect = limit;
        self
    }

    /// How long one of the runtime's own short statements may take before its connection is given up and the statement
    /// is sent over another: 30 s unless set.
    pub fn answer_timeout(mut self, limit: Duration) -> Self {
        self.timings.answer = limit;
        self
    }

    /// How long a statement of a migration may take before its connection is given up: 310 s unless set, since DSQL
    /// ends a transaction after 300 s. What is given up is asked about before it is sent again.
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.timings.statement = limit;
        self
    }

    /// How long to wait for one job, an index build or a validation, before [`crate::ErrorKind::GaveUp`]. Without a
    /// limit unless set: a build over many rows takes hours. The job goes on, and the next run waits for it again.
    pub fn job_timeout(mut self, limit: Duration) -> Self {
        self.timings.job_limit = Some(limit);
        self
    }

    /// How long an unfinished index must have nobody at work on it before it is dropped and built anew, where its job
    /// does not say that it has failed: 60 s unless set. `sys.jobs` and the catalog need not change at the same moment.
    pub fn job_silence(mut self, limit: Duration) -> Self {
        self.timings.job_silence = limit;
        self
    }

    /// How often and how long to try again. See [`Retry`].
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// What to do when the database has migrations newer than the newest of this binary, as after a rollback of
    /// the service. Accepted unless set: a rollback must boot, and migrations are expected to add before they take.
    pub fn newer_database(mut self, policy: UnknownVersions) -> Self {
        self.policies.newer = policy;
        self
    }

    /// What to do when a migration older than the newest of this binary is applied and has no file here.
    /// Refused unless set.
    pub fn missing_files(mut self, policy: UnknownVersions) -> Self {
        self.policies.missing = policy;
        self
    }

    /// What to do about a file that came late, after a newer one had been applied. Refused unless set. A migration
    /// whose row was deleted by hand is not late: it is applied again either way.
    pub fn late_files(mut self, policy: LateFiles) -> Self {
        self.policies.late = policy;
        self
    }

    /// Accepts the version although the ledger has this checksum for it, not the file's: the edit is known and
    /// does not change what the migration did. The ledger keeps the checksum that was applied.
    pub fn replaces(mut self, version: impl Into<String>, applied_checksum: impl Into<String>) -> Self {
        self.policies.replaces.insert(version.into(), applied_checksum.into());
        self
    }

    /// Applies nothing beyond this version.
    pub fn target(mut self, version: impl Into<String>) -> Self {
        self.policies.target = Some(version.into());
        self
    }

    /// Whether to apply migrations whose phase is to contract the schema (they drop, rename or narrow what an older
    /// release may use, as `dsql-migrate plan` shows): `true` unless set. With `false`, the run stops before the
    /// first of them, so that a new version of a service can roll out beside the old one first. Files that are always
    /// applied are held back then as well.
    pub fn contract(mut self, allowed: bool) -> Self {
        self.policies.contract = allowed;
        self
    }

    /// The schema that holds the bookkeeping tables. A schema of their own, to which only the role that migrates has
    /// rights, is recommended: whoever may write these tables may have files run again, or left out. Unless set: where `schema_migrations` is found on the
    /// search path, else the first schema of the path.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// The ledger's name, `schema_migrations` unless set. Journal and lease add `_steps` and `_lease`.
    pub fn table(mut self, name: impl Into<String>) -> Self {
        self.table = name.into();
        self.named = true;
        self
    }

    /// Who is told what a run does while it does it. Nobody unless set; logs are told anyway, through `tracing`.
    pub fn progress(mut self, progress: impl Progress + 'static) -> Self {
        self.listener = Some(Listener(Arc::new(progress)));
        self
    }

    /// What to do once everything is applied: to grant to the application's role what was made, to recycle a pool
    /// whose plans are stale.
    ///
    /// It is called by the run that applied something, when all that the options ask for is applied and while that
    /// run still holds the lease: no two instances are in their hooks at once, and none migrates meanwhile. That it
    /// is owed is recorded together with the last migration and taken back when it has ended well, so that **after a
    /// crash, a stop or an error in between, the next run that has a hook calls it**, although nothing is pending.
    /// It is called at least once, then, and must do no harm when it is called again. With a hook, a boot with
    /// nothing pending asks one question more; a role that may not read `schema_migrations_lease` is never owed one.
    ///
    /// An instance that only waited does not call it. What each instance must do for itself after a migration belongs
    /// after [`crate::Runner::run`]. Grants that are to hold whatever applied them can stand in a migration as well.
    ///
    /// When it fails, the run ends with [`crate::ErrorKind::Hook`], and all migrations are applied. When its
    /// connection fails it, or the server refuses because of another transaction, it is called again at once, as
    /// [`Retry`] says. A run that is asked to stop leaves it where it is.
    ///
    /// ```
    /// use dsql_migrate::Options;
    ///
    /// let options = Options::default().after_migrate(|hook| Box::pin(async move {
    ///     // Table by table, each in a transaction of its own, as DSQL asks. Not all tables of the schema: whoever may
    ///     // write schema_migrations and its companions decides what is migrated.
    ///     for table in ["items", "orders"] {
    ///         hook.execute(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO app")).await?;
    ///     }
    ///     Ok(())
    /// }));
    /// # let _ = options;
    /// ```
    pub fn after_migrate(
        mut self,
        hook: impl for<'a> Fn(Hook<'a>) -> HookFuture<'a> + Send + Sync + 'static,
    ) -> Self {
        self.hook = Some(AfterMigrate(Arc::new(hook)));
        self.policies.hook.get_or_insert(HookTime::WhenApplied);
        self
    }

    /// When the hook of [`Self::after_migrate`] is called: when something was applied, unless set.
    pub fn hook_time(mut self, time: HookTime) -> Self {
        self.policies.hook = Some(time);
        self
    }

    /// For a set of refinery's, whose own rules have been heeded already.
    #[cfg(feature = "refinery")]
    pub(crate) fn of_refinery(mut self, schema: Option<String>, table: String, form: LedgerForm) -> Self {
        self.policies.newer = UnknownVersions::Accept;
        self.policies.missing = UnknownVersions::Accept;
        self.policies.late = LateFiles::Apply;
        self.policies.contract = true;
        self.policies.target = None;
        self.schema = schema;
        self.form = form;
        self.table(table)
    }

    /// Takes over what the set says of its tables, where the caller says nothing.
    pub(crate) fn in_set(&mut self, table: Option<&str>, schema: Option<&str>) {
        if let Some(table) = table.filter(|_| !self.named) {
            self.table = table.to_owned();
        }
        if let Some(schema) = schema.filter(|_| self.schema.is_none()) {
            self.schema = Some(schema.to_owned());
        }
    }

    /// What this instance calls itself to those who wait for it. Unless set: the host's name where the
    /// environment tells it. The process and a random part are added, for a holder must be unique.
    pub fn holder(mut self, name: impl Into<String>) -> Self {
        self.holder = Some(name.into());
        self
    }
}
