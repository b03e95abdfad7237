//! Does the ledger fit the plan, and what is left to apply?

use super::policies::{LateFiles, Policies, UnknownVersions};
use super::tables::LedgerRow;
use crate::error::{Error, ErrorKind, Place};
use dsql_migrate_plan::{Migration, MigrationKind, Phase, Plan};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What a ledger means for a plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Review {
    /// The positions of the migrations to apply, in order.
    pub(crate) queue: Vec<usize>,
    /// The positions of those that the ledger has.
    pub(crate) applied: BTreeSet<usize>,
    /// Pending ones that are held back: beyond the target, or not additive, or of the next list.
    pub(crate) held_back: Vec<usize>,
    /// Those that no option holds back: they are always applied, and a newer binary has gone on.
    pub(crate) held_for_newer: Vec<usize>,
}

/// Orders versions by their number, whatever zeros stand before it.
pub(crate) fn compare_versions(one: &str, other: &str) -> Ordering {
    let digits = |version: &str| version.trim_start_matches('0').to_owned();
    let (one, other) = (digits(one), digits(other));
    one.len().cmp(&other.len()).then_with(|| one.cmp(&other))
}

/// Compares ledger and plan.
///
/// `known` holds the versions that were applied when an earlier run ended, once that has been read: a pending file
/// older than the newest applied one is late, unless it is among them, which means that its row was deleted by hand.
pub(crate) fn review(
    plan: &Plan,
    policies: &Policies,
    rows: &[LedgerRow],
    known: Option<&BTreeSet<String>>,
) -> Result<Review, Error> {
    let by_version: BTreeMap<&str, &LedgerRow> = rows.iter().map(|row| (row.version.as_str(), row)).collect();
    let mut applied = BTreeSet::new();
    let mut pending = Vec::new();
    let mut changed = Vec::new();
    for (position, migration) in plan.migrations.iter().enumerate() {
        let row = by_version.get(&*migration.version);
        match (row, migration.kind) {
            (row, MigrationKind::Always)
                if !row.is_some_and(|row| is_as_recorded(policies, migration, row)) =>
            {
                changed.push(position);
            }
            (Some(_), MigrationKind::Always) => drop(applied.insert(position)),
            (Some(row), _) => {
                check_edited(policies, migration, row)?;
                applied.insert(position);
            }
            (None, _) => pending.push(position),
        }
    }
    let newer = check_unknown(plan, policies, rows)?;
    let newest = applied.iter().rfind(|position| is_in_order(&plan.migrations[**position])).copied();
    for &position in &pending {
        let migration = &plan.migrations[position];
        let late = newest.is_some_and(|newest| position < newest)
            && known.is_some_and(|known| !known.contains(&*migration.version));
        // A baseline says what was there before everything else, whenever it is written.
        if late && policies.late == LateFiles::Refuse && migration.kind != MigrationKind::Baseline {
            let newest = newest.and_then(|newest| by_version.get(&*plan.migrations[newest].version).copied());
            return Err(out_of_order(migration, newest));
        }
    }
    let stop = pending.iter().position(|&position| !selected(policies, &plan.migrations[position]));
    let mut held_back = stop.map_or_else(Vec::new, |stop| pending.split_off(stop));
    // What is always applied comes last: it may name what any other migration makes. An older binary does not
    // take back what a newer one has set.
    let (now, later): (Vec<_>, Vec<_>) = changed
        .into_iter()
        .partition(|&position| held_back.is_empty() && selected(policies, &plan.migrations[position]));
    held_back.extend(later);
    let mut held_for_newer = Vec::new();
    if newer {
        held_back.extend(&now);
        held_for_newer = now;
    } else {
        pending.extend(now);
    }
    Ok(Review { queue: pending, applied, held_back, held_for_newer })
}

/// Whether a migration has a place in the order of versions.
fn is_in_order(migration: &Migration) -> bool {
    migration.kind != MigrationKind::Always
}

