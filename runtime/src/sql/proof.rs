//! How the catalog is asked whether a DDL step has happened, and what its answers mean.
//!
//! With what the names meant when the step's intent was recorded (see [`super::identity`]) the question is which
//! objects have come and gone since. Without, as for a baseline, it is what is there.

use super::identity::{Identity, Lookup, NO_SCOPE, numbers, of_fact_in, of_state};
use crate::core::Verdict;
use dsql_migrate_plan::{Fact, Proof};
use std::collections::BTreeSet;

/// What of a fact has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// What the statement does to it has been done since.
    Made,
    /// It has not.
    NotMade,
    /// It was so before: it tells nothing.
    WasSo,
    /// The catalog was not to be asked, then or now.
    Unknown,
}

/// A query for the objects that facts are about now: one row, a column for each fact, for [`objects_now`]. Facts whose
/// names nobody knows the meaning of are not asked about.
pub(crate) fn changed_since(facts: &[Fact], before: &[Option<Identity>]) -> String {
    let columns = facts.iter().enumerate().map(|(position, fact)| match scope(fact, position, before) {
        Some(scope) => of_fact_in(fact, scope, facts.len() == 1),
        None => "(NULL)".to_owned(),
    });
    select(columns)
}

/// The objects in the row that answers [`changed_since`]; `None` for what was not asked about.
pub(crate) fn objects_now(
    facts: &[Fact],
    before: &[Option<Identity>],
    row: &[Option<String>],
) -> Vec<Option<BTreeSet<i64>>> {
    let objects = |(position, fact): (usize, &Fact)| {
        scope(fact, position, before)?;
        let answer = row.get(position)?.as_deref().unwrap_or_default();
        (answer != NO_SCOPE).then(|| numbers(answer).collect())
    };
    facts.iter().enumerate().map(objects).collect()
}

/// Where a fact is asked about; `None` where that is not known.
fn scope<'b>(fact: &Fact, position: usize, before: &'b [Option<Identity>]) -> Option<&'b [i64]> {
    match before.get(position).and_then(Option::as_ref) {
        Some(identity) => Some(&identity.scope),
        None => matches!(fact, Fact::IamMapping { .. }).then_some(&[]),
    }
}

/// A query for what facts are about now: one row, a column for each fact, for [`Identity::parse`].
pub(crate) fn now(facts: &[(&Fact, Lookup)]) -> String {
    select(facts.iter().map(|(fact, lookup)| of_state(fact, *lookup)))
}

fn select(columns: impl Iterator<Item = String>) -> String {
    let columns: Vec<String> = columns
        .enumerate()
        .map(|(position, column)| format!("{column}::pg_catalog.text AS f{position}"))
        .collect();
    format!("SELECT {}", columns.join(", "))
}

/// What of a step's proof the objects say that were there `before` and are `now`.
pub(crate) fn judge(proof: &Proof, before: &[Option<Identity>], now: &[Option<BTreeSet<i64>>]) -> Verdict {
    let changes = |facts: &[Fact]| -> Vec<Change> {
        let change = |(position, fact): (usize, &Fact)| {
            let before = before.get(position).and_then(Option::as_ref);
            change(fact, before, now.get(position).and_then(Option::as_ref))
        };
        facts.iter().enumerate().map(change).collect()
    };
    match proof {
        Proof::Facts(facts) => judge_changes(&changes(facts), Verdict::Absent),
        // To run it again does no harm where it makes something. What it takes away may be hidden behind another
        // object of that name once it is gone, so that is asked for.
        Proof::Repeatable(facts) if !facts.is_empty() && facts.iter().all(|fact| !fact.is_there()) => {
            judge_changes(&changes(facts), Verdict::Happened)
        }
        Proof::Repeatable(_) => Verdict::Absent,
        Proof::Unknown => Verdict::CannotTell("the checker could not read the statement".to_owned()),
    }
}

/// One statement is one transaction, so what it has done to anything it has done to all. `nothing` is the verdict where
/// all was before as the statement makes it.
fn judge_changes(changes: &[Change], nothing: Verdict) -> Verdict {
    let any = |change: Change| changes.contains(&change);
    match (any(Change::Made), any(Change::NotMade), any(Change::Unknown)) {
        (true, false, _) => Verdict::Happened,
        (false, true, _) => Verdict::Absent,
        // Somebody else has done a part of it by hand: the statement itself tells.
        (true, true, _) => Verdict::Absent,
        (false, false, true) => {
            Verdict::CannotTell("what its names meant before it was sent could not be asked".to_owned())
        }
        (false, false, false) => nothing,
    }
}

fn change(fact: &Fact, before: Option<&Identity>, now: Option<&BTreeSet<i64>>) -> Change {
    let Some(now) = now else { return Change::Unknown };
    // There is no more to it than that it is there.
    if let Fact::IamMapping { exists, .. } = fact {
        return if now.is_empty() != *exists { Change::Made } else { Change::NotMade };
    }
    let Some(before) = before else { return Change::Unknown };
    let (made, was_so) = if fact.is_there() {
        (now.difference(&before.objects).next().is_some(), !before.objects.is_empty())
    } else {
        (before.objects.difference(now).next().is_some(), before.objects.is_empty())
    };
    match (made, was_so) {
        (true, _) => Change::Made,
        (false, true) => Change::WasSo,
        (false, false) => Change::NotMade,
    }
}

