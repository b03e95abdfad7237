//! Waits for jobs, and asks the catalog what they have made.

use super::explain::drop_refused;
use super::perform::{Fence, Sent, Shell};
use super::prove::{first_row, rows};
use crate::connect::Connector;
use crate::core::{Job as InFlight, Outcome, StepId, Verdict};
use crate::error::Error;
use crate::progress::{Event, JobState, StepRef};
use crate::server::JobRow;
use crate::server_error::ServerError;
use crate::sql::identity::Lookup;
use crate::sql::jobs::{self, Made, who_has};
use dsql_migrate_plan::{Job, StepKind};
use std::time::{Duration, Instant};

/// How often people are told that a job still runs.
const NEWS: Duration = Duration::from_secs(30);

/// How a job and its object stand.
struct Look {
    verdict: Verdict,
    made: Option<Made>,
    /// Whether that can still change by itself: nobody is at work, but no job says that it has failed either.
    may_change: bool,
}

impl Look {
    /// The catalog does not tell now; it may later.
    fn unknown(error: &ServerError, made: Option<Made>) -> Self {
        Self { verdict: Verdict::CannotTell(error.to_string()), made, may_change: true }
    }

    fn settled(verdict: Verdict, made: Option<Made>) -> Self {
        Self { verdict, made, may_change: false }
    }
}

