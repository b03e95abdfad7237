//! Performs one action after the other.

use super::clock::LeaseClock;
use super::explain::{bookkeeping, gave_up};
use super::keeper::{Keeper, Renewal};
use super::send::Sent;
use super::session::Session;
use super::source::Source;
use crate::connect::Connector;
use crate::core::{Action, Held, Outcome, StepId, Write};
use crate::error::{Error, Place};
use crate::options::{Options, Retry};
use crate::progress::{JobState, RetryCause, Teller};
use crate::report::AppliedNow;
use crate::retry::{Patience, Trouble};
use crate::server::ServerError;
use crate::sql::record::{Author, record};
use crate::sql::tables::TableNames;
use dsql_migrate_plan::{Plan, Statement, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// DSQL ends a transaction after 300 s; a lease of this length outlasts any.
const LONGEST_TRANSACTION: Duration = Duration::from_secs(330);

/// The way to the database, and what of a run is not in the tables.
pub(super) struct Shell<'a, C> {
    pub(super) source: Source<'a, C>,
    pub(super) options: &'a Options,
    pub(super) plan: &'a Plan,
    pub(super) tables: TableNames,
    pub(super) holder: String,
    pub(super) session: Option<Session<'a>>,
    pub(super) keeper: Keeper<'a, C>,
    pub(super) teller: Teller,
    pub(super) patience: Patience,
    /// The step that is being performed.
    pub(super) current: Option<StepId>,
    /// Whether there has been a connection.
    pub(super) has_connected: bool,
    /// DML steps that once did not end within a lease of ordinary length.
    slow: BTreeSet<StepId>,
    pub(super) waiting_since: Option<Instant>,
    /// Whom people have been told that this run waits for.
    pub(super) waiting_for: Option<String>,
    /// When this run started a job, or first saw it.
    pub(super) jobs_since: BTreeMap<String, Instant>,
}

impl<'a, C: Connector> Shell<'a, C> {
    pub(super) fn new(source: Source<'a, C>, options: &'a Options, plan: &'a Plan) -> Self {
        Self {
            source,
            options,
            plan,
            tables: TableNames {
                schema: options.schema.clone(),
                ledger: options.table.clone(),
                form: options.form.clone(),
            },
            holder: holder_name(options.holder.as_deref()),
            session: None,
            keeper: Keeper::new(source, options.timings.connect),
            // A holder that waits longer than its lease holds would only hand it on.
            patience: Patience::new(Retry {
                cap: options.retry.cap.min(options.timings.lease / 8),
                ..options.retry
            }),
            teller: Teller::default(),
            current: None,
            has_connected: false,
            slow: BTreeSet::new(),
            waiting_since: None,
            waiting_for: None,
            jobs_since: BTreeMap::new(),
        }
    }

    /// How long a lease is asked for: where nobody can renew it while a statement runs, it must outlast any statement.
    pub(super) fn lease_length(&self) -> Duration {
        let length = self.options.timings.lease;
        if self.source.can_connect() { length } else { length.max(LONGEST_TRANSACTION) }
    }

    /// `applied`: what this run has applied so far.
    pub(super) async fn perform(
        &mut self,
        action: &Action,
        held: Option<Held>,
        applied: &[AppliedNow],
    ) -> Result<Outcome, Error> {
        self.current = action.step();
        match (action, held) {
            (Action::ReadLedger, _) => self.read_ledger().await,
            (Action::Inspect, _) => self.inspect().await,
            (Action::Create(missing), _) => self.create(*missing).await,
            (Action::TakeLease, _) => self.take_lease().await,
            (Action::WaitForLease, _) => self.wait_for_lease().await,
            (Action::Load, Some(held)) => self.load(held).await,
            (Action::Record(writes), Some(held)) => self.record(writes, held).await,
            (Action::Rows(id, writes), Some(held)) => self.rows(*id, writes, held).await,
            (Action::Execute(id), Some(held)) => self.execute(*id, held).await,
            (Action::Survey(migration), Some(held)) => self.survey(*migration, held).await,
            (Action::Prove(id), Some(held)) => self.prove(*id, held).await,
            (Action::Clean(id), Some(held)) => self.clean(*id, held).await,
            (Action::Await(jobs), Some(held)) => self.wait_for_jobs(jobs, held).await,
            (Action::ReadOwed, _) => self.read_owed().await,
            (Action::Hook, Some(held)) => self.hook(held, applied).await,
            (Action::Release, Some(held)) => Ok(self.release(held).await),
            (action, _) => Err(Error::internal(&format!("{action:?} cannot be done now"))),
        }
    }

    /// Whether the lease is ours, renewed first if our own clock does not say so surely enough.
    pub(super) async fn surely_holds(&mut self, held: Held) -> Result<bool, Error> {
        if self.keeper.is_lost() {
            return Ok(false);
        }
        if !self.keeper.wants_renewal() {
            return Ok(true);
        }
        self.renew(held, self.lease_length()).await
    }

