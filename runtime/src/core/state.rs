//! What a holder of the lease knows: the tables as they stand, and what it has seen happen itself.

use super::action::{Job, JobFailure, Refusal, Verdict, Write};
use super::explain::{cannot_tell, different, job_unknown, refused};
use super::ids::StepId;
use super::journal::Journal;
use super::policies::{HookTime, Policies};
use super::review::Review;
use super::step_set::StepSet;
use super::tables::Loaded;
use crate::error::Error;
use dsql_migrate_plan::{MigrationKind, Plan, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What this runner has seen of a started step and not recorded yet. A step of which nothing was seen was started by
/// a runner that is gone, or its answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Seen {
    /// Its statement can be sent: it surely has not happened.
    Ready,
    /// Its statement succeeded without a job.
    Ran,
    /// Its statement succeeded and started no job, for something of that name is there, or nothing at all.
    Skipped,
    /// Its statement started this job.
    Job(String),
    /// The server refused it, perhaps because an earlier attempt, whose answer was lost, has happened.
    Contested(Refusal),
    /// The catalog shows an index that is not valid and that nobody works at. With what its job said.
    Broken(Option<JobFailure>),
}

/// Where the hook stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Hook {
    /// There is none, or it has been called for everything that is applied.
    Settled,
    /// Something has just been applied: that it is owed belongs into the same record.
    Due,
    /// It is to be called when all is applied.
    Owed,
    /// It has ended well.
    Called,
}

/// What follows from a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    Write(Write),
    Rows(StepId),
    Execute(StepId),
    Prove(StepId),
    Clean(StepId),
    CheckBaseline(usize),
    Await(Vec<Job>),
    Hook,
    Finished,
}

/// Everything that a holder goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct RunState {
    queue: Arc<[usize]>,
    /// How many of the queue are applied.
    finished: usize,
    /// Steps that are done, of migrations that are not applied.
    done: BTreeMap<usize, StepSet>,
    /// Steps that are started, each with its job once that is known.
    started: BTreeMap<StepId, Option<String>>,
    /// What makes the journal of another division of a file that of this one.
    rewrites: Vec<Write>,
    /// Journal rows that nobody needs.
    stale: BTreeMap<String, StepSet>,
    seen: BTreeMap<StepId, Seen>,
    /// Steps whose statement may have run without anybody seeing it succeed.
    in_doubt: BTreeSet<StepId>,
    /// Baselines that have been looked up, and whether the database has them.
    baselines: BTreeMap<usize, bool>,
    has_hook: bool,
    hook: Hook,
}

impl RunState {
    /// From what was read. `seen` is what this runner saw since it took the lease: it stays true over a second reading.
    pub(super) fn new(
        plan: &Plan,
        review: &Review,
        loaded: &Loaded,
        mut seen: BTreeMap<StepId, Seen>,
        policies: &Policies,
    ) -> Result<Self, Error> {
        let hook = policies.hook;
        let Journal { done, started, stale, in_doubt, rewrites } =
            Journal::read(plan, policies, &review.queue, loaded)?;
        seen.retain(|id, _| started.contains_key(id));
        let owed = loaded.hook_owed || hook == Some(HookTime::EveryRun);
        Ok(Self {
            queue: review.queue.clone().into(),
            finished: 0,
            done,
            started,
            rewrites,
            stale,
            seen,
            in_doubt,
            baselines: BTreeMap::new(),
            has_hook: hook.is_some(),
            hook: if hook.is_some() && owed { Hook::Owed } else { Hook::Settled },
        })
    }

    pub(super) fn see(&mut self, id: StepId, seen: Seen) {
        self.seen.insert(id, seen);
    }

    pub(super) fn seen(&self, id: StepId) -> Option<&Seen> {
        self.seen.get(&id)
    }

    pub(super) fn into_seen(self) -> BTreeMap<StepId, Seen> {
        self.seen
    }

    /// Whether the database had a baseline before.
    pub(super) fn baseline_checked(&mut self, migration: usize, is_there: bool) {
        self.baselines.insert(migration, is_there);
    }