impl<C: Connector> Shell<'_, C> {
    /// Whether a step with a job has happened, of which no job is known; `None` when the lease is lost meanwhile.
    pub(super) async fn prove_job(
        &mut self,
        id: StepId,
        job: &Job,
        lookup: Lookup,
    ) -> Result<Option<Verdict>, Error> {
        let table = match self.table_of(id, job, lookup).await? {
            Ok(Some(table)) => table,
            Ok(None) if self.lease.is_lost() => return Ok(None),
            Ok(None) if skips_what_is_not_there(job) => return Ok(Some(Verdict::Happened)),
            Ok(None) => return Ok(Some(Verdict::Absent)),
            Err(verdict) => return Ok(Some(verdict)),
        };
        let Some((verdict, made)) = self.settle(job, table, None).await? else { return Ok(None) };
        let valid = matches!(verdict, Verdict::Happened);
        match (made, &verdict) {
            (_, Verdict::CannotTell(_)) => Ok(Some(verdict)),
            // Whose work it is nobody has seen.
            (Some(made), _) => Ok(Some(match self.compare_index(job, table, made.oid, valid).await? {
                Verdict::Happened => verdict,
                other => other,
            })),
            (None, _) => Ok(Some(self.named_otherwise(job, table).await?.unwrap_or(verdict))),
        }
    }

    /// What else has the name of an index: the server makes none then, and with `IF NOT EXISTS` says nothing.
    async fn named_otherwise(&mut self, job: &Job, table: i64) -> Result<Option<Verdict>, Error> {
        let Job::IndexBuild { table: of, index, definition, .. } = job else {
            return Ok(None);
        };
        Ok(match self.read(&who_has(index, table)).await? {
            Ok(answers) => {
                answers.first().and_then(|answer| answer.rows.first()).map(|row| Verdict::Different {
                    expected: crate::sql::definition::show_index(of, index, definition),
                    found: jobs::show_who_has(index, row),
                })
            }
            Err(error) => Some(Verdict::CannotTell(error.to_string())),
        })
    }

    /// What object and jobs say now.
    async fn look(&mut self, job: &Job, table: i64, waiting_for: Option<&str>) -> Result<Look, Error> {
        let made = match self.read(&jobs::object(job, table)).await? {
            Ok(answers) => Made::read(&first_row(&answers)),
            Err(error) => return Ok(Look::unknown(&error, None)),
        };
        if made.as_ref().is_some_and(|made| made.valid) || (made.is_none() && waiting_for.is_none()) {
            return Ok(Look::settled(jobs::judge(job, made.as_ref(), &[], waiting_for), made));
        }
        let found = match self.read(&jobs::jobs(waiting_for, made.as_ref().map(|made| made.oid))).await? {
            Ok(answers) => rows(answers).into_iter().filter_map(job_row).collect::<Vec<JobRow>>(),
            Err(error) => return Ok(Look::unknown(&error, made)),
        };
        let verdict = jobs::judge(job, made.as_ref(), &found, waiting_for);
        let may_change = matches!(verdict, Verdict::Broken(_)) && !jobs::says_failed(&found, waiting_for);
        Ok(Look { verdict, made, may_change })
    }

    /// What there is of a job's object, by its number, without waiting for anything.
    pub(super) async fn look_at_object(
        &mut self,
        job: &Job,
        table: i64,
    ) -> Result<(Verdict, Option<i64>), Error> {
        let look = self.look(job, table, None).await?;
        Ok((look.verdict, look.made.map(|made| made.oid)))
    }

    /// Like [`Self::look`], but an object at which nobody is at work must be so for a while, unless a job says that it
    /// has failed: a job's row and the catalog need not change at the same moment, and the price of impatience is an
    /// index that was all but built. `None` when the lease is lost meanwhile.
    async fn settle(
        &mut self,
        job: &Job,
        table: i64,
        waiting_for: Option<&str>,
    ) -> Result<Option<(Verdict, Option<Made>)>, Error> {
        let since = Instant::now();
        loop {
            let look = self.look(job, table, waiting_for).await?;
            if !look.may_change || since.elapsed() >= self.options.timings.job_silence {
                return Ok(Some((look.verdict, look.made)));
            }
            self.line.progress();
            if !self.lease.surely_holds(&mut self.line).await? {
                return Ok(None);
            }
            let timings = self.options.timings;
            let pause = (timings.job_silence / 10).clamp(timings.job_poll, timings.job_poll_max);
            tokio::time::sleep(pause.min(timings.lease / 4)).await;
        }
    }

    /// Looks at all of them each time, so that those that end together are recorded together.
    pub(super) async fn wait_for_jobs(&mut self, in_flight: &[InFlight]) -> Result<Outcome, Error> {
        let mut told = Instant::now();
        let timings = self.options.timings;
        let mut pause = timings.job_poll;
        // Since when nobody is at work on which of them.
        let mut silent: Vec<Option<Instant>> = vec![None; in_flight.len()];
        loop {
            let news = told.elapsed() >= NEWS;
            let mut ended = Vec::new();
            for (flight, silent) in in_flight.iter().zip(&mut silent) {
                let Some(look) = self.look_at(flight).await? else { return Ok(Outcome::LeaseLost) };
                self.line.progress();
                let since = *self.jobs_since.entry(flight.id.clone()).or_insert_with(Instant::now);
                let waits = look.may_change
                    && silent.get_or_insert_with(Instant::now).elapsed() < timings.job_silence;
                if !look.may_change {
                    *silent = None;
                }
                let verdict = if waits { Verdict::Building(flight.id.clone()) } else { look.verdict };
                let running = matches!(verdict, Verdict::Building(_));
                self.tell_of_job(flight, &verdict, running && !news);
                if !running {
                    ended.push((flight.step, verdict));
                } else if timings.job_limit.is_some_and(|limit| since.elapsed() >= limit) {
                    return Err(self.job_takes_too_long(flight, since.elapsed()));
                }
            }
            if !ended.is_empty() {
                return Ok(Outcome::JobsEnded(ended));
            }
            if news {
                told = Instant::now();
            }
            if !self.lease.surely_holds(&mut self.line).await? {
                return Ok(Outcome::LeaseLost);
            }
            tokio::time::sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
            // A short job should not wait for its look; a long one need not be looked at often.
            pause = (pause * 3 / 2).min(timings.job_poll_max).min(timings.lease / 4);
        }
    }

    /// `None` when the lease is lost meanwhile.
    async fn look_at(&mut self, flight: &InFlight) -> Result<Option<Look>, Error> {
        let step = &self.plan.migrations[flight.step.migration].steps[flight.step.step];
        let StepKind::AsyncDdl { job, .. } = &step.kind else {
            return Err(Error::internal("a step without a job is waited for"));
        };
        let table = match self.table_of(flight.step, job, Lookup::Path).await? {
            Ok(Some(table)) => table,
            // The table is gone, and with it all that the job could have made.
            Ok(None) => 0,
            Err(verdict) => return Ok(Some(Look { verdict, made: None, may_change: true })),
        };
        if self.lease.is_lost() {
            return Ok(None);
        }
        self.look(job, table, Some(&flight.id)).await.map(Some)
    }

    fn job_takes_too_long(&self, flight: &InFlight, elapsed: Duration) -> Error {
        let step = &self.plan.migrations[flight.step.migration].steps[flight.step.step];
        let object = match &step.kind {
            StepKind::AsyncDdl { job, .. } => name(job),
            _ => String::new(),
        };
        super::explain::job_too_long(&object, &flight.id, elapsed).at(self.place(flight.step))
    }

    fn tell_of_job(&self, flight: &InFlight, verdict: &Verdict, repeated: bool) {
        let step = &self.plan.migrations[flight.step.migration].steps[flight.step.step];
        let StepKind::AsyncDdl { job, .. } = &step.kind else { return };
        let (state, details) = match verdict {
            Verdict::Happened => (JobState::Succeeded, None),
            Verdict::Building(_) => (JobState::Running, None),
            Verdict::Broken(Some(failure)) => (JobState::Failed, Some(failure.details.clone())),
            Verdict::Broken(None) => {
                (JobState::Failed, Some("it is not valid, and no job is at it".to_owned()))
            }
            Verdict::Absent => (JobState::Failed, Some("it is not there".to_owned())),
            Verdict::Different { found, .. } => {
                (JobState::Failed, Some(format!("another is there: {found}")))
            }
            Verdict::CannotTell(why) => (JobState::Failed, Some(why.clone())),
        };
        let event = self.job_event(flight.step, job, &flight.id, state, details);
        if repeated { self.repeat(event) } else { self.tell(event) }
    }

    pub(super) fn job_event(
        &self,
        id: StepId,
        job: &Job,
        job_id: &str,
        state: JobState,
        details: Option<String>,
    ) -> Event {
        Event::Job {
            step: StepRef::new(self.plan, id),
            job_id: job_id.to_owned(),
            object: name(job),
            state,
            details,
            elapsed: self.jobs_since.get(job_id).map(Instant::elapsed).unwrap_or_default(),
        }
    }

    pub(super) async fn clean(&mut self, id: StepId) -> Result<Outcome, Error> {
        let StepKind::AsyncDdl { job, .. } = &self.plan.migrations[id.migration].steps[id.step].kind else {
            return Err(Error::internal("a step without a job is to be cleaned"));
        };
        let table = match self.table_of(id, job, Lookup::Path).await? {
            Ok(Some(table)) => table,
            Ok(None) if self.lease.is_lost() => return Ok(Outcome::LeaseLost),
            Ok(None) => return Ok(Outcome::Cleaned),
            Err(verdict) => return Ok(Outcome::Judged(verdict)),
        };
        loop {
            let look = self.look(job, table, None).await?;
            let Some(made) = look.made else { return Ok(Outcome::Cleaned) };
            if !matches!(look.verdict, Verdict::Broken(_)) {
                return Ok(Outcome::Judged(look.verdict));
            }
            tracing::info!(target: "dsql_migrate", "dropping the invalid index {}", made.quoted);
            let sql = jobs::drop_index(&made.quoted);
            match self.send(&sql, self.options.timings.statement, Fence::ByClock, None).await? {
                Sent::Answers(_) => return Ok(Outcome::Cleaned),
                Sent::Refused(error, _) if error.is_missing() => return Ok(Outcome::Cleaned),
                Sent::Refused(error, _) => {
                    return Err(drop_refused(&made.quoted, error).at(self.place(id)));
                }
                Sent::LeaseLost => return Ok(Outcome::LeaseLost),
                Sent::InDoubt if self.lease.is_lost() => return Ok(Outcome::LeaseLost),
                // What is there is looked at before anything is dropped.
                Sent::InDoubt | Sent::Conflicted => {}
            }
        }
    }
}

/// Whether the server does nothing, and says nothing, where there is no such table.
fn skips_what_is_not_there(job: &Job) -> bool {
    matches!(job, Job::ValidateConstraint { if_exists: true, .. })
}

fn job_row(mut row: super::session::Row) -> Option<JobRow> {
    let details = row.get_mut(2).and_then(Option::take);
    let status = row.get_mut(1).and_then(Option::take)?;
    let id = row.get_mut(0).and_then(Option::take)?;
    Some(JobRow { id, status, details })
}

fn name(job: &Job) -> String {
    match job {
        Job::IndexBuild { table, index, .. } => format!("index {index} on {table}"),
        Job::ValidateConstraint { table, constraint, .. } => {
            format!("validation of {constraint} on {table}")
        }
    }
}
