//! The state machine of a run.

use super::action::{Action, JobFailure, Outcome, Verdict, Write};
use super::baseline;
use super::batch::Batch;
use super::explain::{did_nothing, job_failed, refused};
use super::ids::{FencingToken, StepId};
use super::phase::{End, Phase, in_doubt, unexpected};
use super::policies::{HookTime, Policies};
use super::review::{Review, review};
use super::state::{Next, RunState, Seen};
use super::tables::Loaded;
use crate::error::Error;
use dsql_migrate_plan::limits::LONE_RECORD_ROWS;
use dsql_migrate_plan::{Fact, Job, Plan, Proof, StepKind};
use std::collections::BTreeMap;

/// How often a job that ended without a reason that people could act on is started again, and a statement is sent
/// again that the server took and that did nothing.
pub(super) const RESTARTS: u32 = 3;

/// Decides, from what it has been told so far, what to do next.
#[derive(Debug, Clone)]
pub(crate) struct Machine<'a> {
    plan: &'a Plan,
    policies: &'a Policies,
    phase: Phase,
    /// What follows from the phase.
    action: Action,
    review: Option<Review>,
    restarts: BTreeMap<StepId, u32>,
    /// Whether the bookkeeping tables have been found whole.
    inspected: bool,
    /// What the model's tests leave out, to see that it is missed.
    #[cfg(test)]
    pub(crate) without: MachineWithout,
}

