//! The state machine of a run.

use super::action::{Action, Held, LeaseHolder, Outcome, StepId, Verdict, Write};
use super::explain::{job_failed, refused};
use super::review::{Review, review};
use super::situation::{Loaded, Next, Note, Situation};
use super::survey;
use crate::error::Error;
use crate::options::{HookTime, Policies};
use crate::server::data_is_at_fault;
use crate::sql::tables::Missing;
use dsql_migrate_plan::{Job, MigrationKind, Plan, StepKind};
use std::collections::BTreeMap;

/// How often a job that ended without a reason that people could act on is started again.
const REBUILDS: u32 = 3;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// Everything that the options ask for is applied. The review is of the last ledger that was read.
    Done(Review),
    /// It stopped.
    Failed(Error),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    Boot,
    /// Nothing is pending; the hook may be owed a call for what was.
    Owing(Review),
    Inspecting,
    Creating(Vec<Missing>),
    Contending,
    Waiting,
    Loading(Held, BTreeMap<StepId, Note>),
    Working(Held, Box<Situation>),
    /// Something failed. Whether that is so, or only looks so because another holder has gone on meanwhile, shows
    /// in whether a record can still be made.
    Failing {
        held: Held,
        notes: BTreeMap<StepId, Note>,
        forget: Option<StepId>,
        error: Error,
    },
    Releasing {
        held: Held,
        end: End,
    },
    Ended(End),
}