    async fn renew(&mut self, held: Held, length: Duration) -> Result<bool, Error> {
        let sql = Renewal { tables: &self.tables, holder: &self.holder, held, length }.sql();
        loop {
            let clock = LeaseClock::start(length);
            let sent = Box::pin(self.send(&sql, self.options.timings.lease, None)).await?;
            match sent {
                Sent::Answers(answers) => {
                    let ours = answers.first().is_some_and(|answer| !answer.rows.is_empty());
                    match ours {
                        true => self.keeper.renewed(clock),
                        // Whoever asks again must be told the same without asking the server.
                        false => self.keeper.lose(),
                    }
                    return Ok(ours);
                }
                Sent::Refused(error, _) => return Err(bookkeeping("the lease cannot be renewed", error)),
                Sent::Doubt => {}
            }
        }
    }

    async fn record(&mut self, writes: &[Write], held: Held) -> Result<Outcome, Error> {
        let length = self.lease_length();
        let author = Author { tables: &self.tables, holder: &self.holder, held, length };
        let sql = record(author, self.plan, writes);
        let clock = LeaseClock::start(length);
        match self.send(&sql, self.options.timings.answer, None).await? {
            Sent::Answers(_) => {
                self.keeper.renewed(clock);
                self.progress();
                Ok(Outcome::Recorded)
            }
            Sent::Refused(error, _) => self.record_refused(error).await,
            Sent::Doubt => Ok(Outcome::Doubt),
        }
    }

    /// A record that does not fit is decided anew; anything else about our own tables is for a person.
    async fn record_refused(&mut self, error: ServerError) -> Result<Outcome, Error> {
        if error.is_changed_lease_row() {
            let trouble = Trouble::Server(error, 0);
            self.pause(RetryCause::LeaseChanged, &trouble, |failures| gave_up(failures, &trouble)).await?;
            return Ok(Outcome::Doubt);
        }
        Err(bookkeeping("progress cannot be recorded", error))
    }

    /// A DML step: its statements and their record are one message, hence one transaction.
    async fn rows(&mut self, id: StepId, writes: &[Write], held: Held) -> Result<Outcome, Error> {
        let step = &self.plan.migrations[id.migration].steps[id.step];
        if let Some(refused) = self.set(id, held).await? {
            return Ok(refused);
        }
        // Nothing may renew the lease meanwhile, so the transaction has to end within what is left of it.
        let long = self.slow.contains(&id);
        let needs_more =
            if long { self.keeper.left() < LONGEST_TRANSACTION / 2 } else { self.keeper.wants_renewal() };
        if needs_more {
            let length = if long { LONGEST_TRANSACTION } else { self.lease_length() };
            if !self.renew(held, length).await? {
                return Ok(Outcome::LeaseLost);
            }
        }
        let statements: Vec<&Statement> = step.statements().collect();
        let author = Author { tables: &self.tables, holder: &self.holder, held, length: self.lease_length() };
        let mut message: String =
            statements.iter().map(|statement| format!("{}\n;\n", statement.sql)).collect();
        message.push_str(&record(author, self.plan, writes));
        let limit = self.keeper.left().min(self.options.timings.statement);
        let clock = LeaseClock::start(self.lease_length());
        let started = Instant::now();
        match self.send_set(&message, limit, None, Some((id, held))).await? {
            Sent::Answers(_) => {
                self.keeper.renewed(clock);
                self.progress();
                Ok(Outcome::Recorded)
            }
            Sent::Refused(error, answered)
                if answered >= statements.len() || error.is_changed_lease_row() =>
            {
                self.record_refused(error).await
            }
            Sent::Refused(answer, statement) => Ok(Outcome::Refused { answer, statement }),
            Sent::Doubt => {
                if started.elapsed() >= limit {
                    self.slow.insert(id);
                }
                Ok(Outcome::Doubt)
            }
        }
    }

    async fn execute(&mut self, id: StepId, held: Held) -> Result<Outcome, Error> {
        if let Some(refused) = self.set(id, held).await? {
            return Ok(refused);
        }
        let step = &self.plan.migrations[id.migration].steps[id.step];
        let (StepKind::Ddl { statement, .. } | StepKind::AsyncDdl { statement, .. }) = &step.kind else {
            return Err(Error::internal("a DML step has no statement of its own"));
        };
        if !self.surely_holds(held).await? {
            return Ok(Outcome::LeaseLost);
        }
        let limit = self.options.timings.statement;
        let sent = self.send_set(&statement.sql, limit, Some(held), Some((id, held))).await?;
        if self.keeper.is_lost() {
            return Ok(Outcome::LeaseLost);
        }
        match sent {
            Sent::Answers(answers) => {
                self.progress();
                let job = answers.first().and_then(|answer| answer.first("job_id")).map(str::to_owned);
                if let (Some(job_id), StepKind::AsyncDdl { job, .. }) = (&job, &step.kind) {
                    self.jobs_since.insert(job_id.clone(), Instant::now());
                    self.tell(self.job_event(id, job, job_id, JobState::Started, None));
                }
                Ok(Outcome::Executed(job))
            }
            Sent::Refused(answer, statement) => Ok(Outcome::Refused { answer, statement }),
            Sent::Doubt => Ok(Outcome::Doubt),
        }
    }

    /// The place of a step, for errors.
    pub(super) fn place(&self, id: StepId) -> Place {
        Place::of_step(self.plan, id)
    }
}

/// Unique, and telling for people.
fn holder_name(name: Option<&str>) -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_default();
    let name = name.unwrap_or(if host.is_empty() { "dsql-migrate" } else { &host });
    format!("{name}/{}/{:08x}", std::process::id(), fastrand::u32(..))
}
