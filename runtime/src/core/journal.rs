//! What the journal means for a plan.

use super::action::StepId;
use super::review::stands_for;
use super::situation::{JournalRow, Loaded, Mark};
use crate::checksum::step_checksum;
use crate::error::{Error, ErrorKind, Place};
use crate::options::Policies;
use dsql_migrate_plan::{MigrationKind, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// The journal, read for a plan.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) marks: BTreeMap<StepId, Mark>,
    /// Versions whose rows nobody needs.
    pub(super) stale: BTreeSet<String>,
    /// Steps whose statement may have run without anybody seeing it succeed.
    pub(super) doubted: BTreeSet<StepId>,
}

impl Journal {
    /// Reads the rows. `queue` holds the migrations that are to be applied.
    pub(super) fn read(
        plan: &Plan,
        policies: &Policies,
        queue: &[usize],
        loaded: &Loaded,
    ) -> Result<Self, Error> {
        let in_ledger: BTreeSet<&str> = loaded.ledger.iter().map(|row| row.version.as_str()).collect();
        let position = |row: &JournalRow| {
            plan.migrations.iter().position(|migration| *migration.version == *row.version)
        };
        let kind = |position: usize| plan.migrations[position].kind;
        // What is always applied may be edited at any time. All of it can be repeated, so it is begun anew.
        let anew: BTreeSet<usize> = loaded
            .journal
            .iter()
            .filter_map(|row| Some((position(row)?, row)))
            .filter(|(position, row)| {
                let id = StepId { migration: *position, step: row.step };
                kind(*position) == MigrationKind::Always && !is_unedited(plan, policies, id, row)
            })
            .map(|(position, _)| position)
            .collect();
        let mut journal = Self::default();
        for row in &loaded.journal {
            let position = position(row);
            let applied = in_ledger.contains(row.version.as_str())
                && !position.is_some_and(|position| queue.contains(&position));
            if applied || position.is_some_and(|position| anew.contains(&position)) {
                journal.stale.insert(row.version.clone());
                continue;
            }
            // A migration that only a newer binary knows: its journal is that binary's affair.
            let Some(position) = position else { continue };
            let id = StepId { migration: position, step: row.step };
            if !is_unedited(plan, policies, id, row) {
                return Err(edited(plan, id, row));
            }
            if plan.migrations[position].steps.get(row.step).is_none() {
                continue;
            }
            if !row.done {
                journal.doubted.insert(id);
            }
            let mark = if row.done { Mark::Done } else { Mark::Started { job: row.job.clone() } };
            journal.marks.insert(id, mark);
        }
        Ok(journal)
    }
}

/// Whether a step in the journal is the one in the plan; else what it did is not what the file says, unless the
/// file says that it is.
fn is_unedited(plan: &Plan, policies: &Policies, id: StepId, row: &JournalRow) -> bool {
    let migration = &plan.migrations[id.migration];
    let step = migration.steps.get(id.step);
    step.is_some_and(|step| step_checksum(step).to_string() == row.checksum)
        || stands_for(policies, migration, &row.checksum)
}

/// What of a file has been applied cannot be edited, for nobody knows how to undo it; what comes after it can.
fn edited(plan: &Plan, id: StepId, row: &JournalRow) -> Error {
    let migration = &plan.migrations[id.migration];
    let place = match migration.steps.get(id.step) {
        Some(_) => Place::of_step(plan, id),
        None => Place::of(migration),
    };
    let state = if row.done { "applied" } else { "started" };
    Error::new(
        ErrorKind::EditedInFlight,
        format!("its step {} was {state} with another text than the file has now", id.step + 1),
    )
    .at(place)
    .now(format!("an earlier version of {} is applied in part; nothing was changed now", migration.file))
    .remedy(format!(
        "restore the statements of this and the earlier steps, in their order, and change only what comes after \
         them; where the edit does not change what the step did, say so in the file with \
         `-- dsql: replaces {}`",
        row.checksum
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Held;
    use crate::options::Options;
    use crate::testing::{checksum, ddl, dml, plan};

    fn loaded(rows: &[(usize, &str, bool)]) -> Loaded {
        let row = |(step, text, done): &(usize, &str, bool)| JournalRow {
            version: "0001".into(),
            step: *step,
            checksum: checksum(text).to_string(),
            done: *done,
            job: None,
        };
        Loaded {
            held: Held { fence: 1, seq: 1 },
            ledger: Vec::new(),
            journal: rows.iter().map(row).collect(),
            known: BTreeSet::new(),
        }
    }

    fn read(plan: &Plan, rows: &[(usize, &str, bool)]) -> Result<Journal, Error> {
        Journal::read(plan, &Options::default().policies, &[0], &loaded(rows))
    }

    #[test]
    fn what_comes_after_the_applied_steps_may_be_edited() {
        let plan = plan(vec![("0001", vec![ddl("a"), ddl("new"), dml(&["newer"])])]);
        let journal = read(&plan, &[(0, "a", true)]).unwrap();
        assert_eq!((journal.marks.len(), journal.stale.len()), (1, 0));
    }

    #[test]
    fn what_was_applied_may_not_unless_the_file_says_that_it_is_the_same() {
        let mut plan = plan(vec![("0001", vec![ddl("a"), ddl("b")])]);
        let rows = [(0, "a", true), (1, "old", false), (2, "gone", true)];
        let error = read(&plan, &rows).unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::EditedInFlight, Some(2)));
        let remedy = error.what_to_do().unwrap();
        assert!(remedy.contains(&format!("-- dsql: replaces {}", checksum("old"))), "{remedy}");
        assert!(!remedy.contains("DELETE"), "{remedy}");
        plan.migrations.to_mut()[0].replaces = vec![checksum("old"), checksum("gone")].into();
        let journal = read(&plan, &rows).unwrap();
        assert_eq!(journal.marks.len(), 2);
        assert_eq!(journal.doubted.into_iter().map(|id| id.step).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn what_is_always_applied_is_begun_anew_when_it_was_edited() {
        let mut plan = plan(vec![("0001", vec![ddl("a"), ddl("b")])]);
        plan.migrations.to_mut()[0].kind = MigrationKind::Always;
        let journal = read(&plan, &[(0, "a", true), (1, "old", true)]).unwrap();
        assert_eq!((journal.marks.len(), journal.stale.len()), (0, 1));
        let same = read(&plan, &[(0, "a", true)]).unwrap();
        assert_eq!((same.marks.len(), same.stale.len()), (1, 0));
    }
}
