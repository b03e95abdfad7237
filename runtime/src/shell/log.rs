//! Follows a run by its actions: how long what took, what it has applied, and which span an action belongs to.

use super::perform::Shell;
use crate::connect::Connector;
use crate::core::{Action, LedgerRow, Loaded, Outcome, Review, StepId, Write};
use crate::progress::{Event, Kind, StepRef};
use crate::report::{AppliedNow, Report};
use dsql_migrate_plan::{MigrationKind, Plan};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::{Duration, Instant};
use tracing::Span;

/// A step in this run.
struct Begun {
    since: Instant,
    attempts: u32,
}

/// What people are told, and what the report says.
pub(super) struct Log<'a> {
    plan: &'a Plan,
    migrations: BTreeMap<usize, (Instant, Span)>,
    steps: BTreeMap<StepId, Begun>,
    /// The changes of a record whose answer was lost: the next reading tells whether it was made.
    in_doubt: Vec<Write>,
    applied: Vec<AppliedNow>,
}

impl<'a> Log<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            migrations: BTreeMap::new(),
            steps: BTreeMap::new(),
            in_doubt: Vec::new(),
            applied: Vec::new(),
        }
    }

    /// What the run has applied so far.
    pub(super) fn applied(&self) -> &[AppliedNow] {
        &self.applied
    }

    /// To be called before an action is performed.
    pub(super) fn begin<C: Connector>(&mut self, action: &Action, shell: &Shell<'_, C>) {
        let (Action::Execute(id) | Action::Rows(id, _) | Action::Prove(id)) = action else { return };
        let migration = &self.plan.migrations[id.migration];
        if let Entry::Vacant(first) = self.migrations.entry(id.migration) {
            let (version, name) = (&*migration.version, &*migration.name);
            let span = tracing::info_span!(target: "dsql_migrate", "migration", migration = version, name);
            first.insert((Instant::now(), span));
            shell.tell(Event::MigrationStarted {
                version: version.to_owned(),
                name: name.to_owned(),
                file: migration.file.to_string(),
                steps: migration.steps.len(),
            });
        }
        let step = self.steps.entry(*id).or_insert_with(|| Begun { since: Instant::now(), attempts: 0 });
        if !matches!(action, Action::Prove(_)) {
            step.attempts += 1;
            let step_ref = StepRef::new(self.plan, *id);
            shell.tell(Event::StepStarted { step: step_ref, attempt: step.attempts });
        }
    }

    /// What the action is performed in.
    pub(super) fn span(&self, action: &Action) -> Span {
        let of = |migration: usize| self.migrations.get(&migration).and_then(|(_, span)| span.id());
        match action {
            Action::Execute(id) | Action::Rows(id, _) | Action::Prove(id) | Action::Clean(id) => {
                let migration = &self.plan.migrations[id.migration];
                tracing::info_span!(
                    target: "dsql_migrate",
                    parent: of(id.migration).or_else(|| Span::current().id()),
                    "step",
                    migration = &*migration.version,
                    step = id.step + 1,
                    kind = Kind::of(&migration.steps[id.step].kind).as_str(),
                    attempt = self.steps.get(id).map(|step| step.attempts),
                )
            }
            Action::Await(jobs) => tracing::info_span!(
                target: "dsql_migrate",
                parent: jobs.first().and_then(|job| of(job.step.migration)).or_else(|| Span::current().id()),
                "wait",
                wait = "job",
                jobs = jobs.len(),
            ),
            Action::WaitForLease => tracing::info_span!(target: "dsql_migrate", "wait", wait = "lease"),
            _ => Span::current(),
        }
    }

    /// To be called with what came of an action.
    pub(super) fn end<C: Connector>(&mut self, action: &Action, outcome: &Outcome, shell: &Shell<'_, C>) {
        match (action, outcome) {
            (Action::Record(writes) | Action::Rows(_, writes), Outcome::Recorded) => {
                for write in writes {
                    self.recorded(write, shell);
                }
            }
            (Action::Record(writes) | Action::Rows(_, writes), Outcome::InDoubt) => {
                self.in_doubt.clone_from(writes);
            }
            // The lease has been ours all the time: what is there is what we wrote.
            (_, Outcome::Loaded(Some(loaded)) | Outcome::Taken(loaded)) => {
                for write in std::mem::take(&mut self.in_doubt) {
                    if self.is_there(&write, loaded) {
                        self.recorded(&write, shell);
                    }
                }
            }
            (_, Outcome::LeaseLost | Outcome::Loaded(None)) => {
                self.in_doubt.clear();
                shell.tell(Event::LeaseLost {});
            }
            _ => {}
        }
    }

    fn is_there(&self, write: &Write, loaded: &Loaded) -> bool {
        let in_ledger = |migration: usize| {
            let migration = &self.plan.migrations[migration];
            // What is always applied may be there as it was before.
            let as_now = |row: &LedgerRow| {
                migration.kind != MigrationKind::Always
                    || row.checksum.as_ref().is_some_and(|it| *it == migration.checksum.to_string())
            };
            loaded.ledger.iter().any(|row| row.version == *migration.version && as_now(row))
        };
        match write {
            Write::Complete(migration) | Write::Adopt(migration) => in_ledger(*migration),
            Write::Done(id) => {
                let version = &*self.plan.migrations[id.migration].version;
                let done =
                    |row: &crate::core::JournalRow| row.version == version && row.step == id.step && row.done;
                in_ledger(id.migration) || loaded.journal.iter().any(done)
            }
            _ => false,
        }
    }

    fn recorded<C: Connector>(&mut self, write: &Write, shell: &Shell<'_, C>) {
        match write {
            Write::Done(id) => {
                let elapsed = self.steps.remove(id).map(|step| step.since.elapsed()).unwrap_or_default();
                shell.tell(Event::StepFinished { step: StepRef::new(self.plan, *id), elapsed });
            }
            Write::Complete(position) | Write::Adopt(position) => {
                // That its last steps are done goes without a record of their own.
                let of_it = |id: &StepId| id.migration == *position;
                let rest: Vec<StepId> = self.steps.keys().copied().filter(of_it).collect();
                for id in rest {
                    self.recorded(&Write::Done(id), shell);
                }
                let migration = &self.plan.migrations[*position];
                let elapsed =
                    self.migrations.remove(position).map(|(since, _)| since.elapsed()).unwrap_or_default();
                let applied = AppliedNow {
                    version: migration.version.to_string(),
                    name: migration.name.to_string(),
                    file: migration.file.to_string(),
                    duration: elapsed,
                    adopted: matches!(write, Write::Adopt(_)),
                };
                shell.tell(Event::MigrationFinished {
                    version: applied.version.clone(),
                    name: applied.name.clone(),
                    file: applied.file.clone(),
                    elapsed,
                });
                self.applied.push(applied);
            }
            _ => {}
        }
    }

    pub(super) fn report(self, review: &Review, duration: Duration) -> Report {
        let version = |position: &usize| self.plan.migrations[*position].version.to_string();
        let ours = |version: &String| self.applied.iter().any(|applied| applied.version == *version);
        Report {
            already_applied: review.applied.iter().map(version).filter(|version| !ours(version)).collect(),
            held_back: review.held_back.iter().map(version).collect(),
            applied: self.applied,
            duration,
        }
    }
}