    /// The hook has ended well.
    pub(super) fn hooked(&mut self) {
        self.hook = Hook::Called;
    }

    /// Another transaction was in the way. Where an earlier attempt may be what it was, the catalog is asked again
    /// before the statement is sent again.
    pub(super) fn conflicted(&mut self, id: StepId) {
        if self.doubts(id) {
            self.seen.remove(&id);
        }
    }

    /// The answer was lost: only the catalog knows.
    pub(super) fn doubt(&mut self, id: StepId) {
        self.seen.remove(&id);
        self.in_doubt.insert(id);
    }

    /// Whether the statement may have run before without anybody seeing it succeed. A refusal then says nothing yet.
    pub(super) fn doubts(&self, id: StepId) -> bool {
        self.in_doubt.contains(&id)
    }

    /// Whether a statement may be under way whose answer nobody has.
    pub(super) fn has_doubt(&self) -> bool {
        self.started.iter().any(|(id, job)| match self.seen.get(id) {
            // The drop of what a failed job has left.
            Some(Seen::Broken(_)) => true,
            // What was asked for and not found may come late.
            Some(Seen::Ready) => job.is_none() && self.in_doubt.contains(id),
            Some(_) => false,
            None => job.is_none() && self.in_doubt.contains(id),
        })
    }

    /// How many steps of a migration are done.
    pub(super) fn done(&self, migration: usize) -> usize {
        self.done.get(&migration).map_or(0, StepSet::len)
    }

    fn is_done(&self, id: StepId) -> bool {
        self.done.get(&id.migration).is_some_and(|done| done.contains(id.step))
    }

    /// As it is once `write` has been committed.
    pub(super) fn apply(&mut self, plan: &Plan, write: &Write) {
        if self.rewrites.first() == Some(write) {
            self.rewrites.remove(0);
        }
        match write {
            Write::Intent(id) => {
                self.started.insert(*id, None);
                self.seen.insert(*id, Seen::Ready);
                self.in_doubt.remove(id);
            }
            Write::Submitted(id, job) => {
                self.started.insert(*id, Some(job.clone()));
                self.seen.remove(id);
            }
            Write::Done(id) => {
                self.forget(*id);
                self.done.entry(id.migration).or_default().insert(id.step);
            }
            Write::Forget(id) => self.forget(*id),
            Write::Complete(migration) | Write::Adopt(migration) => self.complete(plan, *migration),
            Write::HookOwed => self.hook = Hook::Owed,
            Write::HookDone => self.hook = Hook::Settled,
            // Its rows are stale as soon as it is complete.
            Write::Close(_) => {}
            Write::Sweep { version, from, to, last } => {
                if *last {
                    self.stale.remove(version);
                } else if let Some(steps) = self.stale.get_mut(version) {
                    // The run that [`Self::sweep`] has named.
                    steps.take_run(to - from);
                }
            }
        }
    }

    fn forget(&mut self, id: StepId) {
        self.started.remove(&id);
        self.seen.remove(&id);
        self.in_doubt.remove(&id);
    }

    /// It is in the ledger; what the journal has of it is good for nothing now.
    fn complete(&mut self, plan: &Plan, migration: usize) {
        let of_it = |id: &StepId| id.migration == migration;
        let mut rows = self.done.remove(&migration).unwrap_or_default();
        rows.extend(self.started.keys().filter(|id| of_it(id)).map(|id| id.step));
        self.started.retain(|id, _| !of_it(id));
        self.seen.retain(|id, _| !of_it(id));
        self.in_doubt.retain(|id| !of_it(id));
        if !rows.is_empty() {
            self.stale.insert(plan.migrations[migration].version.to_string(), rows);
        }
        if self.queue.get(self.finished) == Some(&migration) {
            self.finished += 1;
        }
        if self.has_hook && self.hook != Hook::Owed {
            self.hook = Hook::Due;
        }
    }