/// Whether a fact holds, by what has its name now.
pub(crate) fn holds(fact: &Fact, found: Option<&Identity>) -> bool {
    let is_there = found.is_some_and(|identity| !identity.objects.is_empty());
    is_there == fact.is_there()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::name;
    use dsql_migrate_plan::RelationKind;

    fn table(exists: bool) -> Fact {
        Fact::Relation { name: name("t"), kind: RelationKind::Table, exists }
    }

    fn column(exists: bool) -> Fact {
        Fact::Column { table: name("t"), column: "a".into(), exists }
    }

    fn proof(facts: &[Fact]) -> Proof {
        Proof::Facts(facts.to_vec().into())
    }

    fn before(objects: &[i64]) -> Option<Identity> {
        Some(Identity { scope: vec![1], objects: objects.iter().copied().collect(), schema: None })
    }

    fn now(objects: &[i64]) -> Option<BTreeSet<i64>> {
        Some(objects.iter().copied().collect())
    }

    /// Every way in which one object can be there before and after, or be replaced.
    #[test]
    fn one_object() {
        use Verdict::{Absent, Happened};
        for (exists, was, is, expected) in [
            (true, vec![], vec![], Absent),
            (true, vec![], vec![7], Happened),
            // It was there before: the statement was refused, or has not run.
            (true, vec![7], vec![7], Absent),
            (true, vec![7], vec![8], Happened),
            (false, vec![7], vec![], Happened),
            (false, vec![7], vec![7], Absent),
            // Another one has the name now.
            (false, vec![7], vec![8], Happened),
            (false, vec![], vec![], Absent),
            (false, vec![], vec![8], Absent),
        ] {
            let verdict = judge(&proof(&[table(exists)]), &[before(&was)], &[now(&is)]);
            assert_eq!(verdict, expected, "{exists} {was:?} {is:?}");
        }
    }

    /// `DROP COLUMN a, ADD COLUMN a bigint`: the column is there before and after, with another number.
    #[test]
    fn what_is_replaced_under_its_own_name() {
        let facts = proof(&[column(false), column(true)]);
        let was = [before(&[2]), before(&[2])];
        assert_eq!(judge(&facts, &was, &[now(&[2]), now(&[2])]), Verdict::Absent);
        assert_eq!(judge(&facts, &was, &[now(&[5]), now(&[5])]), Verdict::Happened);
    }

    /// `ADD COLUMN IF NOT EXISTS a, DROP CONSTRAINT c` where `a` is there.
    #[test]
    fn what_was_so_before_tells_nothing() {
        let facts = proof(&[column(true), table(false)]);
        let was = [before(&[2]), before(&[9])];
        assert_eq!(judge(&facts, &was, &[now(&[2]), now(&[])]), Verdict::Happened);
        assert_eq!(judge(&facts, &was, &[now(&[2]), now(&[9])]), Verdict::Absent);
    }

    #[test]
    fn a_part_made_by_hand_is_not_the_whole() {
        let facts = proof(&[column(true), table(true)]);
        let was = [before(&[]), before(&[])];
        assert_eq!(judge(&facts, &was, &[now(&[3]), now(&[])]), Verdict::Absent);
    }

    /// `DROP TABLE IF EXISTS t` with a second `t` behind the first on the search path.
    #[test]
    fn a_repeatable_drop_is_not_repeated_once_it_has_happened() {
        let gone = Proof::Repeatable(vec![table(false)].into());
        assert_eq!(judge(&gone, &[before(&[7])], &[now(&[])]), Verdict::Happened);
        assert_eq!(judge(&gone, &[before(&[7])], &[now(&[7])]), Verdict::Absent);
        // There was nothing to drop: what has the name now is not its.
        assert_eq!(judge(&gone, &[before(&[])], &[now(&[8])]), Verdict::Happened);
        let made = Proof::Repeatable(vec![table(true)].into());
        assert_eq!(judge(&made, &[before(&[7])], &[now(&[7])]), Verdict::Absent);
    }

    #[test]
    fn who_cannot_ask_cannot_tell() {
        let cannot = |verdict| matches!(verdict, Verdict::CannotTell(_));
        assert!(cannot(judge(&proof(&[table(true)]), &[None], &[now(&[7])])));
        assert!(cannot(judge(&proof(&[table(true)]), &[before(&[])], &[None])));
        assert!(cannot(judge(&Proof::Unknown, &[], &[])));
        // One fact that can be told is enough.
        let facts = proof(&[table(false), column(true)]);
        assert_eq!(judge(&facts, &[before(&[7]), None], &[now(&[]), now(&[])]), Verdict::Happened);
    }

    #[test]
    fn a_mapping_is_there_or_not_whoever_made_it() {
        let mapping = |exists| proof(&[Fact::IamMapping { role: "r".into(), arn: "a".into(), exists }]);
        assert_eq!(judge(&mapping(true), &[], &[now(&[1])]), Verdict::Happened);
        assert_eq!(judge(&mapping(true), &[], &[now(&[])]), Verdict::Absent);
        assert_eq!(judge(&mapping(false), &[], &[now(&[])]), Verdict::Happened);
    }
}
