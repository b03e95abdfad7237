//! Performs one action after the other.

use super::lease::LeaseGuard;
use super::line::{Line, Reply};
use super::session::Answer;
use super::source::Source;
use crate::connect::Connector;
use crate::core::{Action, FencingToken, Outcome, Refusal, RefusalCause, RefusedAt, StepId};
use crate::error::{Error, Place};
use crate::options::Options;
use crate::progress::{Event, JobState};
use crate::report::AppliedNow;
use crate::retry::{Disposition, RetryState, disposition};
use crate::retry_policy::Retry;
use crate::server_error::ServerError;
use crate::sql::identity::Intent;
use crate::sql::tables::TableNames;
use dsql_migrate_plan::{Plan, StepKind, Unqualified};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// The way to the database, and what of a run is not in the tables.
pub(super) struct Shell<'a, C> {
    pub(super) options: &'a Options,
    pub(super) plan: &'a Plan,
    pub(super) tables: TableNames,
    pub(super) holder: String,
    pub(super) line: Line<'a, C>,
    pub(super) lease: LeaseGuard<'a, C>,
    /// What the journal says that the names of started steps meant.
    pub(super) intents: BTreeMap<StepId, Intent>,
    /// The versions in the ledger as it was last read, and what this run has added; and whether that is noted.
    pub(super) known: BTreeSet<String>,
    pub(super) noted: BTreeSet<String>,
    pub(super) waiting: Waiting,
    /// When this run started a job, or first saw it.
    pub(super) jobs_since: BTreeMap<String, Instant>,
    /// Whether a statement that nothing fences has been sent and not been answered.
    unanswered: bool,
}

/// How long this run has waited for somebody else's lease, and whom people have been told of.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pub(super) since: Option<Instant>,
    pub(super) told_of: Option<String>,
}

/// How a message is kept from acting for a holder that has lost its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fence {
    /// The message itself checks the lease.
    InMessage,
    /// It cannot: it is sent only while our own clock says that the lease surely holds.
    ByClock,
}

/// What became of a message of a holder's.
pub(super) enum Sent {
    /// Done.
    Answers(Vec<Answer>),
    /// Refused finally, after so many of its statements had succeeded; nothing of it was applied.
    Refused(ServerError, usize),
    /// Surely not done, for another transaction was in the way; only of what is sent once.
    Conflicted,
    /// Perhaps done.
    InDoubt,
    /// Not sent: the lease is another's.
    LeaseLost,
}

impl<'a, C: Connector> Shell<'a, C> {
    pub(super) fn new(source: Source<'a, C>, options: &'a Options, plan: &'a Plan) -> Self {
        let timings = options.timings;
        // A holder that waits longer than its lease holds would only hand it on.
        let retry = Retry { cap: options.retry.cap.min(timings.lease / 8), ..options.retry };
        Self {
            options,
            plan,
            tables: TableNames {
                schema: options.schema.clone(),
                ledger: options.table.clone(),
                form: options.form.clone(),
            },
            holder: holder_name(options.holder.as_deref()),
            line: Line::new(source, plan, RetryState::new(retry), timings.connect),
            lease: LeaseGuard::new(source, timings.connect),
            intents: BTreeMap::new(),
            known: BTreeSet::new(),
            noted: BTreeSet::new(),
            waiting: Waiting::default(),
            jobs_since: BTreeMap::new(),
            unanswered: false,
        }
    }

    /// How long a lease is asked for. Where nobody can renew it while a statement runs, on one connection that was
    /// lent, it must outlast any statement.
    pub(super) fn lease_length(&self) -> Duration {
        let timings = self.options.timings;
        let longest = timings.statement + timings.lease;
        if self.line.source.can_connect() { timings.lease } else { longest.min(crate::sql::lease::LONGEST) }
    }

    /// Whether a statement that nothing fences may be under way that nobody has an answer to.
    pub(super) fn has_unanswered(&self) -> bool {
        self.unanswered
    }