/// Decides, from what it has been told so far, what to do next.
#[derive(Debug, Clone)]
pub(crate) struct Machine<'a> {
    plan: &'a Plan,
    policies: &'a Policies,
    phase: Phase,
    review: Option<Review>,
    rebuilds: BTreeMap<StepId, u32>,
    busy: Option<LeaseHolder>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(plan: &'a Plan, policies: &'a Policies) -> Self {
        Self { plan, policies, phase: Phase::Boot, review: None, rebuilds: BTreeMap::new(), busy: None }
    }

    /// What to do now. The same until the machine is told what came of it.
    pub(crate) fn next(&self) -> Action {
        match &self.phase {
            Phase::Boot => Action::ReadLedger,
            Phase::Owing(_) => Action::ReadOwed,
            Phase::Inspecting => Action::Inspect,
            Phase::Creating(missing) => missing.first().map_or(Action::TakeLease, |it| Action::Create(*it)),
            Phase::Contending => Action::TakeLease,
            Phase::Waiting => Action::WaitForLease,
            Phase::Loading(..) => Action::Load,
            Phase::Working(_, situation) => self.work(situation),
            Phase::Failing { forget, .. } => {
                Action::Record(forget.iter().copied().map(Write::Forget).collect())
            }
            Phase::Releasing { .. } => Action::Release,
            Phase::Ended(_) => Action::Stop,
        }
    }

    /// The next action of a holder. Changes to the tables are put off until something else has to be done, and
    /// then committed together: a DDL step costs its statement and one record, a DML step nothing but itself.
    fn work(&self, situation: &Situation) -> Action {
        let mut situation = situation.clone();
        let mut writes = Vec::new();
        let mut rows = None;
        loop {
            match situation.next(self.plan) {
                Next::Write(write) => {
                    situation.apply(&write);
                    writes.push(write);
                }
                Next::Rows(id) if writes.is_empty() => {
                    rows = Some(id);
                    situation.apply(&Write::Done(id));
                    writes.push(Write::Done(id));
                }
                _ if !writes.is_empty() => {
                    return match rows {
                        Some(id) => Action::Rows(id, writes),
                        None => Action::Record(writes),
                    };
                }
                Next::Rows(id) => return Action::Rows(id, writes),
                Next::Execute(id) => return Action::Execute(id),
                Next::Prove(id) => return Action::Prove(id),
                Next::Clean(id) => return Action::Clean(id),
                Next::Survey(migration) => return Action::Survey(migration),
                Next::Await(jobs) => return Action::Await(jobs),
                Next::Hook => return Action::Hook,
                Next::Finished => return Action::Release,
            }
        }
    }

    /// Takes in what came of the action that [`Self::next`] named.
    pub(crate) fn observe(&mut self, outcome: Outcome) {
        let action = self.next();
        // The phase is put back by `advance`; a failure in between is the end, never half a state.
        let phase = std::mem::replace(&mut self.phase, Phase::Boot);
        self.phase = self.advance(phase, &action, outcome);
    }

    fn advance(&mut self, phase: Phase, action: &Action, outcome: Outcome) -> Phase {
        match (phase, outcome) {
            (Phase::Boot, Outcome::NoLedger) => Phase::Inspecting,
            (Phase::Boot, Outcome::Ledger { rows, has_checksum }) => {
                match review(self.plan, self.policies, &rows, None) {
                    Err(error) => Phase::Ended(End::Failed(error)),
                    Ok(review) if review.queue.is_empty() && has_checksum => {
                        self.review = Some(review.clone());
                        match self.policies.hook {
                            None => Phase::Ended(End::Done(review)),
                            Some(HookTime::WhenApplied) => Phase::Owing(review),
                            Some(HookTime::EveryRun) => self.contend(),
                        }
                    }
                    Ok(review) => {
                        self.review = Some(review);
                        self.contend()
                    }
                }
            }
            (Phase::Owing(_), Outcome::Owed(true)) => self.contend(),
            (Phase::Owing(review), Outcome::Owed(false)) => Phase::Ended(End::Done(review)),
            (Phase::Inspecting, Outcome::Bookkeeping(missing)) => Phase::Creating(missing),
            (Phase::Creating(mut missing), Outcome::Created) => {
                missing.remove(0);
                Phase::Creating(missing)
            }
            (Phase::Creating(_) | Phase::Contending, Outcome::Taken(held)) => {
                self.busy = None;
                Phase::Loading(held, BTreeMap::new())
            }
            (Phase::Creating(_) | Phase::Contending, Outcome::Busy(holder)) => {
                self.busy = holder;
                Phase::Waiting
            }
            (Phase::Creating(_) | Phase::Contending, Outcome::Doubt) => Phase::Contending,
            (Phase::Waiting, Outcome::Waited) => Phase::Boot,
            (Phase::Loading(..) | Phase::Working(..), Outcome::LeaseLost)
            | (Phase::Loading(..), Outcome::Loaded(None)) => Phase::Boot,
            (Phase::Loading(_, notes), Outcome::Loaded(Some(loaded))) => self.start(loaded, notes),
            (Phase::Working(held, situation), Outcome::Doubt) => doubt(held, *situation, action),
            (Phase::Working(held, situation), outcome) => self.worked(held, *situation, action, outcome),
            (Phase::Failing { held, error, .. }, Outcome::Recorded) => {
                Phase::Releasing { held: after(held), end: End::Failed(error) }
            }
            (Phase::Failing { held, notes, .. }, Outcome::Doubt) => Phase::Loading(held, notes),
            (Phase::Failing { .. }, Outcome::LeaseLost) => Phase::Boot,
            (Phase::Releasing { end, .. }, _) => Phase::Ended(end),
            (phase, outcome) => unexpected(&phase, &outcome),
        }
    }

    /// On the way to the lease. Somebody who has just been found holding it has surely made the tables.
    fn contend(&self) -> Phase {
        if self.busy.is_some() { Phase::Contending } else { Phase::Inspecting }
    }

    fn start(&mut self, loaded: Loaded, notes: BTreeMap<StepId, Note>) -> Phase {
        let held = loaded.held;
        let situation =
            review(self.plan, self.policies, &loaded.ledger, Some(&loaded.known)).and_then(|it| {
                self.review = Some(it.clone());
                Situation::new(self.plan, it, &loaded, notes, self.policies)
            });
        match situation {
            Ok(situation) => Phase::Working(held, Box::new(situation)),
            Err(error) => Phase::Releasing { held, end: End::Failed(error) },
        }
    }

    fn worked(&mut self, held: Held, mut situation: Situation, action: &Action, outcome: Outcome) -> Phase {
        let failed = match (action, outcome) {
            (Action::Record(writes) | Action::Rows(_, writes), Outcome::Recorded) => {
                writes.iter().for_each(|write| situation.apply(write));
                return Phase::Working(after(held), Box::new(situation));
            }
            (Action::Execute(id), Outcome::Executed(job)) => {
                match (job, &self.plan.migrations[id.migration].steps[id.step].kind) {
                    (Some(job), StepKind::AsyncDdl { .. }) => situation.note(*id, Note::Job(job)),
                    // No job: there was an index of that name already. What it is must be looked at.
                    (None, StepKind::AsyncDdl { .. }) => situation.look(*id),
                    _ => situation.note(*id, Note::Ran),
                }
                None
            }
            (Action::Execute(id), Outcome::Refused { answer, .. })
                if answer.is_duplicate()
                    || answer.is_missing()
                    || situation.doubts(*id)
                    || self.plan.migrations[id.migration].kind == MigrationKind::Always =>
            {
                situation.note(*id, Note::Contested(answer));
                None
            }
            (Action::Execute(id) | Action::Rows(id, _), Outcome::Refused { answer, statement }) => {
                Some((*id, refused(self.plan, *id, statement, answer)))
            }
            (Action::Prove(id) | Action::Clean(id), Outcome::Judged(verdict)) => {
                self.judge(&mut situation, *id, verdict).err().map(|error| (*id, error))
            }
            (Action::Await(_), Outcome::JobsEnded(ended)) => ended.into_iter().find_map(|(id, verdict)| {
                self.judge(&mut situation, id, verdict).err().map(|error| (id, error))
            }),
            (Action::Clean(id), Outcome::Cleaned) => {
                self.cleaned(&mut situation, *id).err().map(|it| (*id, it))
            }
            (Action::Survey(migration), Outcome::Surveyed(verdicts)) => {
                match survey::is_there(&self.plan.migrations[*migration], &verdicts) {
                    Ok(is_there) => situation.surveyed(*migration, is_there),
                    Err(error) => {
                        return Phase::Failing { held, notes: situation.into_notes(), forget: None, error };
                    }
                }
                None
            }
            (Action::Hook, Outcome::Hooked) => {
                situation.hooked();
                None
            }
            (Action::Release, Outcome::Released) => {
                return Phase::Ended(self.review.take().map_or_else(
                    || End::Failed(Error::internal("a run ended before it had read the ledger")),
                    |mut review| {
                        review.applied.extend(std::mem::take(&mut review.queue));
                        End::Done(review)
                    },
                ));
            }
            (_, outcome) => return unexpected(&Phase::Working(held, Box::new(situation)), &outcome),
        };
        match failed {
            None => Phase::Working(held, Box::new(situation)),
            Some((id, error)) => self.fail(held, situation, id, error),
        }
    }

    /// Ends the run over a step that surely has not happened: its intent must not look like doubt later.
    fn fail(&self, held: Held, situation: Situation, id: StepId, error: Error) -> Phase {
        let steps = &self.plan.migrations[id.migration].steps;
        let done = situation.done(id.migration);
        let error = error.now(format!("{done} of the {} steps of this migration are applied", steps.len()));
        let rows = matches!(steps[id.step].kind, StepKind::Dml { .. });
        Phase::Failing { held, notes: situation.into_notes(), forget: (!rows).then_some(id), error }
    }

    fn judge(&mut self, situation: &mut Situation, id: StepId, verdict: Verdict) -> Result<(), Error> {
        if let Verdict::Broken(details) = &verdict {
            let details = details.clone();
            if matches!(self.job(id), Some(Job::ValidateConstraint { .. })) {
                // Nothing to clean: the constraint stays NOT VALID, and validating again is harmless.
                self.rebuild(id, details.as_deref())?;
                situation.note(id, Note::Clear);
                return Ok(());
            }
        }
        situation.judge(self.plan, id, verdict)
    }

    fn cleaned(&mut self, situation: &mut Situation, id: StepId) -> Result<(), Error> {
        let details = match situation.noted(id) {
            Some(Note::Broken(details)) => details.clone(),
            _ => None,
        };
        self.rebuild(id, details.as_deref())?;
        situation.note(id, Note::Clear);
        Ok(())
    }

    /// Counts another start of a job; an error when the rows are at fault or it has been tried often enough.
    fn rebuild(&mut self, id: StepId, details: Option<&str>) -> Result<(), Error> {
        let rebuilds = self.rebuilds.entry(id).or_default();
        *rebuilds += 1;
        let rebuilds = *rebuilds;
        let hopeless = details.is_some_and(data_is_at_fault);
        if hopeless || rebuilds > REBUILDS {
            return Err(job_failed(self.plan, id, self.job(id), details));
        }
        Ok(())
    }

    fn job(&self, id: StepId) -> Option<&'a Job> {
        match &self.plan.migrations[id.migration].steps[id.step].kind {
            StepKind::AsyncDdl { job, .. } => Some(job),
            StepKind::Ddl { .. } | StepKind::Dml { .. } => None,
        }
    }

    /// Ends the run from outside: the shell cannot go on, or was asked to stop. The lease is given back first.
    pub(crate) fn stop(&mut self, error: Error) {
        let phase = std::mem::replace(&mut self.phase, Phase::Boot);
        self.phase = match phase {
            // Whoever comes next must wait until that statement cannot commit any more, so the lease is left to expire.
            Phase::Working(_, situation) if situation.is_in_doubt() => Phase::Ended(End::Failed(error.now(
                "what was applied is recorded; nobody knows yet of the statement under way, so the lease is left to \
                 expire, and the next run then asks the catalog",
            ))),
            Phase::Working(held, situation) if error.is_of_a_step() => {
                Phase::Failing { held, notes: situation.into_notes(), forget: None, error }
            }
            Phase::Loading(held, _) | Phase::Working(held, _) | Phase::Failing { held, .. } => {
                Phase::Releasing { held, end: End::Failed(error) }
            }
            Phase::Releasing { end, .. } | Phase::Ended(end) => Phase::Ended(end),
            _ => Phase::Ended(End::Failed(error)),
        };
    }

    /// How the run ended, once [`Self::next`] says [`Action::Stop`].
    pub(crate) fn end(self) -> Option<End> {
        match self.phase {
            Phase::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// Everything that tells this machine from another one.
    #[cfg(test)]
    pub(crate) fn hash_state<H: std::hash::Hasher>(&self, state: &mut H) {
        use std::hash::Hash;
        (&self.phase, &self.review, &self.rebuilds, &self.busy).hash(state);
    }

    /// The lease as it was last seen, while it is ours.
    pub(crate) fn held(&self) -> Option<Held> {
        match &self.phase {
            Phase::Loading(held, _)
            | Phase::Working(held, _)
            | Phase::Failing { held, .. }
            | Phase::Releasing { held, .. } => Some(*held),
            _ => None,
        }
    }
}

/// The lease after one more record.
fn after(held: Held) -> Held {
    Held { seq: held.seq + 1, ..held }
}

/// The answer was lost. A DDL step is asked about by itself; for a record, everything is read again.
fn doubt(held: Held, mut situation: Situation, action: &Action) -> Phase {
    match action {
        Action::Execute(id) => {
            situation.doubt(*id);
            Phase::Working(held, Box::new(situation))
        }
        _ => Phase::Loading(held, situation.into_notes()),
    }
}

fn unexpected(phase: &Phase, outcome: &Outcome) -> Phase {
    let error = Error::internal(&format!("an answer that does not fit: {outcome:?} in {phase:?}"));
    match phase {
        Phase::Loading(held, _) | Phase::Working(held, _) => {
            Phase::Releasing { held: *held, end: End::Failed(error) }
        }
        _ => Phase::Ended(End::Failed(error)),
    }
}