/// A file older than the newest applied one: it came late, or another runner has left it out.
fn out_of_order(migration: &Migration, newest: Option<&LedgerRow>) -> Error {
    let version = newest.map_or("", |row| row.version.as_str());
    let what = if newest.is_some_and(|row| row.checksum.is_none()) {
        format!(
            "it is not applied, but the newer {version} is: the runner that made this ledger has left it out"
        )
    } else {
        format!("it is not applied, but the newer {version} is: the file came late")
    };
    Error::new(ErrorKind::OutOfOrder, what).at(Place::of(migration)).now("nothing was changed").remedy(
        "give the file a version above the newest applied one; or, if it does not matter in which order they run, \
         have it applied now (`Options::late_files`)",
    )
}

/// Whether the ledger has the migration as its file is now, or as it was and an edit says that that is the same.
fn is_as_recorded(policies: &Policies, migration: &Migration, row: &LedgerRow) -> bool {
    row.checksum.as_deref().is_some_and(|recorded| stands_for(policies, migration, recorded))
}

/// Whether a recorded checksum, of the file or of one of its steps, stands for what the file says now.
pub(crate) fn stands_for(policies: &Policies, migration: &Migration, recorded: &str) -> bool {
    migration.checksum.to_string() == recorded
        || migration.replaces.iter().any(|older| older.to_string() == recorded)
        || policies.replaces.get(&*migration.version).is_some_and(|older| older == recorded)
}

fn check_edited(policies: &Policies, migration: &Migration, row: &LedgerRow) -> Result<(), Error> {
    let Some(recorded) = &row.checksum else { return Ok(()) };
    if stands_for(policies, migration, recorded) {
        return Ok(());
    }
    let expected = migration.checksum;
    Err(Error::new(
        ErrorKind::Edited,
        format!("it was edited after it was applied (applied {recorded}, now {expected})"),
    )
    .at(Place::of(migration))
    .now("nothing was changed")
    .remedy("restore the file as it was and write what is to change into a new migration"))
}

/// Rows that no file explains: newer ones come from a newer binary, older ones from a file that was deleted. Tells
/// whether there are newer ones. A file that was always applied has no place in the order: that it is gone, or has
/// another number now, says nothing.
fn check_unknown(plan: &Plan, policies: &Policies, rows: &[LedgerRow]) -> Result<bool, Error> {
    let ours: BTreeSet<&str> = plan.migrations.iter().map(|migration| &*migration.version).collect();
    let newest = plan.migrations.iter().rfind(|it| is_in_order(it)).map(|migration| &*migration.version);
    let mut any_newer = false;
    for row in rows.iter().filter(|row| !row.always && !ours.contains(row.version.as_str())) {
        let newer = newest.is_none_or(|newest| compare_versions(&row.version, newest) == Ordering::Greater);
        any_newer |= newer;
        if newer && policies.newer == UnknownVersions::Refuse {
            return Err(Error::new(
                ErrorKind::NewerDatabase,
                format!("the database has {} ({}), which this binary does not know", row.version, row.name),
            )
            .now("nothing was changed")
            .remedy("deploy the binary that has it, or accept newer databases"));
        }
        if !newer && policies.missing == UnknownVersions::Refuse {
            return Err(Error::new(
                ErrorKind::MissingFile,
                format!("{} ({}) is applied, but its file is not in this binary", row.version, row.name),
            )
            .now("nothing was changed")
            .remedy("restore the file; or accept missing files (`Options::missing_files`)"));
        }
    }
    Ok(any_newer)
}