    /// `applied`: what this run has applied so far.
    pub(super) async fn perform(
        &mut self,
        action: &Action,
        token: Option<FencingToken>,
        applied: &[AppliedNow],
    ) -> Result<Outcome, Error> {
        self.line.step = action.step();
        self.unanswered = false;
        match (action, token) {
            (Action::ReadLedger, _) => self.read_ledger().await,
            (Action::Inspect, _) => self.inspect().await,
            (Action::Create(missing), _) => self.create(*missing).await,
            (Action::ReadLease, _) => self.read_lease().await,
            (Action::TakeLease(free), _) => self.take_lease(free).await,
            (Action::WaitForLease, _) => self.wait_for_lease().await,
            (Action::Load, Some(token)) => self.load(token).await,
            (Action::Record(writes), Some(token)) => self.record(writes, token).await,
            (Action::Rows(id, writes), Some(token)) => self.rows(*id, writes, token).await,
            (Action::Execute(id), Some(_)) => self.execute(*id).await,
            (Action::CheckBaseline(migration, applied), Some(_)) => {
                self.check_baseline(*migration, applied).await
            }
            (Action::Prove(id), Some(_)) => self.prove(*id).await,
            (Action::Clean(id), Some(_)) => self.clean(*id).await,
            (Action::Await(jobs), Some(_)) => self.wait_for_jobs(jobs).await,
            (Action::ReadHookOwed, _) => self.read_hook_owed().await,
            (Action::Hook, Some(_)) => self.hook(applied).await,
            (Action::Release(sweep), Some(token)) => Ok(self.release(token, sweep.as_ref()).await),
            (action, _) => Err(Error::internal(&format!("{action:?} cannot be done now"))),
        }
    }

    /// Sends a message of a holder's, renewing the lease meanwhile. What is surely not applied and fences itself is sent
    /// again; a lost answer is reported, not asked for here. With `under`, whatever connection it goes over in the end has had the
    /// settings of that step.
    pub(super) async fn send(
        &mut self,
        sql: &str,
        limit: Duration,
        fence: Fence,
        under: Option<StepId>,
    ) -> Result<Sent, Error> {
        loop {
            if fence == Fence::ByClock && !self.lease.surely_holds(&mut self.line).await? {
                return Ok(Sent::LeaseLost);
            }
            if let Some(id) = under
                && !self.give_settings(id).await?
            {
                return Ok(Sent::LeaseLost);
            }
            // The settings may have taken long.
            if fence == Fence::ByClock && !self.lease.is_sure() {
                continue;
            }
            if under.is_some_and(|id| !self.has_settings(id)) {
                continue;
            }
            let session = self.line.session().await?;
            self.unanswered = fence == Fence::ByClock;
            let answer = self.lease.while_running(Box::pin(session.send(sql, limit))).await;
            // Whatever stops the run now: only a lost answer leaves something open.
            let lost = answer.as_ref().is_err_and(|failure| disposition(failure) == Disposition::InDoubt);
            self.unanswered &= lost;
            let reply = self.line.take_in(answer).await?;
            self.unanswered = false;
            match reply {
                Reply::Answers(answers) => return Ok(Sent::Answers(answers)),
                Reply::Refused(error, answered) => return Ok(Sent::Refused(error, answered)),
                Reply::InDoubt => return Ok(Sent::InDoubt),
                // What nothing fences is decided anew: it may have been an earlier attempt that was in the way.
                Reply::Again if fence == Fence::ByClock => return Ok(Sent::Conflicted),
                Reply::Again => {}
            }
        }
    }

    /// Sends a short message that checks the lease itself, or none of whose effects depends on it.
    pub(super) async fn exchange(&mut self, sql: &str) -> Result<Reply, Error> {
        self.line.exchange(sql, self.options.timings.answer).await
    }

    /// Reads under the settings of a step, whatever connection it takes; `None` when the lease is lost on the way.
    pub(super) async fn read_under(
        &mut self,
        id: StepId,
        sql: &str,
    ) -> Result<Option<Result<Vec<Answer>, ServerError>>, Error> {
        loop {
            if !self.give_settings(id).await? {
                return Ok(None);
            }
            let Some(session) = self.line.open() else { continue };
            let answer = session.send(sql, self.options.timings.answer).await;
            match self.line.take_in(answer).await? {
                Reply::Answers(answers) => return Ok(Some(Ok(answers))),
                Reply::Refused(error, _) => return Ok(Some(Err(error))),
                Reply::Again | Reply::InDoubt => {}
            }
        }
    }

