//! Statements to steps: what runs in which transaction, what waits for what, and how each step is proved.

mod bytes;
mod index;
mod name;
mod proof;
mod rows;
mod setting;
mod shape;
mod shown_type;
mod signature;
mod table;
#[cfg(test)]
mod tests;
mod unqualified;
mod wait;

use dsql_migrate_plan as plan;

pub(crate) use name::Names;
pub(crate) use shape::{Draft, Setting, steps};

use crate::ast::{AlterActionKind, AlterTable, Class, Kind, ObjectName, cut};
use crate::checksum::{Content, Hasher};
use crate::directive::Directives;
use crate::effect::Effects;
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
    effects: &[Effects],
) -> plan::Migration {
    let kind = directives.kind();
    let mut hasher = Hasher::new();
    let contents: Vec<_> =
        file.statements.iter().map(|statement| Content::of(file.source.text(), statement.tokens())).collect();
    contents.iter().for_each(|content| hasher.statement(content));
    let text = |index: usize| Some(text(file, file.statements.get(index)?, contents.get(index)?));
    let mut steps: Vec<plan::Step> = Vec::new();
    let mut jobs = wait::Jobs::default();
    for draft in drafts {
        let settings: Vec<_> = draft
            .settings
            .iter()
            .filter_map(|setting| setting_of(file, setting, text(setting.statement)?))
            .collect();
        let step = match draft.statements.as_slice() {
            [only] if draft.ddl => {
                let statement = file.statements.get(*only).zip(text(*only));
                statement.map(|(statement, sql)| ddl(position, statement, sql, names))
            }
            several => Some(plan::StepKind::Dml {
                statements: several.iter().filter_map(|index| text(*index)).collect(),
            }),
        };
        let Some(step) = step else { continue };
        let own = draft.statements.iter().filter_map(|index| effects.get(*index));
        let waits_for = jobs.needed_by(own.clone());
        if let plan::StepKind::AsyncDdl { .. } = &step {
            jobs.note(steps.len(), own.filter_map(|effects| effects.job).next());
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

fn ddl(
    position: usize,
    statement: &Statement<'_>,
    mut sql: plan::Statement,
    names: &mut Names,
) -> plan::StepKind {
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
            Some(index::job(statement, index, index_name))
        }
        Kind::AlterTable(alter) if alter.asynchronous.is_some() => validation(alter),
        _ => None,
    };
    if let Some(job) = job {
        return plan::StepKind::AsyncDdl { statement: sql, job };
    }
    let chosen = names.choose(statement, position);
    name::write(&mut sql, statement, &chosen);
    let proof = proof::of(statement, &chosen);
    let unqualified = unqualified::names(statement, &proof).into();
    plan::StepKind::Ddl { statement: sql, proof, unqualified }
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
            plan::Proof::Unknown if statement.tree().is_none() => Repeats::Unknown,
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

fn validation(alter: &AlterTable) -> Option<plan::Job> {
    alter.actions.iter().find_map(|action| match &action.kind {
        AlterActionKind::ValidateConstraint(constraint) => Some(plan::Job::ValidateConstraint {
            table: plan_name(&alter.name),
            constraint: cut(&constraint.value).to_owned().into(),
            if_exists: alter.if_exists,
        }),
        _ => None,
    })
}

/// A name as the plan holds it, as far as the server keeps it.
fn plan_name(name: &ObjectName) -> plan::Name {
    plan::Name {
        schema: name.schema().map(|schema| cut(&schema.value).to_owned().into()),
        name: cut(name.object()).to_owned().into(),
    }
}

fn text(file: &File<'_>, statement: &Statement<'_>, content: &Content) -> plan::Statement {
    let line = file.source.position(statement.span.start).line;
    plan::Statement {
        sql: statement.text().to_owned().into(),
        line: u32::try_from(line).unwrap_or(u32::MAX),
        checksum: content.checksum(),
    }
}

fn setting_of(file: &File<'_>, setting: &Setting, mut sql: plan::Statement) -> Option<plan::Setting> {
    let statement = file.statements.get(setting.statement)?;
    // Of several, which only SET SESSION CHARACTERISTICS sets, the first.
    let parameter = setting::parameters(statement).into_iter().next().unwrap_or_default();
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
    Some(plan::Setting { parameter: parameter.into(), statement: sql })
}
