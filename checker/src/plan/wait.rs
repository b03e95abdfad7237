//! Which jobs must have ended before a step starts.
//!
//! A wait stands only where a later statement needs what a job makes: where it names the index or the
//! constraint, where it writes rows to a table whose unique index is being built (`ON CONFLICT` needs it, and
//! the build fails over duplicates), where a foreign key refers to that table (it takes a valid unique index
//! only), or where it takes the table away.

use dsql_migrate_plan as plan;

use crate::ast::{AlterActionKind, Class, Ident, Kind};
use crate::statement::{File, Statement};

/// Positions of the earlier steps whose jobs these statements wait for.
pub(super) fn waits_for(file: &File<'_>, statements: &[usize], earlier: &[plan::Step]) -> Vec<usize> {
    let jobs = earlier.iter().enumerate().filter_map(|(position, step)| match &step.kind {
        plan::StepKind::AsyncDdl { job, .. } => Some((position, job)),
        _ => None,
    });
    let statements: Vec<_> = statements.iter().filter_map(|index| file.statements.get(*index)).collect();
    jobs.filter(|(_, job)| statements.iter().any(|statement| needs(statement, job)))
        .map(|(position, _)| position)
        .collect()
}

fn needs(statement: &Statement<'_>, job: &plan::Job) -> bool {
    match job {
        plan::Job::IndexBuild { table, index, definition, .. } => {
            mentions(statement, index)
                || (mentions(statement, &table.name)
                    && (removes(statement)
                        || (definition.unique
                            && (statement.class() == Class::Dml || mentions(statement, "references")))))
                || drops_schema(statement, table)
        }
        plan::Job::ValidateConstraint { table, constraint } => {
            mentions(statement, constraint)
                || (mentions(statement, &table.name) && removes(statement))
                || drops_schema(statement, table)
        }
    }
}

/// Whether a statement takes a table away together with its schema.
fn drops_schema(statement: &Statement<'_>, table: &plan::Name) -> bool {
    match (statement.kind(), &table.schema) {
        (Kind::Drop(drop), Some(schema)) if drop.object == "SCHEMA" => {
            drop.names.iter().any(|name| name.object() == schema.as_ref())
        }
        _ => false,
    }
}

fn mentions(statement: &Statement<'_>, name: &str) -> bool {
    statement.tokens().iter().any(|token| {
        Ident::from_token(statement.slice(token.span), *token).is_some_and(|ident| ident.value == name)
    })
}

/// Whether a statement takes away, renames or moves what it names.
fn removes(statement: &Statement<'_>) -> bool {
    match statement.kind() {
        Kind::Drop(_) => true,
        Kind::AlterTable(alter) => alter.actions.iter().any(|action| {
            matches!(
                action.kind,
                AlterActionKind::DropColumn { .. }
                    | AlterActionKind::DropConstraint { .. }
                    | AlterActionKind::RenameTo(_)
                    | AlterActionKind::RenameColumn { .. }
                    | AlterActionKind::RenameConstraint { .. }
                    | AlterActionKind::SetSchema(_)
            )
        }),
        _ => false,
    }
}
