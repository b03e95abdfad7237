//! Does the ledger fit the plan, and what is left to apply?

use crate::error::{Error, ErrorKind, Place};
use crate::options::{Policies, UnknownVersions};
use dsql_migrate_plan::{Migration, MigrationKind, Phase, Plan};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A row of `schema_migrations`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct LedgerRow {
    pub(crate) version: String,
    pub(crate) name: String,
    /// `None` for a row that another runner wrote.
    pub(crate) checksum: Option<String>,
    /// As the server writes it.
    pub(crate) applied_at: String,
}

/// What a ledger means for a plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Review {
    /// The positions of the migrations to apply, in order.
    pub(crate) queue: Vec<usize>,
    /// The positions of those that the ledger has.
    pub(crate) applied: BTreeSet<usize>,
    /// Pending ones that the options hold back: beyond the target, or not additive.
    pub(crate) held_back: Vec<usize>,
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
            (Some(row), MigrationKind::Ordinary | MigrationKind::Baseline) => {
                check_edited(policies, migration, row)?;
                applied.insert(position);
            }
            (Some(_), MigrationKind::Always) => drop(applied.insert(position)),
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
        if late && !policies.out_of_order && migration.kind != MigrationKind::Baseline {
            let newest = newest.and_then(|newest| by_version.get(&*plan.migrations[newest].version).copied());
            return Err(out_of_order(migration, newest));
        }
    }
    let stop = pending.iter().position(|&position| !selected(policies, &plan.migrations[position]));
    let mut held_back = stop.map_or_else(Vec::new, |stop| pending.split_off(stop));
    // What is always applied comes last: it may name what any other migration makes. An older binary does not
    // take back what a newer one has set.
    if held_back.is_empty() && !newer {
        pending.append(&mut changed);
    }
    held_back.append(&mut changed);
    Ok(Review { queue: pending, applied, held_back })
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
         have it applied now (`Options::allow_out_of_order`)",
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
/// whether there are newer ones.
fn check_unknown(plan: &Plan, policies: &Policies, rows: &[LedgerRow]) -> Result<bool, Error> {
    let ours: BTreeSet<&str> = plan.migrations.iter().map(|migration| &*migration.version).collect();
    let newest = plan.migrations.iter().rfind(|it| is_in_order(it)).map(|migration| &*migration.version);
    let mut any_newer = false;
    for row in rows.iter().filter(|row| !ours.contains(row.version.as_str())) {
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
