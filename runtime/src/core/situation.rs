//! What a holder of the lease knows: the tables as they stand, and what it has seen happen itself.

use super::action::{Held, Job, StepId, Verdict, Write};
use super::explain::{different, refused};
use super::journal::Journal;
use super::review::{LedgerRow, Review};
use crate::error::Error;
use crate::options::{HookTime, Policies};
use crate::server::ServerError;
use crate::sql::lease::HOOK_OWED;
use dsql_migrate_plan::{MigrationKind, Plan, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// A row of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct JournalRow {
    pub(crate) version: String,
    pub(crate) step: usize,
    /// Of the step as it was when the row was written.
    pub(crate) checksum: String,
    /// Whether it has happened; else it was started.
    pub(crate) done: bool,
    pub(crate) job: Option<String>,
}

/// Ledger, journal and lease as of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Loaded {
    pub(crate) held: Held,
    pub(crate) ledger: Vec<LedgerRow>,
    pub(crate) journal: Vec<JournalRow>,
    pub(crate) known: BTreeSet<String>,
}

/// A step in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    Started { job: Option<String> },
    Done,
}

/// What this runner has seen of a started step and not recorded yet. A step without a note was started by a
/// runner that is gone, or its answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Note {
    /// Its statement can be sent: it surely has not happened.
    Clear,
    /// Its statement succeeded without a job.
    Ran,
    /// Its statement started this job.
    Job(String),
    /// The server refused because something is there, or is not: perhaps because the step has happened.
    Contested(ServerError),
    /// The catalog shows an index that is not valid and that nobody works at. With what its job said.
    Broken(Option<String>),
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

/// What follows from a situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    Write(Write),
    Rows(StepId),
    Execute(StepId),
    Prove(StepId),
    Clean(StepId),
    Survey(usize),
    Await(Vec<Job>),
    Hook,
    Finished,
}

/// Everything that a holder goes on from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Situation {
    queue: Vec<usize>,
    applied: BTreeSet<usize>,
    journal: BTreeMap<StepId, Mark>,
    stale: BTreeSet<String>,
    notes: BTreeMap<StepId, Note>,
    /// Steps whose statement may have run without anybody seeing it succeed.
    doubted: BTreeSet<StepId>,
    /// Baselines that have been looked up, and whether the database has them.
    surveyed: BTreeMap<usize, bool>,
    has_hook: bool,
    hook: Hook,
}

impl Situation {
    /// From what was read. `notes` is what this runner saw since it took the lease: it stays true over a second reading.
    pub(super) fn new(
        plan: &Plan,
        review: Review,
        loaded: &Loaded,
        mut notes: BTreeMap<StepId, Note>,
        policies: &Policies,
    ) -> Result<Self, Error> {
        let hook = policies.hook;
        let Journal { marks: journal, stale, doubted } =
            Journal::read(plan, policies, &review.queue, loaded)?;
        notes.retain(|id, _| matches!(journal.get(id), Some(Mark::Started { .. })));
        let owed = loaded.known.contains(HOOK_OWED) || hook == Some(HookTime::EveryRun);
        Ok(Self {
            queue: review.queue,
            applied: review.applied,
            journal,
            stale,
            notes,
            doubted,
            surveyed: BTreeMap::new(),
            has_hook: hook.is_some(),
            hook: if hook.is_some() && owed { Hook::Owed } else { Hook::Settled },
        })
    }

    pub(super) fn note(&mut self, id: StepId, note: Note) {
        self.notes.insert(id, note);
    }

    /// Whether the database had a baseline before.
    pub(super) fn surveyed(&mut self, migration: usize, is_there: bool) {
        self.surveyed.insert(migration, is_there);
    }

    /// The hook has ended well.
    pub(super) fn hooked(&mut self) {
        self.hook = Hook::Called;
    }

    /// The answer was lost: only the catalog knows.
    pub(super) fn doubt(&mut self, id: StepId) {
        self.notes.remove(&id);
        self.doubted.insert(id);
    }

    /// Whether the statement may have run before without anybody seeing it succeed. A refusal then says nothing yet.
    pub(super) fn doubts(&self, id: StepId) -> bool {
        self.doubted.contains(&id)
    }

    /// The statement succeeded and says no more: what is there must be looked at.
    pub(super) fn look(&mut self, id: StepId) {
        self.notes.remove(&id);
    }

