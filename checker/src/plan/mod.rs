//! Statements to steps: what runs in which transaction, what waits for what, and how each step is proved.

mod index_name;
mod name;
mod proof;
mod rows;
mod shape;
mod signature;
#[cfg(test)]
mod tests;
mod wait;

use dsql_migrate_plan as plan;

pub(crate) use index_name::{column_names as index_columns, join as joined_name};
pub(crate) use name::Names;
pub(crate) use proof::owner as schema_owner;
pub(crate) use shape::{Draft, Setting, steps};

use crate::ast::{AlterActionKind, AlterTable, Class, CreateIndex, IndexOptionKind, Kind, ObjectName};
use crate::checksum::Hasher;
use crate::directive::Directives;
use crate::file_name::FileName;
use crate::statement::{File, Statement};

/// Plans a file whose statements have been judged.
pub(crate) fn migration(
    file: &File<'_>,
    position: usize,
    name: &FileName,
    drafts: Vec<Draft>,
    directives: &Directives,
    names: &mut Names,
) -> plan::Migration {
    let kind = crate::kind::of(directives);
    let mut hasher = Hasher::new();
    for statement in &file.statements {
        hasher.statement(file.source.text(), statement.tokens());
    }
    let mut steps: Vec<plan::Step> = Vec::new();
    let mut jobs = wait::Jobs::default();
    for draft in drafts {
        let settings: Vec<_> = draft.settings.iter().map(|setting| setting_text(file, setting)).collect();
        let step = match draft.statements.as_slice() {
            [only] if draft.ddl => {
                file.statements.get(*only).map(|statement| ddl(file, position, statement, names))
            }
            several => {
                let statements: Vec<_> =
                    several.iter().filter_map(|index| file.statements.get(*index)).collect();
                Some(plan::StepKind::Dml {
                    statements: statements.into_iter().map(|one| text(file, one)).collect(),
                })
            }
        };
        let Some(step) = step else { continue };
        let waits_for = jobs.needed_by(file, &draft.statements, &steps);
        if let plan::StepKind::AsyncDdl { job, .. } = &step {
            jobs.note(steps.len(), job);
        }
        steps.push(plan::Step { kind: step, settings: settings.into(), waits_for: waits_for.into() });
    }
    plan::Migration {
        kind,
        // Which way it moves is known only beside the files before it.
        phase: plan::Phase::default(),
        version: name.version.clone().into(),
        name: name.name.clone().into(),
        file: file.source.path().to_owned().into(),
        checksum: hasher.finish(),
        replaces: directives.replaces.iter().map(|(checksum, _)| *checksum).collect(),
        steps: steps.into(),
    }
}

fn ddl(file: &File<'_>, position: usize, statement: &Statement<'_>, names: &mut Names) -> plan::StepKind {
    let mut sql = text(file, statement);
    let job = match statement.kind() {
        Kind::CreateIndex(index) if index.asynchronous.is_some() => {
            let (index_name, named) = names.index(statement, index, position);
            if !named {
                name::write(
                    &mut sql,
                    statement,
                    &[name::Given::new(index.on_span.start, "", &[&index_name])],
                );
            }
            Some(index_job(index, index_name))
        }
        Kind::AlterTable(alter) if alter.asynchronous.is_some() => validation(alter),
        _ => None,
    };
    if let Some(job) = job {
        return plan::StepKind::AsyncDdl { statement: sql, job };
    }
    let chosen = names.choose(statement, position);
    name::write(&mut sql, statement, &chosen);
    plan::StepKind::Ddl { statement: sql, proof: proof::of(statement, &chosen) }
}

/// Whether a statement can be run again and again.
pub(crate) enum Repeats {
    Yes,
    No,
    /// Nothing is known of it.
    Unknown,
}

/// Whether a DDL statement can be run again and again.
pub(crate) fn repeats(statement: &Statement<'_>) -> Repeats {
    match statement.kind() {
        Kind::CreateIndex(index) if index.asynchronous.is_some() => {
            if index.if_not_exists.is_some() {
                Repeats::Yes
            } else {
                Repeats::No
            }
        }
        _ => match proof::of(statement, &[]) {
            plan::Proof::Repeatable(_) => Repeats::Yes,
            // Refused where it is there already, it is asked for, and there is no more to it.
            plan::Proof::Facts(facts)
                if facts.iter().all(|fact| matches!(fact, plan::Fact::IamMapping { .. })) =>
            {
                Repeats::Yes
            }
            plan::Proof::Facts(_) => Repeats::No,
            plan::Proof::Unknown if statement.unread().is_some() => Repeats::Unknown,
            plan::Proof::Unknown => Repeats::No,
        },
    }
}

/// Whether the catalog shows that a database has what a statement makes.
pub(crate) fn recognises(statement: &Statement<'_>) -> bool {
    match statement.kind() {
        Kind::CreateIndex(index) if index.asynchronous.is_some() => true,
        _ if statement.class() == Class::Ddl => {
            proof::of(statement, &[]).afterwards().iter().any(plan::Fact::is_there)
        }
        _ => false,
    }
}

fn index_job(index: &CreateIndex, name: String) -> plan::Job {
    let keys = index.keys.iter().map(|key| key.column.as_ref().map(|column| column.value.clone().into()));
    let partial = index.options.iter().any(|option| matches!(option.kind, IndexOptionKind::Where(_)));
    plan::Job::IndexBuild {
        table: plan_name(&index.table),
        index: name.into(),
        if_not_exists: index.if_not_exists.is_some(),
        definition: plan::IndexDefinition { unique: index.unique, keys: keys.collect(), partial },
    }
}

fn validation(alter: &AlterTable) -> Option<plan::Job> {
    alter.actions.iter().find_map(|action| match &action.kind {
        AlterActionKind::ValidateConstraint(constraint) => Some(plan::Job::ValidateConstraint {
            table: plan_name(&alter.name),
            constraint: constraint.value.clone().into(),
        }),
        _ => None,
    })
}

/// A name as the plan holds it.
fn plan_name(name: &ObjectName) -> plan::Name {
    plan::Name {
        schema: name.schema().map(|schema| schema.value.clone().into()),
        name: name.object().to_owned().into(),
    }
}

fn text(file: &File<'_>, statement: &Statement<'_>) -> plan::Statement {
    let mut hasher = Hasher::new();
    hasher.statement(file.source.text(), statement.tokens());
    let line = file.source.position(statement.span.start).line;
    plan::Statement {
        sql: statement.text().to_owned().into(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        checksum: hasher.finish(),
    }
}

fn setting_text(file: &File<'_>, setting: &Setting) -> plan::Statement {
    let Some(statement) = file.statements.get(setting.statement) else {
        return plan::Statement { sql: "".into(), line: 0, checksum: Hasher::new().finish() };
    };
    let mut sql = text(file, statement);
    if setting.of_block {
        // LOCAL ends with its transaction, which here is the step's only statement; sent before it, for the
        // session, the setting reaches the statement, and the runtime takes a fresh connection afterwards.
        let mut cursor = statement.cursor();
        cursor.advance();
        if let Some(local) = cursor.eat("LOCAL") {
            sql.sql
                .to_mut()
                .replace_range(local.start - statement.span.start..local.end - statement.span.start, "");
        }
    }
    sql
}
