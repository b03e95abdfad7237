//! What is kept of the journal.

use super::{applied, holder, id, journalled, loaded};
use crate::core::action::{Action, Outcome, Write};
use crate::core::ids::StepId;
use crate::core::policies::Policies;
use crate::core::tables::{JournalRow, LedgerRow};
use crate::testing::{ddl, plan};
use dsql_migrate_plan::Step;
use dsql_migrate_plan::limits::LONE_RECORD_ROWS;

/// The journal of a file that has long been applied: all but the last few rows go in records of their own.
#[test]
fn old_rows_are_swept_by_the_slice() {
    let steps: Vec<Step> = (0..LONE_RECORD_ROWS + 200).map(|_| ddl("a")).collect();
    let (plan, policies) = (plan(vec![("1", steps)]), Policies::default());
    let journal = (0..LONE_RECORD_ROWS + 200).map(|step| journalled(&plan, step, true)).collect();
    let ledger = LedgerRow {
        version: "1".into(),
        name: plan.migrations[0].name.to_string(),
        checksum: Some(plan.migrations[0].checksum.to_string()),
        always: false,
        applied_at: "2026-10-01".into(),
    };
    let mut machine = holder(&plan, &policies, loaded(journal, vec![ledger], &["1"]));
    let mut slices = Vec::new();
    loop {
        let (writes, answer) = match machine.next() {
            Action::Record(writes) => (writes.clone(), Outcome::Recorded),
            Action::Release(write) => (write.iter().cloned().collect(), Outcome::Released),
            Action::Stop => break,
            other => panic!("{other:?}"),
        };
        slices.extend(writes.into_iter().map(|write| match write {
            Write::Sweep { from, to, last, .. } => (to - from, last),
            other => panic!("{other:?}"),
        }));
        machine.observe(answer);
    }
    let swept: usize = slices.iter().map(|(rows, _)| rows).sum();
    assert_eq!(swept, LONE_RECORD_ROWS + 200, "{slices:?}");
    assert!(slices.iter().all(|(rows, _)| *rows < LONE_RECORD_ROWS), "{slices:?}");
    assert_eq!(slices.iter().filter(|(_, last)| *last).count(), 1, "{slices:?}");
}

/// The last few old rows cost nothing: they go when the lease is given back.
#[test]
fn the_last_old_rows_go_with_the_lease() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")]), ("2", vec![ddl("b")])]), Policies::default());
    let sweep = |version: &str| Write::Sweep { version: version.into(), from: 0, to: 1, last: true };
    let of = |versions: &[&str]| {
        let row =
            |version: &&str| JournalRow { version: (*version).to_owned(), ..journalled(&plan, 0, true) };
        let journal = versions.iter().map(row).collect();
        holder(&plan, &policies, loaded(journal, vec![applied(&plan, 0), applied(&plan, 1)], versions))
    };
    assert_eq!(of(&["1"]).next(), &Action::Release(Some(sweep("1"))));
    let mut both = of(&["1", "2"]);
    assert_eq!(both.next(), &Action::Record(vec![sweep("1"), sweep("2")]));
    both.observe(Outcome::Recorded);
    assert_eq!(both.next(), &Action::Release(None));
}

/// The statement was seen to succeed: the catalog need not be asked when the record's answer is lost.
#[test]
fn what_was_seen_survives_a_lost_record() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a"), ddl("b")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    machine.observe(Outcome::Recorded);
    machine.observe(Outcome::Executed(None));
    let record = machine.next().clone();
    assert_eq!(record, Action::Record(vec![Write::Done(id(0)), Write::Intent(id(1))]));
    machine.observe(Outcome::InDoubt);
    assert_eq!(machine.next(), &Action::Load);
    let found = loaded(vec![journalled(&plan, 0, false)], Vec::new(), &[]);
    machine.observe(Outcome::Loaded(Some(found)));
    assert_eq!(machine.next(), &record);
}

/// What an applied file has left in the journal rides along behind what is done.
#[test]
fn work_comes_before_sweeping() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")]), ("2", vec![ddl("b")])]), Policies::default());
    let found = loaded(vec![journalled(&plan, 0, true)], vec![applied(&plan, 0)], &["1"]);
    let machine = holder(&plan, &policies, found);
    let first = StepId { migration: 1, step: 0 };
    let sweep = Write::Sweep { version: "1".into(), from: 0, to: 1, last: true };
    assert_eq!(machine.next(), &Action::Record(vec![Write::Intent(first), sweep]));
}

/// Without a hook none is owed.
#[test]
fn no_hook_is_owed_where_there_is_none() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    let mut written = Vec::new();
    loop {
        let answer = match machine.next() {
            Action::Record(writes) => {
                written.extend(writes.iter().cloned());
                Outcome::Recorded
            }
            Action::Execute(_) => Outcome::Executed(None),
            Action::Release(_) => Outcome::Released,
            Action::Stop => break,
            other => panic!("{other:?}"),
        };
        machine.observe(answer);
    }
    assert!(written.contains(&Write::Complete(0)), "{written:?}");
    assert!(!written.contains(&Write::HookOwed), "{written:?}");
}
