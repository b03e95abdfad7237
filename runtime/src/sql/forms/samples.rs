//! Values for the samples, as of a small service.

use crate::core::{FencingToken, FreeLease, LeaseHolder};
use crate::sql::ledger::LedgerForm;
use crate::sql::record::{Author, Identities, record};
use crate::sql::tables::TableNames;
use dsql_migrate_plan::{
    Checksum, Fact, IndexDefinition, Job, List, Migration, MigrationKind, Name, Phase, Plan, Proof,
    RelationKind, Statement, Step, StepKind,
};
use std::time::Duration;

pub(super) const HOLDER: &str = "api/1/0badcafe";
pub(super) const LENGTH: Duration = Duration::from_secs(30);
pub(super) const QUIET: Duration = Duration::from_secs(10);
/// The number of a table.
pub(super) const TABLE: i64 = 16390;

pub(super) fn tables() -> TableNames {
    TableNames {
        schema: Some("public".to_owned()),
        ledger: "schema_migrations".to_owned(),
        form: LedgerForm::Own,
    }
}

pub(super) fn token() -> FencingToken {
    FencingToken { fence: 3, seq: 14 }
}

/// A lease that nobody has ever held.
pub(super) fn never_held() -> FreeLease {
    FreeLease { token: None, has_companions: false, abandoned_by: None, known: String::new() }
}

/// A lease that a dead instance has held, in the layout of an older version where `known` is not empty.
pub(super) fn abandoned(known: &str) -> FreeLease {
    FreeLease {
        token: Some(token()),
        has_companions: known.is_empty(),
        abandoned_by: Some(LeaseHolder {
            holder: "api/7/0ddba11".to_owned(),
            since: "2026-11-30 04:05:06+00".to_owned(),
            seconds_left: -12,
        }),
        known: known.to_owned(),
    }
}

pub(super) fn name(name: &'static str) -> Name {
    Name { schema: None, name: name.into() }
}

/// A name with its schema.
pub(super) fn in_app(name: &'static str) -> Name {
    Name { schema: Some("app".into()), name: name.into() }
}

pub(super) fn index() -> Job {
    Job::IndexBuild {
        table: name("items"),
        index: "items_by_title".into(),
        if_not_exists: false,
        definition: IndexDefinition {
            unique: false,
            keys: List::Owned(vec![Some("title".into())]),
            include: List::Borrowed(&[]),
            nulls_not_distinct: false,
            partial: false,
        },
    }
}

pub(super) fn validation() -> Job {
    Job::ValidateConstraint { table: name("items"), constraint: "priced".into(), if_exists: false }
}

/// One migration: a table, and an index of it.
pub(super) fn plan() -> Plan {
    let statement =
        |sql: &'static str| Statement { sql: sql.into(), line: 1, checksum: Checksum::new([7; 16]) };
    let step = |kind: StepKind| Step { kind, settings: List::Borrowed(&[]), waits_for: List::Borrowed(&[]) };
    let table = Fact::Relation { name: name("items"), kind: RelationKind::Table, exists: true };
    Plan {
        dialect: "2026-10-16".into(),
        migrations: List::Owned(vec![Migration {
            kind: MigrationKind::Ordinary,
            phase: Phase::Expand,
            version: "0001".into(),
            name: "items".into(),
            file: "migrations/0001_items.sql".into(),
            checksum: Checksum::new([9; 16]),
            replaces: List::Borrowed(&[]),
            steps: List::Owned(vec![
                step(StepKind::Ddl {
                    statement: statement("CREATE TABLE items (id uuid PRIMARY KEY, title text)"),
                    proof: Proof::Facts(List::Owned(vec![table])),
                    unqualified: List::Borrowed(&[]),
                }),
                step(StepKind::AsyncDdl {
                    statement: statement("CREATE INDEX ASYNC items_by_title ON items (title)"),
                    job: index(),
                }),
            ]),
        }]),
    }
}

/// The statements of a message of ours. None of the samples has a semicolon in a constant.
pub(super) fn statements(message: &str) -> Vec<String> {
    message.split(';').map(|statement| statement.trim().to_owned()).collect()
}

/// Some statements of a message of ours, by their places.
pub(super) fn of(message: &str, places: &[usize]) -> Vec<String> {
    let all = statements(message);
    places.iter().filter_map(|place| all.get(*place).cloned()).collect()
}

/// The statements of a record that makes these changes, without the two that touch the lease.
pub(super) fn changes(
    tables: &TableNames,
    writes: &[crate::core::Write],
    identities: Identities,
) -> Vec<String> {
    let author = Author { tables, holder: HOLDER, token: token(), length: LENGTH };
    let message = record(author, &plan(), &[], writes, identities);
    statements(&message.sql).into_iter().skip(2).collect()
}