    /// Sweeps at most so many rows of the journal, of no version that is `kept`. The row that says that the others are
    /// of the past goes last.
    pub(super) fn sweep(&self, limit: usize, kept: impl Fn(&str) -> bool) -> Option<Write> {
        let room = limit.checked_sub(1).filter(|room| *room > 0)?;
        let (version, steps) = self.stale.iter().find(|(version, _)| !kept(version))?;
        let mut rest = steps.clone();
        let (from, to) = rest.take_run(room).unwrap_or_default();
        Some(Write::Sweep { version: version.clone(), from, to, last: rest.is_empty() })
    }

    /// Whether the journal has rows of this migration.
    pub(super) fn has_rows(&self, migration: usize) -> bool {
        self.done.contains_key(&migration) || self.started.keys().any(|id| id.migration == migration)
    }

    /// Whether the journal has rows of this version that nobody needs.
    pub(super) fn has_stale(&self, version: &str) -> bool {
        self.stale.contains_key(version)
    }

    /// What is to be done now. Jobs of one migration run side by side: only a step that waits for one, and the
    /// migration's end, stop at it.
    pub(super) fn next(&self, plan: &Plan, sweep_limit: usize) -> Next {
        if self.hook == Hook::Due {
            return Next::Write(Write::HookOwed);
        }
        if let Some(write) = self.rewrites.first() {
            return Next::Write(write.clone());
        }
        let Some(&migration) = self.queue.get(self.finished) else {
            // The last few rows go with the lease, unless the hook comes first, which may fail.
            if let Some(sweep) = self.sweep(sweep_limit, |_| false)
                && (self.hook == Hook::Owed
                    || self.stale.len() > 1
                    || !matches!(sweep, Write::Sweep { last: true, .. }))
            {
                return Next::Write(sweep);
            }
            return match self.hook {
                Hook::Owed | Hook::Due => Next::Hook,
                Hook::Called => Next::Write(Write::HookDone),
                Hook::Settled => Next::Finished,
            };
        };
        let planned = &plan.migrations[migration];
        // A file that is always applied was edited when it was half applied: it is begun anew.
        if let Some(sweep) = self.sweep(sweep_limit, |version| version != planned.version) {
            return Next::Write(sweep);
        }
        let done = self.done.get(&migration);
        // Once a step of it is in the journal it is being run.
        let begun = done.is_some() || self.started.keys().any(|id| id.migration == migration);
        if planned.kind == MigrationKind::Baseline && !begun {
            match self.baselines.get(&migration) {
                None => return Next::CheckBaseline(migration),
                Some(true) => return Next::Write(Write::Adopt(migration)),
                Some(false) => {}
            }
        }
        let mut jobs = Vec::new();
        let first = done.map_or(0, StepSet::first_missing);
        for (step, work) in planned.steps.iter().enumerate().skip(first) {
            let id = StepId { migration, step };
            match self.next_of(id, work, &jobs) {
                OfStep::Over => {}
                OfStep::InFlight(job) => jobs.push(Job { step: id, id: job }),
                OfStep::Next(next) => return next,
            }
        }
        if jobs.is_empty() { Next::Write(Write::Complete(migration)) } else { Next::Await(jobs) }
    }

    fn next_of(&self, id: StepId, work: &Step, jobs: &[Job]) -> OfStep {
        if self.is_done(id) {
            return OfStep::Over;
        }
        let Some(started_job) = self.started.get(&id) else {
            let waits: Vec<Job> =
                jobs.iter().filter(|job| work.waits_for.contains(&job.step.step)).cloned().collect();
            return OfStep::Next(match work.kind {
                _ if !waits.is_empty() => Next::Await(waits),
                StepKind::Dml { .. } => Next::Rows(id),
                StepKind::Ddl { .. } | StepKind::AsyncDdl { .. } => Next::Write(Write::Intent(id)),
            });
        };
        OfStep::Next(match (self.seen.get(&id), started_job) {
            (Some(Seen::Ran), _) => Next::Write(Write::Done(id)),
            (Some(Seen::Job(job)), _) => Next::Write(Write::Submitted(id, job.clone())),
            // The old job is gone; its id must go too before a new one can be told from it.
            (Some(Seen::Ready), Some(_)) => Next::Write(Write::Intent(id)),
            (Some(Seen::Ready), None) => Next::Execute(id),
            (Some(Seen::Broken(_)), _) => Next::Clean(id),
            (Some(Seen::Contested(_) | Seen::Skipped), _) => Next::Prove(id),
            (None, Some(job)) => return OfStep::InFlight(job.clone()),
            (None, None) => Next::Prove(id),
        })
    }

