//! What the journal means for a plan.

use super::action::Write;
use super::division::{self, Division};
use super::ids::StepId;
use super::policies::Policies;
use super::review::stands_for;
use super::step_set::StepSet;
use super::tables::{JournalRow, Loaded};
use crate::checksum::{checksum_without_settings, step_checksum};
use crate::error::{Error, ErrorKind, Place};
use dsql_migrate_plan::limits::LONE_RECORD_ROWS;
use dsql_migrate_plan::{Migration, MigrationKind, Plan, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};

/// The journal, read for a plan.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) done: BTreeMap<usize, StepSet>,
    /// Started steps, with the job if one is known.
    pub(super) started: BTreeMap<StepId, Option<String>>,
    /// Rows that nobody needs, by version.
    pub(super) stale: BTreeMap<String, StepSet>,
    /// Steps whose statement may have run without anybody seeing it succeed.
    pub(super) in_doubt: BTreeSet<StepId>,
    /// What makes the rows of another division those of this one; to be committed before anything else.
    pub(super) rewrites: Vec<Write>,
}

/// What a row of the journal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// The step at its place.
    Step,
    /// A step that the file says is as good as the one at its place.
    StandIn,
    /// Something else.
    Other,
}

impl Journal {
    /// Reads the rows. `queue` holds the migrations that are to be applied.
    pub(super) fn read(
        plan: &Plan,
        policies: &Policies,
        queue: &[usize],
        loaded: &Loaded,
    ) -> Result<Self, Error> {
        let positions: BTreeMap<&str, usize> =
            plan.migrations.iter().enumerate().map(|(position, it)| (&*it.version, position)).collect();
        let queued: BTreeSet<usize> = queue.iter().copied().collect();
        let in_ledger: BTreeSet<&str> = loaded.ledger.iter().map(|row| row.version.as_str()).collect();
        let mut journal = Self::default();
        let mut rows: BTreeMap<usize, Vec<&JournalRow>> = BTreeMap::new();
        for row in &loaded.journal {
            match positions.get(row.version.as_str()).copied() {
                _ if loaded.closed.contains(&row.version) => journal.is_stale(row),
                Some(position) if queued.contains(&position) => rows.entry(position).or_default().push(row),
                _ if in_ledger.contains(row.version.as_str()) => journal.is_stale(row),
                // A migration that only a newer binary knows, or one that is held back: its affair.
                _ => {}
            }
        }
        // The row that says so may be the only one left.
        for version in &loaded.closed {
            journal.stale.entry(version.clone()).or_default();
        }
        for (position, rows) in rows {
            journal.of_migration(plan, policies, position, &rows)?;
        }
        Ok(journal)
    }

    fn is_stale(&mut self, row: &JournalRow) {
        self.stale.entry(row.version.clone()).or_default().insert(row.step);
    }

    fn of_migration(
        &mut self,
        plan: &Plan,
        policies: &Policies,
        position: usize,
        rows: &[&JournalRow],
    ) -> Result<(), Error> {
        let migration = &plan.migrations[position];
        let abouts: Vec<About> = rows.iter().map(|row| about(migration, policies, row)).collect();
        let other = rows.iter().zip(&abouts).find(|(_, about)| **about == About::Other);
        if let Some((row, _)) = other {
            // What is always applied may be edited at any time. All of it can be repeated, so it is begun anew.
            if migration.kind == MigrationKind::Always {
                rows.iter().for_each(|row| self.is_stale(row));
                return Ok(());
            }
            let id = StepId { migration: position, step: row.step };
            return match division::covered(migration, rows) {
                // All of it has to be rewritten in one record.
                Some(Division::Done(steps)) if steps.len() + rows.len() > LONE_RECORD_ROWS / 2 => {
                    Err(divided_otherwise(plan, StepId { migration: position, step: 0 }))
                }
                Some(Division::Done(steps)) => {
                    self.redivide(position, rows, steps);
                    Ok(())
                }
                Some(Division::Partly(step)) => {
                    Err(divided_otherwise(plan, StepId { migration: position, step }))
                }
                None => Err(edited(plan, id, row)),
            };
        }
        for (row, about) in rows.iter().zip(abouts) {
            let id = StepId { migration: position, step: row.step };
            match migration.steps.get(row.step).map(|step| &step.kind) {
                // The record of rows commits with them, so a step of rows is never begun and not done.
                Some(StepKind::Dml { .. }) if !row.done && about == About::StandIn => {
                    return Err(edited(plan, id, row));
                }
                Some(_) => self.note(id, row.done, row.job.clone()),
                // The file ends sooner, and says that it is the same.
                None => {}
            }
        }
        Ok(())
    }

