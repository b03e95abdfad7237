//! Asks the catalog: whether a step has happened, how a job goes, what is left of one that failed.

use super::perform::Shell;
use super::send::Sent;
use super::session::Row;
use crate::connect::Connector;
use crate::core::{Held, Job as InFlight, Outcome, StepId, Verdict};
use crate::error::{Error, ErrorKind};
use crate::progress::{Event, Found, JobState, StepRef};
use crate::server::{JobRow, ServerError};
use crate::sql::catalog::{self, Made};
use crate::sql::proof;
use dsql_migrate_plan::{Fact, Job, Proof, StepKind};
use std::time::{Duration, Instant};

/// How often in a row nobody must be at work on an invalid object before it counts as abandoned: a job's row and
/// the catalog need not change at the same moment.
const LOOKS: u32 = 3;
/// How often people are told that a job still runs.
const NEWS: Duration = Duration::from_secs(30);

impl<C: Connector> Shell<'_, C> {
    pub(super) async fn prove(&mut self, id: StepId, held: Held) -> Result<Outcome, Error> {
        if let Some(lost) = self.set(id, held).await? {
            return Ok(lost);
        }
        let verdict = match &self.plan.migrations[id.migration].steps[id.step].kind {
            StepKind::Ddl { proof: Proof::Facts(facts), .. } if !facts.is_empty() => {
                let answers = self.ask_facts(facts, Some((id, held))).await?;
                proof::judge(facts, &answers.map_err(|error| self.unanswered(id, error))?)
            }
            StepKind::AsyncDdl { job, .. } => self.settled(id, job, None, held).await?,
            // Nobody can tell; the plan says that running it again is the way.
            StepKind::Ddl { .. } | StepKind::Dml { .. } => Verdict::Absent,
        };
        self.tell(Event::StepChecked { step: StepRef::new(self.plan, id), found: Found::from(&verdict) });
        Ok(Outcome::Judged(verdict))
    }

    /// An answer for each fact; none for what cannot be there.
    pub(super) async fn ask_facts(
        &mut self,
        facts: &[Fact],
        of: Option<(StepId, Held)>,
    ) -> Result<Result<Row, ServerError>, Error> {
        let alone = match self.ask(&proof::question(facts), of).await? {
            Ok(rows) => return Ok(Ok(rows.into_iter().next().unwrap_or_default())),
            Err(error) if error.is_missing() => facts.chunks(1),
            Err(error) => return Ok(Err(error)),
        };
        // The server refuses to look for a function over a type that is not there, and for all else with it.
        let mut answers = Vec::new();
        for fact in alone {
            match self.ask(&proof::question(fact), of).await? {
                Ok(rows) => answers.push(rows.into_iter().flatten().next().flatten()),
                Err(error) if error.is_missing() => answers.push(None),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(answers))
    }

    pub(super) fn unanswered(&self, id: StepId, error: ServerError) -> Error {
        Error::new(ErrorKind::Bookkeeping, "the catalog cannot be asked whether a step has happened")
            .at(self.place(id))
            .server(error)
    }

    /// What object and jobs say now.
    async fn look(
        &mut self,
        id: StepId,
        job: &Job,
        waiting_for: Option<&str>,
        held: Held,
    ) -> Result<(Verdict, Option<Made>), Error> {
        let rows = self.ask(&catalog::object(job), Some((id, held))).await?;
        let rows = rows.map_err(|error| self.unanswered(id, error))?;
        let made = rows.first().and_then(|row| Made::read(row));
        if made.as_ref().is_some_and(|made| made.valid) || (made.is_none() && waiting_for.is_none()) {
            return Ok((catalog::judge(job, made.as_ref(), &[], waiting_for), made));
        }
        let object_name = made.as_ref().map(|made| made.object_name.as_str());
        let rows = self.ask(&catalog::jobs(waiting_for, object_name), Some((id, held))).await?;
        let rows = rows.map_err(|error| self.unanswered(id, error))?;
        let jobs: Vec<JobRow> = rows.into_iter().filter_map(job_row).collect();
        Ok((catalog::judge(job, made.as_ref(), &jobs, waiting_for), made))
    }

    /// Like [`Self::look`], but something broken must look so several times, unless a job says why.
    pub(super) async fn settled(
        &mut self,
        id: StepId,
        job: &Job,
        waiting_for: Option<&str>,
        held: Held,
    ) -> Result<Verdict, Error> {
        for _ in 1..LOOKS {
            match self.look(id, job, waiting_for, held).await?.0 {
                Verdict::Broken(None) => tokio::time::sleep(self.options.timings.job_poll).await,
                verdict => return Ok(verdict),
            }
        }
        Ok(self.look(id, job, waiting_for, held).await?.0)
    }

    /// Looks at all of them each time, so that those that end together are recorded together.
    pub(super) async fn wait_for_jobs(&mut self, jobs: &[InFlight], held: Held) -> Result<Outcome, Error> {
        let mut told = Instant::now();
        let mut pause = self.options.timings.job_poll;
        loop {
            let news = told.elapsed() >= NEWS;
            let mut ended = Vec::new();
            for in_flight in jobs {
                if let Some(lost) = self.set(in_flight.step, held).await? {
                    return Ok(lost);
                }
                let step = &self.plan.migrations[in_flight.step.migration].steps[in_flight.step.step];
                let StepKind::AsyncDdl { job, .. } = &step.kind else {
                    return Err(Error::internal("a step without a job is waited for"));
                };
                let verdict = self.settled(in_flight.step, job, Some(&in_flight.id), held).await?;
                self.progress();
                self.jobs_since.entry(in_flight.id.clone()).or_insert_with(Instant::now);
                let running = matches!(verdict, Verdict::Building(_));
                let event = self.of_job(in_flight.step, job, &in_flight.id, &verdict);
                if running && !news {
                    self.repeat(event);
                } else {
                    self.tell(event);
                }
                if !running {
                    ended.push((in_flight.step, verdict));
                }
            }
            if !ended.is_empty() {
                return Ok(Outcome::JobsEnded(ended));
            }
            if news {
                told = Instant::now();
            }
            if !self.surely_holds(held).await? {
                return Ok(Outcome::LeaseLost);
            }
            tokio::time::sleep(pause.mul_f64(0.75 + fastrand::f64() / 2.0)).await;
            // A short job should not wait for its look; a long one need not be looked at often.
            pause =
                (pause * 3 / 2).min(self.options.timings.job_poll_max).min(self.options.timings.lease / 4);
        }
    }

    fn of_job(&self, id: StepId, job: &Job, job_id: &str, verdict: &Verdict) -> Event {
        let (state, details) = match verdict {
            Verdict::Happened { .. } => (JobState::Succeeded, None),
            Verdict::Building(_) => (JobState::Running, None),
            Verdict::Broken(Some(details)) => (JobState::Failed, Some(details.clone())),
            Verdict::Broken(None) => {
                (JobState::Failed, Some("it is not valid, and no job is at it".to_owned()))
            }
            Verdict::Absent => (JobState::Failed, Some("it is not there".to_owned())),
            Verdict::Different { found, .. } => {
                (JobState::Failed, Some(format!("another is there: {found}")))
            }
        };
        self.job_event(id, job, job_id, state, details)
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

    pub(super) async fn clean(&mut self, id: StepId, held: Held) -> Result<Outcome, Error> {
        let StepKind::AsyncDdl { job, .. } = &self.plan.migrations[id.migration].steps[id.step].kind else {
            return Err(Error::internal("a step without a job is to be cleaned"));
        };
        loop {
            let (verdict, made) = self.look(id, job, None, held).await?;
            let Some(made) = made else { return Ok(Outcome::Cleaned) };
            if !matches!(verdict, Verdict::Broken(_)) {
                return Ok(Outcome::Judged(verdict));
            }
            if !self.surely_holds(held).await? {
                return Ok(Outcome::LeaseLost);
            }
            tracing::info!(target: "dsql_migrate", "dropping the invalid index {}", made.quoted);
            let sql = format!("DROP INDEX IF EXISTS {}", made.quoted);
            match self.send(&sql, self.options.timings.statement, Some(held)).await? {
                Sent::Answers(_) => return Ok(Outcome::Cleaned),
                Sent::Refused(error, _) if error.is_missing() => return Ok(Outcome::Cleaned),
                Sent::Refused(error, _) => {
                    return Err(Error::new(
                        ErrorKind::JobFailed,
                        format!("the invalid index {} cannot be dropped", made.quoted),
                    )
                    .at(self.place(id))
                    .server(error)
                    .remedy("drop it by hand and start again"));
                }
                Sent::Doubt if self.keeper.is_lost() => return Ok(Outcome::LeaseLost),
                Sent::Doubt => {}
            }
        }
    }
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
        Job::ValidateConstraint { table, constraint } => format!("validation of {constraint} on {table}"),
    }
}