    /// Reads: whatever happens on the way, it can be asked again.
    pub(super) async fn read(&mut self, sql: &str) -> Result<Result<Vec<Answer>, ServerError>, Error> {
        self.line.read(sql, self.options.timings.answer).await
    }

    async fn execute(&mut self, id: StepId) -> Result<Outcome, Error> {
        let step = &self.plan.migrations[id.migration].steps[id.step];
        let (StepKind::Ddl { statement, .. } | StepKind::AsyncDdl { statement, .. }) = &step.kind else {
            return Err(Error::internal("a DML step has no statement of its own"));
        };
        let limit = self.options.timings.statement;
        let sql = match &step.kind {
            StepKind::Ddl { unqualified, .. } => self.qualified(id, &statement.sql, unqualified),
            _ => statement.sql.to_string(),
        };
        let sent = self.send(&sql, limit, Fence::ByClock, Some(id)).await?;
        if self.lease.is_lost() {
            return Ok(Outcome::LeaseLost);
        }
        Ok(match sent {
            Sent::Answers(answers) => {
                self.line.answered();
                let job = answers.first().and_then(|answer| answer.first("job_id")).map(str::to_owned);
                if let (Some(job_id), StepKind::AsyncDdl { job, .. }) = (&job, &step.kind) {
                    self.jobs_since.insert(job_id.clone(), Instant::now());
                    self.tell(self.job_event(id, job, job_id, JobState::Started, None));
                }
                Outcome::Executed(job)
            }
            Sent::Refused(answer, statement) => {
                Outcome::Refused(refusal(answer, RefusedAt::Statement(statement)))
            }
            Sent::Conflicted => Outcome::Conflicted,
            Sent::InDoubt => Outcome::InDoubt,
            Sent::LeaseLost => Outcome::LeaseLost,
        })
    }

    /// A statement with the schemas in which the intent has found what it takes away or renames. Whenever it comes, it
    /// then means those very names, and not what is behind them on the search path once they are gone.
    fn qualified(&self, id: StepId, sql: &str, unqualified: &[Unqualified]) -> String {
        let mut sql = sql.to_owned();
        let identities = self.intents.get(&id).map(|intent| intent.identities.as_slice()).unwrap_or_default();
        // From the last on, so that the places of the others stay right.
        for name in unqualified.iter().rev() {
            let identity = identities.get(name.fact).and_then(Option::as_ref);
            if let Some(schema) = identity.and_then(|identity| identity.schema.as_deref())
                && sql.is_char_boundary(name.at)
            {
                sql.insert_str(name.at, &format!("{}.", crate::sql::quote::identifier(schema)));
            }
        }
        sql
    }

    /// Tells everybody.
    pub(super) fn tell(&self, event: Event) {
        self.line.tell(event);
    }

    /// Tells listeners, and logs of the level `debug`.
    pub(super) fn repeat(&self, event: Event) {
        self.line.repeat(event);
    }

    /// The place of a step, for errors.
    pub(super) fn place(&self, id: StepId) -> Place {
        Place::of_step(self.plan, id)
    }
}

/// A refusal, told by what it is about.
pub(super) fn refusal(answer: ServerError, at: RefusedAt) -> Refusal {
    let cause = if answer.is_duplicate() {
        RefusalCause::Exists
    } else if answer.is_missing() {
        RefusalCause::Missing
    } else {
        RefusalCause::Other
    };
    Refusal { answer, cause, at }
}

/// Unique, and telling for people.
fn holder_name(name: Option<&str>) -> String {
    let host = std::env::var("HOSTNAME").unwrap_or_default();
    let name = name.unwrap_or(if host.is_empty() { "dsql-migrate" } else { &host });
    format!("{name}/{}/{:08x}", std::process::id(), fastrand::u32(..))
}
