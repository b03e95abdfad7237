//! Plans for the unit tests, built by hand.

use dsql_migrate_plan::{
    Checksum, Column, Fact, IndexDefinition, Job, List, Migration, MigrationKind, Name, Phase, Plan, Proof,
    RelationKind, Setting, Statement, Step, StepKind,
};

pub(crate) fn name(name: &'static str) -> Name {
    Name { schema: None, name: name.into() }
}

/// A checksum that differs where texts differ.
pub(crate) fn checksum(text: &str) -> Checksum {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    Checksum::new(hash.to_be_bytes())
}

pub(crate) fn statement(sql: &'static str) -> Statement {
    Statement { sql: sql.into(), line: 1, checksum: checksum(sql) }
}

fn step(kind: StepKind) -> Step {
    Step { kind, settings: List::Borrowed(&[]), waits_for: List::Borrowed(&[]) }
}

/// A DDL step that makes the table `t`.
pub(crate) fn ddl(sql: &'static str) -> Step {
    let fact = Fact::Relation { name: name("t"), kind: RelationKind::Table, exists: true };
    step(StepKind::Ddl {
        statement: statement(sql),
        proof: Proof::Facts(vec![fact].into()),
        unqualified: Vec::new().into(),
    })
}

/// A DDL step that makes this table.
pub(crate) fn table(table: &'static str) -> Step {
    let fact = Fact::Relation { name: name(table), kind: RelationKind::Table, exists: true };
    step(StepKind::Ddl {
        statement: statement(table),
        proof: Proof::Facts(vec![fact].into()),
        unqualified: Vec::new().into(),
    })
}

/// A table with these columns of which no more is known.
pub(crate) fn table_fact(table: &'static str, columns: &[&'static str]) -> Fact {
    let column = |name: &&'static str| Column { name: (*name).into(), data_type: None, not_null: false };
    Fact::Table {
        name: name(table),
        columns: columns.iter().map(column).collect(),
        constraints: Vec::new().into(),
    }
}

/// A step under a setting.
pub(crate) fn under(setting: &'static str, step: Step) -> Step {
    let setting = Setting { parameter: "search_path".into(), statement: statement(setting) };
    Step { settings: vec![setting].into(), ..step }
}

fn gone(table: &'static str) -> List<Fact> {
    vec![Fact::Relation { name: name(table), kind: RelationKind::Table, exists: false }].into()
}

/// A DDL step that drops this table.
pub(crate) fn drop_table(table: &'static str) -> Step {
    step(StepKind::Ddl {
        statement: statement(table),
        proof: Proof::Facts(gone(table)),
        unqualified: Vec::new().into(),
    })
}

/// The same, `IF EXISTS`.
pub(crate) fn repeatable_drop(table: &'static str) -> Step {
    step(StepKind::Ddl {
        statement: statement(table),
        proof: Proof::Repeatable(gone(table)),
        unqualified: Vec::new().into(),
    })
}

/// A DDL step that can be run again and again.
pub(crate) fn repeatable(sql: &'static str) -> Step {
    step(StepKind::Ddl {
        statement: statement(sql),
        proof: Proof::Repeatable(List::Borrowed(&[])),
        unqualified: Vec::new().into(),
    })
}

pub(crate) fn dml(statements: &[&'static str]) -> Step {
    step(StepKind::Dml { statements: statements.iter().map(|sql| statement(sql)).collect() })
}

pub(crate) fn index_job(index: &'static str, key: &'static str) -> Job {
    Job::IndexBuild {
        table: name("items"),
        index: index.into(),
        if_not_exists: false,
        definition: IndexDefinition {
            unique: false,
            keys: vec![Some(key.into())].into(),
            include: Vec::new().into(),
            nulls_not_distinct: false,
            partial: false,
        },
    }
}

/// A step with a job, which waits for the jobs of these steps.
pub(crate) fn index(sql: &'static str, waits_for: &[usize]) -> Step {
    Step {
        waits_for: waits_for.to_vec().into(),
        ..step(StepKind::AsyncDdl { statement: statement(sql), job: index_job("i", "a") })
    }
}

pub(crate) fn plan(migrations: Vec<(&'static str, Vec<Step>)>) -> Plan {
    Plan {
        dialect: "2026-10-16".into(),
        migrations: migrations
            .into_iter()
            .map(|(version, steps)| Migration {
                kind: MigrationKind::Ordinary,
                phase: Phase::Expand,
                version: version.into(),
                name: "m".into(),
                file: format!("migrations/{version}_m.sql").into(),
                checksum: checksum(version),
                replaces: Vec::new().into(),
                steps: steps.into(),
            })
            .collect(),
    }
}