    /// The rows are another division's, and these steps are done in ours.
    fn redivide(&mut self, migration: usize, rows: &[&JournalRow], done: std::ops::Range<usize>) {
        let id = |step: usize| StepId { migration, step };
        self.rewrites.extend(done.clone().map(|step| Write::Done(id(step))));
        let others = rows.iter().map(|row| row.step).filter(|step| !done.contains(step));
        self.rewrites.extend(others.map(|step| Write::Forget(id(step))));
        done.for_each(|step| self.note(id(step), true, None));
    }

    fn note(&mut self, id: StepId, done: bool, job: Option<String>) {
        if done {
            self.done.entry(id.migration).or_default().insert(id.step);
        } else {
            self.in_doubt.insert(id);
            self.started.insert(id, job);
        }
    }
}

/// What a row is about, in the file as it is now.
fn about(migration: &Migration, policies: &Policies, row: &JournalRow) -> About {
    let is_step = |step: &Step| {
        step_checksum(step).to_string() == row.checksum
            || (row.file_checksum.is_none() && checksum_without_settings(step).to_string() == row.checksum)
    };
    if migration.steps.get(row.step).is_some_and(is_step) {
        About::Step
    } else if stands_for(policies, migration, &row.checksum) {
        About::StandIn
    } else {
        About::Other
    }
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
        format!(
            "its step {} was {state} with another text, or under other settings (SET), than the file has now",
            id.step + 1
        ),
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

/// Statements that were committed together are now in two steps, and only some of one of them are done.
fn divided_otherwise(plan: &Plan, id: StepId) -> Error {
    let migration = &plan.migrations[id.migration];
    Error::new(
        ErrorKind::EditedInFlight,
        format!(
            "another version of dsql-migrate, which divides this file into other steps, has applied it in part, \
             and its step {} only in part",
            id.step + 1
        ),
    )
    .at(Place::of_step(plan, id))
    .now(format!("{} is applied in part; nothing was changed now", migration.file))
    .remedy("finish this migration with the version that began it, and go on with the new one after that")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::FencingToken;
    use crate::testing::{checksum, ddl, dml, plan, under};

    fn row(step: usize, checksum: Option<String>, done: bool) -> JournalRow {
        let checksum = checksum.unwrap_or_default();
        JournalRow { version: "0001".into(), step, checksum, file_checksum: None, done, job: None }
    }

    fn rows(rows: &[(usize, &str, bool)]) -> Vec<JournalRow> {
        rows.iter().map(|(step, text, done)| row(*step, Some(checksum(text).to_string()), *done)).collect()
    }

    fn read(plan: &Plan, journal: Vec<JournalRow>) -> Result<Journal, Error> {
        let loaded = Loaded {
            token: FencingToken { fence: 1, seq: 1 },
            ledger: Vec::new(),
            journal,
            closed: BTreeSet::new(),
            known: BTreeSet::new(),
            hook_owed: false,
        };
        Journal::read(plan, &Policies::default(), &[0], &loaded)
    }

    #[test]
    fn what_comes_after_the_applied_steps_may_be_edited() {
        let plan = plan(vec![("0001", vec![ddl("a"), ddl("new"), dml(&["newer"])])]);
        let journal = read(&plan, rows(&[(0, "a", true)])).unwrap();
        assert_eq!((journal.done[&0].len(), journal.stale.len()), (1, 0));
    }

    #[test]
    fn what_was_applied_may_not_unless_the_file_says_that_it_is_the_same() {
        let mut plan = plan(vec![("0001", vec![ddl("a"), ddl("b")])]);
        let found = rows(&[(0, "a", true), (1, "old", false), (2, "gone", true)]);
        let error = read(&plan, found.clone()).unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::EditedInFlight, Some(2)));
        let remedy = error.what_to_do().unwrap();
        assert!(remedy.contains(&format!("-- dsql: replaces {}", checksum("old"))), "{remedy}");
        assert!(!remedy.contains("DELETE"), "{remedy}");
        plan.migrations.to_mut()[0].replaces = vec![checksum("old"), checksum("gone")].into();
        let journal = read(&plan, found).unwrap();
        assert_eq!((journal.done[&0].len(), journal.started.len()), (1, 1));
        assert_eq!(journal.in_doubt.into_iter().map(|id| id.step).collect::<Vec<_>>(), [1]);
    }

    /// Half a migration in each schema is what comes of it otherwise.
    #[test]
    fn a_setting_that_was_edited_is_an_edit() {
        let step = |setting| under(setting, ddl("CREATE TABLE t"));
        let before = row(0, Some(step_checksum(&step("SET search_path = ra")).to_string()), true);
        let now = |setting| plan(vec![("0001", vec![step(setting), step(setting)])]);
        assert_eq!(read(&now("SET search_path = ra"), vec![before.clone()]).unwrap().done[&0].len(), 1);
        let error = read(&now("SET search_path = rb"), vec![before]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EditedInFlight);
        // Rows of an older version say nothing of settings.
        let older = row(0, Some(checksum("CREATE TABLE t").to_string()), true);
        assert_eq!(read(&now("SET search_path = rb"), vec![older]).unwrap().done[&0].len(), 1);
    }

    #[test]
    fn what_is_always_applied_is_begun_anew_when_it_was_edited() {
        let mut plan = plan(vec![("0001", vec![ddl("a"), ddl("b")])]);
        plan.migrations.to_mut()[0].kind = MigrationKind::Always;
        let journal = read(&plan, rows(&[(0, "a", true), (1, "old", true)])).unwrap();
        assert_eq!((journal.done.len(), journal.stale["0001"].len()), (0, 2));
        let same = read(&plan, rows(&[(0, "a", true)])).unwrap();
        assert_eq!((same.done[&0].len(), same.stale.len()), (1, 0));
    }

    /// Its row in the ledger was deleted by hand before the journal was swept: it is to run again, all of it.
    #[test]
    fn what_is_closed_is_of_the_past() {
        let plan = plan(vec![("0001", vec![ddl("a"), ddl("b")])]);
        let loaded = Loaded {
            token: FencingToken { fence: 1, seq: 1 },
            ledger: Vec::new(),
            journal: rows(&[(0, "a", true), (1, "edited since", true)]),
            closed: BTreeSet::from(["0001".to_owned(), "0002".to_owned()]),
            known: BTreeSet::new(),
            hook_owed: false,
        };
        let journal = Journal::read(&plan, &Policies::default(), &[0], &loaded).unwrap();
        assert_eq!((journal.done.len(), journal.started.len()), (0, 0));
        assert_eq!((journal.stale["0001"].len(), journal.stale["0002"].len()), (2, 0));
    }

    /// A newer version of this crate may draw the line between steps elsewhere.
    #[test]
    fn the_same_file_in_other_steps_is_not_an_edit() {
        let plan = plan(vec![("0001", vec![ddl("t"), dml(&["a", "b"]), dml(&["a", "d"]), ddl("u")])]);
        let file = Some(plan.migrations[0].checksum.to_string());
        let of = |step: Step| step_checksum(&step).to_string();
        let found = |divided: Vec<(Step, bool)>| {
            let rows = divided.into_iter().enumerate().map(|(at, (step, done))| JournalRow {
                file_checksum: file.clone(),
                ..row(at, Some(of(step)), done)
            });
            read(&plan, rows.collect())
        };
        let done = |journal: Result<Journal, Error>| {
            let journal = journal.unwrap();
            (journal.done[&0].iter_all(4), journal.rewrites)
        };
        let (id, t) = (|step| StepId { migration: 0, step }, || (ddl("t"), true));
        let rewritten = |steps: &[usize], gone: &[usize]| {
            let kept = steps.iter().map(|step| Write::Done(id(*step)));
            kept.chain(gone.iter().map(|step| Write::Forget(id(*step)))).collect::<Vec<_>>()
        };
        let whole = found(vec![t(), (dml(&["a", "b", "a", "d"]), true)]);
        assert_eq!(done(whole), (vec![0, 1, 2], rewritten(&[0, 1, 2], &[])));
        // The same statement twice is two statements.
        let singly = found(vec![
            t(),
            (dml(&["a"]), true),
            (dml(&["b"]), true),
            (dml(&["a"]), true),
            (dml(&["d"]), true),
        ]);
        assert_eq!(done(singly), (vec![0, 1, 2], rewritten(&[0, 1, 2], &[3, 4])));
        let halves = found(vec![t(), (dml(&["a"]), true), (dml(&["b"]), true)]);
        assert_eq!(done(halves), (vec![0, 1], rewritten(&[0, 1], &[2])));
        for (partly, step) in [
            (vec![t(), (dml(&["a", "b", "a"]), true)], 3),
            (vec![t(), (dml(&["a"]), true)], 2),
            // Nobody knows of its statement, and what its names meant stands under another number.
            (vec![t(), (dml(&["a", "b", "a", "d"]), true), (ddl("u"), false)], 4),
        ] {
            let error = found(partly).unwrap_err();
            assert_eq!((error.kind(), error.step()), (ErrorKind::EditedInFlight, Some(step)), "{error}");
            assert!(error.what_to_do().unwrap().contains("the version that began it"), "{error}");
        }
        for edited in [
            vec![(ddl("x"), true)],
            vec![t(), (dml(&["b", "a"]), true)],
            vec![t(), (under("SET search_path = app", dml(&["a", "b", "a", "d"])), true)],
        ] {
            let error = found(edited).unwrap_err();
            assert!(error.what_to_do().unwrap().contains("restore the statements"), "{error}");
        }
    }

    /// It never stands for rows, which are written with their record or not at all.
    #[test]
    fn a_started_step_that_is_vouched_for_is_no_step_of_rows() {
        let mut plan = plan(vec![("0001", vec![dml(&["a"])])]);
        plan.migrations.to_mut()[0].replaces = vec![checksum("old")].into();
        let error = read(&plan, rows(&[(0, "old", false)])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::EditedInFlight);
        assert!(read(&plan, rows(&[(0, "old", true)])).is_ok());
    }

    impl StepSet {
        fn iter_all(&self, count: usize) -> Vec<usize> {
            (0..count).filter(|step| self.contains(*step)).collect()
        }
    }

    /// Rows of a file that is not to be applied are of the past when the ledger has it; else they are somebody's.
    #[test]
    fn what_is_not_in_the_queue_is_of_the_past_if_it_is_applied() {
        let plan = plan(vec![("0001", vec![ddl("a")]), ("0002", vec![ddl("b")])]);
        let with_ledger = |versions: &[&str]| {
            let ledger = |version: &&str| crate::core::tables::LedgerRow {
                version: (*version).to_owned(),
                name: "x".into(),
                checksum: None,
                always: false,
                applied_at: String::new(),
            };
            let loaded = Loaded {
                token: FencingToken { fence: 1, seq: 1 },
                ledger: versions.iter().map(ledger).collect(),
                journal: vec![JournalRow { version: "0002".into(), ..row(0, None, true) }],
                closed: BTreeSet::new(),
                known: BTreeSet::new(),
                hook_owed: false,
            };
            Journal::read(&plan, &Policies::default(), &[0], &loaded).unwrap().stale
        };
        assert_eq!(with_ledger(&[]).len(), 0);
        assert_eq!(with_ledger(&["0002"])["0002"].len(), 1);
    }

    /// All rows of the other division are rewritten in one record, which has room for so many.
    #[test]
    fn another_division_is_taken_over_as_far_as_a_record_goes() {
        let texts: Vec<&'static str> = (0..LONE_RECORD_ROWS / 2)
            .map(|at| &*Box::leak(format!("INSERT {at}").into_boxed_str()))
            .collect();
        let of = |count: usize| {
            let texts = &texts[..count];
            let plan = plan(vec![("0001", texts.iter().map(|sql| dml(&[sql])).collect())]);
            let whole = JournalRow {
                file_checksum: Some(plan.migrations[0].checksum.to_string()),
                ..row(0, Some(step_checksum(&dml(texts)).to_string()), true)
            };
            read(&plan, vec![whole]).map(|journal| journal.done[&0].len())
        };
        let most = LONE_RECORD_ROWS / 2 - 1;
        assert_eq!(of(most).unwrap(), most);
        assert!(of(most + 1).is_err());
    }
}