    /// Whether a statement may be under way whose answer nobody has.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.journal.iter().any(|(id, mark)| match self.notes.get(id) {
            // The drop of what a failed job has left.
            Some(Note::Broken(_)) => true,
            Some(_) => false,
            None => *mark == Mark::Started { job: None } && self.doubted.contains(id),
        })
    }

    pub(super) fn noted(&self, id: StepId) -> Option<&Note> {
        self.notes.get(&id)
    }

    pub(super) fn into_notes(self) -> BTreeMap<StepId, Note> {
        self.notes
    }

    /// How many steps of a migration are done.
    pub(super) fn done(&self, migration: usize) -> usize {
        self.journal.iter().filter(|(id, mark)| id.migration == migration && **mark == Mark::Done).count()
    }

    /// As it is once `write` has been committed.
    pub(super) fn apply(&mut self, write: &Write) {
        match write {
            Write::Intent(id) => {
                self.journal.insert(*id, Mark::Started { job: None });
                self.notes.insert(*id, Note::Clear);
            }
            Write::Submitted(id, job) => {
                self.journal.insert(*id, Mark::Started { job: Some(job.clone()) });
                self.notes.remove(id);
            }
            Write::Done(id) => {
                self.journal.insert(*id, Mark::Done);
                self.notes.remove(id);
            }
            Write::Forget(id) => {
                self.journal.remove(id);
                self.notes.remove(id);
            }
            Write::Complete(migration) | Write::Adopt(migration) => {
                self.applied.insert(*migration);
                self.journal.retain(|id, _| id.migration != *migration);
                self.notes.retain(|id, _| id.migration != *migration);
                if self.has_hook && self.hook != Hook::Owed {
                    self.hook = Hook::Due;
                }
            }
            Write::HookOwed => self.hook = Hook::Owed,
            Write::HookDone => self.hook = Hook::Settled,
            Write::Sweep(version) => {
                self.stale.remove(version);
            }
        }
    }

    /// What is to be done now. Jobs of one migration run side by side: only a step that waits for one, and the
    /// migration's end, stop at it.
    pub(super) fn next(&self, plan: &Plan) -> Next {
        if self.hook == Hook::Due {
            return Next::Write(Write::HookOwed);
        }
        if let Some(version) = self.stale.first() {
            return Next::Write(Write::Sweep(version.clone()));
        }
        let Some(migration) = self.queue.iter().copied().find(|position| !self.applied.contains(position))
        else {
            return match self.hook {
                Hook::Owed | Hook::Due => Next::Hook,
                Hook::Called => Next::Write(Write::HookDone),
                Hook::Settled => Next::Finished,
            };
        };
        // Once a step of it is in the journal it is being run.
        let begun = self.journal.keys().any(|id| id.migration == migration);
        if plan.migrations[migration].kind == MigrationKind::Baseline && !begun {
            match self.surveyed.get(&migration) {
                None => return Next::Survey(migration),
                Some(true) => return Next::Write(Write::Adopt(migration)),
                Some(false) => {}
            }
        }
        let mut jobs = Vec::new();
        for (step, work) in plan.migrations[migration].steps.iter().enumerate() {
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
        let waits: Vec<Job> =
            jobs.iter().filter(|job| work.waits_for.contains(&job.step.step)).cloned().collect();
        let started_job = match self.journal.get(&id) {
            Some(Mark::Done) => return OfStep::Over,
            None if !waits.is_empty() => return OfStep::Next(Next::Await(waits)),
            None => {
                return OfStep::Next(match work.kind {
                    StepKind::Dml { .. } => Next::Rows(id),
                    StepKind::Ddl { .. } | StepKind::AsyncDdl { .. } => Next::Write(Write::Intent(id)),
                });
            }
            Some(Mark::Started { job }) => job,
        };
        OfStep::Next(match (self.notes.get(&id), started_job) {
            (Some(Note::Ran), _) => Next::Write(Write::Done(id)),
            (Some(Note::Job(job)), _) => Next::Write(Write::Submitted(id, job.clone())),
            // The old job is gone; its id must go too before a new one can be told from it.
            (Some(Note::Clear), Some(_)) => Next::Write(Write::Intent(id)),
            (Some(Note::Clear), None) => Next::Execute(id),
            (Some(Note::Broken(_)), _) => Next::Clean(id),
            (Some(Note::Contested(_)), _) => Next::Prove(id),
            (None, Some(job)) => return OfStep::InFlight(job.clone()),
            (None, None) => Next::Prove(id),
        })
    }

    /// Takes in what the catalog says of a step. An error when only a person can help.
    pub(super) fn judge(&mut self, plan: &Plan, id: StepId, verdict: Verdict) -> Result<(), Error> {
        let contested = match self.notes.get(&id) {
            Some(Note::Contested(answer)) => Some((answer.clone(), self.doubts(id))),
            _ => None,
        };
        let note = match (verdict, contested) {
            (Verdict::Different { expected, found }, answer) => {
                return Err(different(plan, id, &expected, &found, answer.map(|it| it.0)));
            }
            // Nobody saw our statement run, and only a name is there: it may be anything.
            (Verdict::Happened { compared: false }, Some((answer, false)))
            | (Verdict::Absent, Some((answer, _))) => {
                return Err(refused(plan, id, 0, answer));
            }
            (Verdict::Happened { .. }, _) => Note::Ran,
            (Verdict::Absent, None) => Note::Clear,
            (Verdict::Building(job), _) => Note::Job(job),
            (Verdict::Broken(details), _) => Note::Broken(details),
        };
        self.notes.insert(id, note);
        Ok(())
    }
}

enum OfStep {
    Over,
    InFlight(String),
    Next(Next),
}