    /// Takes in what the catalog says of a step. An error when only a person can help.
    pub(super) fn judge(&mut self, plan: &Plan, id: StepId, verdict: Verdict) -> Result<(), Error> {
        let refusal = match self.seen.get(&id) {
            Some(Seen::Contested(refusal)) => Some(refusal.clone()),
            _ => None,
        };
        let seen = match (verdict, refusal) {
            (Verdict::Different { expected, found }, refusal) => {
                return Err(different(plan, id, &expected, &found, self.doubts(id), refusal));
            }
            (Verdict::CannotTell(why), Some(refusal)) => return Err(cannot_tell(plan, id, &why, refusal)),
            // Something is under way, or half done: it must be neither begun anew nor forgotten.
            (Verdict::CannotTell(why), None)
                if matches!(self.started.get(&id), Some(Some(_)))
                    || matches!(self.seen.get(&id), Some(Seen::Broken(_))) =>
            {
                return Err(job_unknown(plan, id, &why));
            }
            (Verdict::Absent, Some(refusal)) => return Err(refused(plan, id, refusal)),
            // Where nobody can tell, the server is asked by the statement itself.
            (Verdict::Absent | Verdict::CannotTell(_), None) => Seen::Ready,
            (Verdict::Happened, _) => Seen::Ran,
            (Verdict::Building(job), _) => Seen::Job(job),
            (Verdict::Broken(failure), _) => Seen::Broken(failure),
        };
        self.seen.insert(id, seen);
        Ok(())
    }
}

enum OfStep {
    Over,
    InFlight(String),
    Next(Next),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::FencingToken;
    use crate::core::review::review;
    use crate::testing::{ddl, plan};

    fn id(migration: usize, step: usize) -> StepId {
        StepId { migration, step }
    }

    fn state(plan: &Plan) -> RunState {
        let loaded = Loaded {
            token: FencingToken { fence: 1, seq: 1 },
            ledger: Vec::new(),
            journal: Vec::new(),
            closed: std::collections::BTreeSet::new(),
            known: std::collections::BTreeSet::new(),
            hook_owed: false,
        };
        let policies = Policies::default();
        let review = review(plan, &policies, &[], None).unwrap();
        RunState::new(plan, &review, &loaded, BTreeMap::new(), &policies).unwrap()
    }

    #[test]
    fn what_has_surely_not_happened_leaves_nothing() {
        let plan = plan(vec![("1", vec![ddl("a")])]);
        let mut state = state(&plan);
        state.apply(&plan, &Write::Intent(id(0, 0)));
        state.doubt(id(0, 0));
        assert!(state.has_rows(0) && state.doubts(id(0, 0)) && state.has_doubt());
        state.apply(&plan, &Write::Forget(id(0, 0)));
        assert!(!state.has_rows(0) && !state.doubts(id(0, 0)) && !state.has_doubt());
    }

    #[test]
    fn what_is_complete_is_of_the_past_and_nothing_else_is() {
        let plan = plan(vec![("1", vec![ddl("a")]), ("2", vec![ddl("b")])]);
        let mut state = state(&plan);
        for migration in [0, 1] {
            state.apply(&plan, &Write::Intent(id(migration, 0)));
            state.doubt(id(migration, 0));
        }
        state.apply(&plan, &Write::Complete(0));
        assert!(!state.has_rows(0) && !state.doubts(id(0, 0)) && state.has_stale("1"));
        assert!(state.has_rows(1) && state.doubts(id(1, 0)) && !state.has_stale("2"));
        assert_eq!((state.done(0), state.seen(id(1, 0))), (0, None));
    }
}