/// See [`Machine::without`].
#[cfg(test)]
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MachineWithout {
    pub(crate) refusals: bool,
    pub(crate) counters: bool,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(plan: &'a Plan, policies: &'a Policies) -> Self {
        Self {
            plan,
            policies,
            phase: Phase::Boot,
            action: Action::ReadLedger,
            review: None,
            restarts: BTreeMap::new(),
            inspected: false,
            #[cfg(test)]
            without: MachineWithout::default(),
        }
    }

    /// What to do now. The same until the machine is told what came of it.
    pub(crate) fn next(&self) -> &Action {
        &self.action
    }

    fn decide(&self) -> Action {
        match &self.phase {
            Phase::Boot => Action::ReadLedger,
            Phase::Owing(_) => Action::ReadHookOwed,
            Phase::Inspecting => Action::Inspect,
            Phase::Creating(missing) => missing.first().map_or(Action::ReadLease, |it| Action::Create(*it)),
            Phase::LookingAtLease => Action::ReadLease,
            Phase::Taking(free) => Action::TakeLease(free.clone()),
            Phase::Waiting => Action::WaitForLease,
            Phase::Loading(..) => Action::Load,
            Phase::Working(_, state) => self.work(state),
            Phase::Failing { forget, .. } => {
                Action::Record(forget.iter().copied().map(Write::Forget).collect())
            }
            Phase::Releasing { .. } => Action::Release(None),
            Phase::Ended(_) => Action::Stop,
        }
    }

    /// The next action of a holder. Changes to the tables are put off until something else has to be done, and
    /// then committed together: a DDL step costs its statement and one record, a DML step nothing but itself.
    fn work(&self, state: &RunState) -> Action {
        let mut after = state.clone();
        let mut batch = Batch::default();
        loop {
            match after.next(self.plan, LONE_RECORD_ROWS / 2) {
                Next::Write(write) if batch.takes(self.plan, state, &write) => {
                    after.apply(self.plan, &write);
                    batch.push(write);
                }
                Next::Rows(id) if batch.is_empty() => {
                    after.apply(self.plan, &Write::Done(id));
                    batch = Batch::of_rows(id);
                }
                _ if !batch.is_empty() => return batch.into_action(self.plan, state),
                Next::Write(write) => return Action::Record(vec![write]),
                Next::Rows(id) => return Batch::of_rows(id).into_action(self.plan, state),
                Next::Execute(id) => return Action::Execute(id),
                Next::Prove(id) => return Action::Prove(id),
                Next::Clean(id) => return Action::Clean(id),
                Next::CheckBaseline(migration) => {
                    let applied = self.review.iter().flat_map(|review| review.applied.iter().copied());
                    return Action::CheckBaseline(migration, applied.filter(|it| *it > migration).collect());
                }
                Next::Await(jobs) => return Action::Await(jobs),
                Next::Hook => return Action::Hook,
                Next::Finished => return Action::Release(after.sweep(LONE_RECORD_ROWS / 2, |_| false)),
            }
        }
    }

    /// Takes in what came of the action that [`Self::next`] named.
    pub(crate) fn observe(&mut self, outcome: Outcome) {
        let action = self.action.clone();
        // The phase is put back by `advance`; a failure in between is the end, never half a state.
        let phase = std::mem::replace(&mut self.phase, Phase::Boot);
        self.phase = self.advance(phase, &action, outcome);
        self.action = self.decide();
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
            (Phase::Owing(_), Outcome::HookOwed(true)) => self.contend(),
            (Phase::Owing(review), Outcome::HookOwed(false)) => Phase::Ended(End::Done(review)),
            (Phase::Inspecting, Outcome::Bookkeeping(missing)) if missing.is_empty() => {
                self.inspected = true;
                Phase::LookingAtLease
            }
            (Phase::Inspecting, Outcome::Bookkeeping(missing)) => Phase::Creating(missing),
            (Phase::Creating(mut missing), Outcome::Created) => {
                missing.remove(0);
                self.inspected = missing.is_empty();
                if missing.is_empty() { Phase::LookingAtLease } else { Phase::Creating(missing) }
            }
            (Phase::LookingAtLease, Outcome::Free(free)) => Phase::Taking(free),
            (Phase::LookingAtLease | Phase::Taking(_), Outcome::Busy(_)) => Phase::Waiting,
            // If that has taken it, it is ours to take once more.
            (Phase::Taking(_), Outcome::InDoubt) => Phase::LookingAtLease,
            (Phase::Taking(_), Outcome::Taken(loaded)) => self.start(&loaded, BTreeMap::new()),
            (Phase::Waiting, Outcome::Waited) => Phase::Boot,
            (Phase::Loading(..) | Phase::Working(..), Outcome::LeaseLost)
            | (Phase::Loading(..), Outcome::Loaded(None)) => Phase::Boot,
            (Phase::Loading(_, seen), Outcome::Loaded(Some(loaded))) => self.start(&loaded, seen),
            (Phase::Working(token, state), Outcome::InDoubt) => in_doubt(token, *state, action),
            (Phase::Working(token, state), outcome) => self.worked(token, *state, action, outcome),
            (Phase::Failing { token, error, .. }, Outcome::Recorded) => {
                Phase::Releasing { token: token.next(), end: End::Failed(error) }
            }
            (Phase::Failing { token, seen, .. }, Outcome::InDoubt) => Phase::Loading(token, seen),
            (Phase::Failing { .. }, Outcome::LeaseLost) => Phase::Boot,
            (Phase::Releasing { end, .. }, _) => Phase::Ended(end),
            (phase, outcome) => unexpected(&phase, &outcome),
        }
    }

    /// On the way to the lease.
    fn contend(&self) -> Phase {
        if self.inspected { Phase::LookingAtLease } else { Phase::Inspecting }
    }

    fn start(&mut self, loaded: &Loaded, seen: BTreeMap<StepId, Seen>) -> Phase {
        let token = loaded.token;
        let state = review(self.plan, self.policies, &loaded.ledger, Some(&loaded.known)).and_then(|it| {
            let state = RunState::new(self.plan, &it, loaded, seen, self.policies);
            self.review = Some(it);
            state
        });
        match state {
            Ok(state) => Phase::Working(token, Box::new(state)),
            Err(error) => Phase::Releasing { token, end: End::Failed(error) },
        }
    }

    fn worked(
        &mut self,
        token: FencingToken,
        mut state: RunState,
        action: &Action,
        outcome: Outcome,
    ) -> Phase {
        let failed = match (action, outcome) {
            (Action::Record(writes) | Action::Rows(_, writes), Outcome::Recorded) => {
                writes.iter().for_each(|write| state.apply(self.plan, write));
                return Phase::Working(token.next(), Box::new(state));
            }
            (Action::Execute(id), Outcome::Executed(job)) => {
                let seen = match (job, &self.plan.migrations[id.migration].steps[id.step].kind) {
                    (Some(job), StepKind::AsyncDdl { .. }) => Seen::Job(job),
                    (None, StepKind::AsyncDdl { .. }) => Seen::Skipped,
                    _ => Seen::Ran,
                };
                state.see(*id, seen);
                None
            }
            (Action::Execute(id), Outcome::Conflicted) => {
                state.conflicted(*id);
                None
            }
            // Once an answer was lost a refusal may be due to that very statement.
            (Action::Execute(id), Outcome::Refused(refusal)) if self.contests(&state, *id) => {
                state.see(*id, Seen::Contested(refusal));
                None
            }
            (Action::Execute(id) | Action::Rows(id, _), Outcome::Refused(refusal)) => {
                Some((*id, refused(self.plan, *id, refusal)))
            }
            (Action::Prove(id) | Action::Clean(id), Outcome::Judged(verdict)) => {
                self.judge(&mut state, *id, verdict).err().map(|error| (*id, error))
            }
            (Action::Await(_), Outcome::JobsEnded(ended)) => ended
                .into_iter()
                .find_map(|(id, verdict)| self.judge(&mut state, id, verdict).err().map(|error| (id, error))),
            (Action::Clean(id), Outcome::Cleaned) => {
                let failure = match state.seen(*id) {
                    Some(Seen::Broken(failure)) => failure.clone(),
                    _ => None,
                };
                state.see(*id, Seen::Ready);
                self.restart(*id, failure.as_ref()).err().map(|error| (*id, error))
            }
            (Action::CheckBaseline(migration, applied), Outcome::BaselineChecked(verdicts)) => {
                match baseline::is_there(self.plan, *migration, applied, &verdicts) {
                    Ok(is_there) => state.baseline_checked(*migration, is_there),
                    Err(error) => {
                        return Phase::Failing { token, seen: state.into_seen(), forget: None, error };
                    }
                }
                None
            }
            (Action::Hook, Outcome::Hooked) => {
                state.hooked();
                None
            }
            (Action::Release(_), Outcome::Released) => {
                return Phase::Ended(self.review.take().map_or_else(
                    || End::Failed(Error::internal("a run ended before it had read the ledger")),
                    |mut review| {
                        review.applied.extend(std::mem::take(&mut review.queue));
                        End::Done(review)
                    },
                ));
            }
            (_, outcome) => return unexpected(&Phase::Working(token, Box::new(state)), &outcome),
        };
        match failed {
            None => Phase::Working(token, Box::new(state)),
            Some((id, error)) => self.fail(token, state, id, error),
        }
    }

    /// Whether a refusal is no more than a reason to ask the catalog.
    fn contests(&self, state: &RunState, id: StepId) -> bool {
        #[cfg(test)]
        if self.without.refusals {
            return true;
        }
        state.doubts(id) || self.is_state(id)
    }

    /// Whether all that the step says is a state that is there or not, whoever has brought it about: then a refusal
    /// because it is so already is as good as success.
    fn is_state(&self, id: StepId) -> bool {
        match &self.plan.migrations[id.migration].steps[id.step].kind {
            StepKind::Ddl { proof: Proof::Facts(facts), .. } => {
                facts.iter().all(|fact| matches!(fact, Fact::IamMapping { .. }))
            }
            _ => false,
        }
    }

    /// Ends the run over a step. One that surely has not happened leaves no intent, which would look like doubt later.
    fn fail(&self, token: FencingToken, state: RunState, id: StepId, error: Error) -> Phase {
        let steps = &self.plan.migrations[id.migration].steps;
        let done = state.done(id.migration);
        let error = error
            .now_if_none(|| format!("{done} of the {} steps of this migration are applied", steps.len()));
        let keeps = matches!(steps[id.step].kind, StepKind::Dml { .. }) || error.is_undecided();
        Phase::Failing { token, seen: state.into_seen(), forget: (!keeps).then_some(id), error }
    }

    fn judge(&mut self, state: &mut RunState, id: StepId, verdict: Verdict) -> Result<(), Error> {
        match &verdict {
            // Nothing to clean: the constraint stays NOT VALID, and validating again is harmless.
            Verdict::Broken(failure) if matches!(self.job(id), Some(Job::ValidateConstraint { .. })) => {
                self.restart(id, failure.as_ref())?;
                state.see(id, Seen::Ready);
                Ok(())
            }
            Verdict::Absent | Verdict::CannotTell(_) if state.seen(id) == Some(&Seen::Skipped) => {
                if self.count(id) > RESTARTS {
                    return Err(did_nothing(self.plan, id));
                }
                state.see(id, Seen::Ready);
                Ok(())
            }
            _ => state.judge(self.plan, id, verdict),
        }
    }

    /// Counts another start of a job; an error when the rows are at fault or it has been tried often enough.
    fn restart(&mut self, id: StepId, failure: Option<&JobFailure>) -> Result<(), Error> {
        if self.count(id) > RESTARTS || failure.is_some_and(|failure| failure.of_rows) {
            let details = failure.map(|failure| failure.details.as_str());
            return Err(job_failed(self.plan, id, self.job(id), details));
        }
        Ok(())
    }

    fn count(&mut self, id: StepId) -> u32 {
        #[cfg(test)]
        if self.without.counters {
            return 0;
        }
        let restarts = self.restarts.entry(id).or_default();
        *restarts += 1;
        *restarts
    }

    fn job(&self, id: StepId) -> Option<&'a Job> {
        match &self.plan.migrations[id.migration].steps[id.step].kind {
            StepKind::AsyncDdl { job, .. } => Some(job),
            StepKind::Ddl { .. } | StepKind::Dml { .. } => None,
        }
    }

    /// Ends the run from outside: the shell cannot go on, or was asked to stop. The lease is given back first, unless
    /// a statement of ours is `unanswered` or was never decided: whoever comes next must wait until it cannot commit
    /// any more, so the lease is left to expire.
    pub(crate) fn stop(&mut self, error: Error, unanswered: bool) {
        let phase = std::mem::replace(&mut self.phase, Phase::Boot);
        self.phase = match phase {
            Phase::Working(_, state) if unanswered || state.has_doubt() => {
                Phase::Ended(End::Failed(error.now(
                    "what was applied is recorded; nobody knows yet of the statement under way, so the lease is \
                     left to expire, and the next run then asks the catalog",
                )))
            }
            Phase::Working(token, state) if error.is_of_a_step() => {
                Phase::Failing { token, seen: state.into_seen(), forget: None, error }
            }
            Phase::Loading(token, _) | Phase::Working(token, _) => {
                Phase::Releasing { token, end: End::Failed(error) }
            }
            // What failed first is what people need to know.
            Phase::Failing { token, error, .. } => Phase::Releasing { token, end: End::Failed(error) },
            Phase::Releasing { end, .. } | Phase::Ended(end) => Phase::Ended(end),
            _ => Phase::Ended(End::Failed(error)),
        };
        self.action = self.decide();
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
        (&self.phase, &self.review, &self.restarts, &self.inspected).hash(state);
    }

    /// The lease as it was last seen, while it is ours.
    pub(crate) fn token(&self) -> Option<FencingToken> {
        self.phase.token()
    }
}
