//! Does a database have a baseline already?

use super::action::Verdict;
use super::expected::{Expectation, Expected, expected_of_baseline};
use crate::error::{Error, ErrorKind, Place};
use dsql_migrate_plan::Plan;

/// How many things a message lists.
const LISTED: usize = 10;

/// What the catalog is asked for about a baseline, when these migrations behind it are `applied` already: they may have
/// altered what it makes.
pub(crate) fn expectations(plan: &Plan, migration: usize, applied: &[usize]) -> Vec<Expected> {
    let applied = applied.iter().filter_map(|position| plan.migrations.get(*position));
    expected_of_baseline(&plan.migrations[migration], applied)
}

/// Whether the database has all of a baseline, so that it is recorded and not run, or nothing of it, so that it is
/// run. `verdicts` are about [`expectations`], in their order. An error where it has a part.
pub(super) fn is_there(
    plan: &Plan,
    migration: usize,
    applied: &[usize],
    verdicts: &[Verdict],
) -> Result<bool, Error> {
    let expectations = expectations(plan, migration, applied);
    let baseline = &plan.migrations[migration];
    let judged = || expectations.iter().map(|one| &one.what).zip(verdicts);
    let holds = |verdict: &Verdict| matches!(verdict, Verdict::Happened);
    // What must be gone is gone from a new database, too: it does not tell one from the other.
    let telling = || judged().filter(|(what, _)| what.is_there());
    if telling().next().is_none() && !expected_of_baseline(baseline, std::iter::empty()).is_empty() {
        // Applied migrations have taken away or replaced all that it makes: so it was there.
        return Ok(true);
    }
    if telling().all(|(_, verdict)| *verdict == Verdict::Absent) {
        return Ok(false);
    }
    if judged().all(|(_, verdict)| holds(verdict)) {
        return Ok(true);
    }
    let (there, missing): (Vec<_>, Vec<_>) = judged().partition(|(_, verdict)| holds(verdict));
    let there = there.into_iter().filter(|(what, _)| what.is_there()).map(|(what, _)| what.to_string());
    let missing = missing.into_iter().map(|(what, verdict)| wanted(what, verdict));
    Err(Error::new(
        ErrorKind::PartialBaseline,
        format!("the database has a part of this baseline: {}", list(there)),
    )
    .at(Place::of(baseline))
    .now(format!("nothing was changed; not as the baseline says: {}", list(missing)))
    .remedy(
        "make the baseline what this database has, or this database what the baseline says: then it is recorded; \
         in a database that has nothing of it, it is run",
    ))
}

fn wanted(what: &Expectation, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Different { expected, found } => {
            format!("{what}, but the baseline says {expected} and the database has {found}")
        }
        Verdict::Building(job) => format!("{what} (job {job} is at it)"),
        Verdict::Broken(_) => format!("{what} (it is there and not valid)"),
        Verdict::CannotTell(why) => format!("{what} (the catalog does not tell: {why})"),
        Verdict::Happened | Verdict::Absent => what.to_string(),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    let shown = items.iter().take(LISTED).cloned().collect::<Vec<_>>().join("; ");
    match items.len().checked_sub(LISTED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown}; and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{index, plan, table};

    #[test]
    fn all_nothing_or_an_error() {
        let baseline =
            plan(vec![("0000", vec![table("a"), index("CREATE INDEX ASYNC i ON items (a)", &[])])]);
        let is_there = |verdicts: &[Verdict]| super::is_there(&baseline, 0, &[], verdicts);
        let happened = Verdict::Happened;
        assert_eq!(is_there(&[Verdict::Absent, Verdict::Absent]), Ok(false));
        assert_eq!(is_there(&[happened.clone(), happened.clone()]), Ok(true));
        for verdicts in [
            [happened.clone(), Verdict::Absent],
            [Verdict::Absent, happened.clone()],
            [happened.clone(), Verdict::Broken(None)],
            [Verdict::Absent, Verdict::Building("j".into())],
            [Verdict::Different { expected: "(a)".into(), found: "(b)".into() }, happened],
        ] {
            let error = is_there(&verdicts).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PartialBaseline);
        }
    }

    #[test]
    fn a_part_is_told_thing_by_thing() {
        let tables = ["a", "b", "c", "d", "e"].map(table).to_vec();
        let baseline = plan(vec![("0000", tables)]);
        let verdicts = [
            Verdict::Happened,
            Verdict::Different { expected: "(x)".into(), found: "(y)".into() },
            Verdict::Building("j1".into()),
            Verdict::Broken(None),
            Verdict::CannotTell("no rights".into()),
        ];
        let error = is_there(&baseline, 0, &[], &verdicts).unwrap_err();
        assert_eq!(error.what(), "the database has a part of this baseline: table a is there");
        assert_eq!(
            error.now_true().unwrap(),
            "nothing was changed; not as the baseline says: table b is there, but the baseline says (x) and the database \
             has (y); table c is there (job j1 is at it); table d is there (it is there and not valid); table e is there \
             (the catalog does not tell: no rights)"
        );
    }

    #[test]
    fn a_long_list_is_cut() {
        let items = |count: usize| list((0..count).map(|one| one.to_string()));
        assert_eq!(items(LISTED), "0; 1; 2; 3; 4; 5; 6; 7; 8; 9");
        assert_eq!(items(LISTED + 2), "0; 1; 2; 3; 4; 5; 6; 7; 8; 9; and 2 more");
    }

    /// Later files have taken away all that it makes, so that nothing is left to look at: it was there.
    #[test]
    fn what_was_replaced_was_there() {
        let gone = crate::testing::drop_table("a");
        let replaced = plan(vec![("0000", vec![table("a")]), ("0001", vec![gone])]);
        assert_eq!(is_there(&replaced, 0, &[1], &[]), Ok(true));
        let silent = plan(vec![("0000", vec![crate::testing::dml(&["x"])])]);
        assert_eq!(is_there(&silent, 0, &[], &[]), Ok(false));
    }
}