fn selected(policies: &Policies, migration: &Migration) -> bool {
    let in_target = policies
        .target
        .as_deref()
        .is_none_or(|target| compare_versions(&migration.version, target) != Ordering::Greater);
    in_target && (policies.contract || migration.phase != Phase::Contract)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ddl, plan, repeatable};

    /// Files `1` to `3`, the third of which contracts, and `9`, which is always applied.
    fn files() -> Plan {
        let mut plan = plan(vec![
            ("01", vec![ddl("a")]),
            ("02", vec![ddl("b")]),
            ("03", vec![ddl("c")]),
            ("09", vec![repeatable("d")]),
        ]);
        plan.migrations.to_mut()[2].phase = Phase::Contract;
        plan.migrations.to_mut()[3].kind = MigrationKind::Always;
        plan
    }

    fn row(plan: &Plan, version: &str) -> LedgerRow {
        let of = plan.migrations.iter().find(|it| it.version == version);
        LedgerRow {
            version: version.into(),
            name: "m".into(),
            checksum: Some(of.map_or_else(|| "another".to_owned(), |it| it.checksum.to_string())),
            always: of.is_some_and(|it| it.kind == MigrationKind::Always),
            applied_at: String::new(),
        }
    }

    fn rows(plan: &Plan, versions: &[&str]) -> Vec<LedgerRow> {
        versions.iter().map(|version| row(plan, version)).collect()
    }

    /// Queue, applied and held back.
    fn told(plan: &Plan, policies: &Policies, rows: &[LedgerRow]) -> [Vec<usize>; 3] {
        let Review { queue, applied, held_back, .. } = review(plan, policies, rows, None).unwrap();
        [queue, applied.into_iter().collect(), held_back]
    }

    #[test]
    fn versions_are_numbers() {
        for (one, other, order) in [
            ("1", "01", Ordering::Equal),
            ("2", "10", Ordering::Less),
            ("0010", "9", Ordering::Greater),
            ("20260102", "20251231", Ordering::Greater),
            ("0", "00", Ordering::Equal),
        ] {
            assert_eq!(compare_versions(one, other), order, "{one} {other}");
        }
    }

    #[test]
    fn what_is_pending_is_queued_in_order_and_what_is_always_applied_last() {
        let (plan, policies) = (files(), Policies::default());
        assert_eq!(told(&plan, &policies, &[]), [vec![0, 1, 2, 3], vec![], vec![]]);
        assert_eq!(told(&plan, &policies, &rows(&plan, &["01", "09"])), [vec![1, 2], vec![0, 3], vec![]]);
        let all = rows(&plan, &["01", "02", "03", "09"]);
        assert_eq!(told(&plan, &policies, &all), [vec![], vec![0, 1, 2, 3], vec![]]);
        // Its file has changed since.
        let mut changed = all;
        changed[3].checksum = Some("before".into());
        assert_eq!(told(&plan, &policies, &changed), [vec![3], vec![0, 1, 2], vec![]]);
        changed[3].checksum = None;
        assert_eq!(told(&plan, &policies, &changed), [vec![3], vec![0, 1, 2], vec![]]);
    }

    #[test]
    fn what_the_options_hold_back_holds_back_all_that_follows() {
        let plan = files();
        let with = |change: &dyn Fn(&mut Policies)| {
            let mut policies = Policies::default();
            change(&mut policies);
            told(&plan, &policies, &[])
        };
        assert_eq!(with(&|it| it.contract = false), [vec![0, 1], vec![], vec![2, 3]]);
        assert_eq!(with(&|it| it.target = Some("2".into())), [vec![0, 1], vec![], vec![2, 3]]);
        assert_eq!(with(&|it| it.target = Some("0".into())), [vec![], vec![], vec![0, 1, 2, 3]]);
        // Beyond the target, although nothing before it is held back.
        assert_eq!(with(&|it| it.target = Some("3".into())), [vec![0, 1, 2], vec![], vec![3]]);
        assert_eq!(with(&|it| it.target = Some("9".into())), [vec![0, 1, 2, 3], vec![], vec![]]);
    }

    #[test]
    fn an_edit_is_refused_unless_it_is_vouched_for() {
        let mut plan = files();
        let mut policies = Policies::default();
        let mut found = rows(&plan, &["01"]);
        let before = crate::testing::checksum("before");
        found[0].checksum = Some(before.to_string());
        let error = review(&plan, &policies, &found, None).unwrap_err();
        assert_eq!((error.kind(), error.version()), (ErrorKind::Edited, Some("01")));
        policies.replaces.insert("01".into(), before.to_string());
        assert!(review(&plan, &policies, &found, None).is_ok());
        policies.replaces.clear();
        policies.replaces.insert("02".into(), before.to_string());
        assert!(review(&plan, &policies, &found, None).is_err());
        plan.migrations.to_mut()[0].replaces = vec![before].into();
        assert!(review(&plan, &policies, &found, None).is_ok());
        // Another runner's row has no checksum.
        found[0].checksum = None;
        assert!(review(&plan, &Policies::default(), &found, None).is_ok());
    }

    #[test]
    fn a_late_file_is_refused_unless_it_was_applied_before() {
        let mut plan = files();
        let known = |versions: &[&str]| versions.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
        let found = rows(&plan, &["02"]);
        let late = |plan: &Plan, policies: &Policies, known: Option<&BTreeSet<String>>| {
            review(plan, policies, &found, known).map(|it| it.queue).map_err(|error| error.kind())
        };
        let policies = Policies::default();
        assert_eq!(late(&plan, &policies, Some(&known(&["02"]))), Err(ErrorKind::OutOfOrder));
        // Before the lease has been read nobody can tell.
        assert_eq!(late(&plan, &policies, None), Ok(vec![0, 2, 3]));
        assert_eq!(late(&plan, &policies, Some(&known(&["01", "02"]))), Ok(vec![0, 2, 3]));
        let apply = Policies { late: LateFiles::Apply, ..Policies::default() };
        assert_eq!(late(&plan, &apply, Some(&known(&[]))), Ok(vec![0, 2, 3]));
        // A baseline is never late, and what is always applied makes nothing late.
        plan.migrations.to_mut()[0].kind = MigrationKind::Baseline;
        assert_eq!(late(&plan, &policies, Some(&known(&[]))), Ok(vec![0, 2, 3]));
        let plan = files();
        let always = rows(&plan, &["09"]);
        assert_eq!(review(&plan, &policies, &always, Some(&known(&[]))).unwrap().queue, [0, 1, 2]);
    }

    #[test]
    fn rows_without_a_file_are_judged_by_their_place() {
        let plan = files();
        let kind = |policies: &Policies, rows: &[LedgerRow]| {
            review(&plan, policies, rows, None).err().map(|error| error.kind())
        };
        let mut found = rows(&plan, &["01", "02"]);
        found.push(row(&plan, "015"));
        found.push(row(&plan, "1"));
        let (newer, older) = (vec![found[0].clone(), found[1].clone(), found[2].clone()], found);
        let policies = Policies::default();
        assert_eq!(kind(&policies, &older), Some(ErrorKind::MissingFile));
        assert_eq!(kind(&policies, &newer), None);
        let accept = Policies { missing: UnknownVersions::Accept, ..Policies::default() };
        assert_eq!(kind(&accept, &older), None);
        let refuse = Policies { newer: UnknownVersions::Refuse, ..Policies::default() };
        assert_eq!(kind(&refuse, &newer), Some(ErrorKind::NewerDatabase));
        // A newer binary has gone on: what is always applied is left as it is.
        let Review { queue, held_back, held_for_newer, .. } = review(&plan, &policies, &newer, None).unwrap();
        assert_eq!((queue, held_back, held_for_newer), (vec![2], vec![3], vec![3]));
        // One that was always applied has no place.
        let gone = |version: &str| LedgerRow { always: true, ..row(&plan, version) };
        let with_gone = [rows(&plan, &["01", "02"]), vec![gone("015"), gone("1")]].concat();
        assert_eq!(kind(&refuse, &with_gone), None);
        assert_eq!(told(&plan, &policies, &with_gone), [vec![2, 3], vec![0, 1], vec![]]);
    }
}
