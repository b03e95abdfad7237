//! Which jobs must have ended before a step starts.
//!
//! A wait stands only where a later statement needs what a job makes: where it names the index or the
//! constraint, where it writes rows to a table whose unique index is being built (`ON CONFLICT` needs it, and
//! the build fails over duplicates), where a foreign key refers to that table (it takes a valid unique index
//! only), or where it takes the table away.

use std::collections::{BTreeSet, HashMap, HashSet};

use dsql_migrate_plan as plan;

use crate::ast::{AlterActionKind, Class, Ident, Kind};
use crate::statement::{File, Statement};

/// The jobs of a migration so far, by the names that a statement could need them by. A long file has thousands:
/// only those are looked at whose names a statement has.
#[derive(Default)]
pub(super) struct Jobs(HashMap<String, Vec<usize>>);

impl Jobs {
    /// Notes the job of the step at a position.
    pub(super) fn note(&mut self, position: usize, job: &plan::Job) {
        let (table, own) = match job {
            plan::Job::IndexBuild { table, index, .. } => (table, index),
            plan::Job::ValidateConstraint { table, constraint } => (table, constraint),
        };
        for name in [Some(&table.name), Some(own), table.schema.as_ref()].into_iter().flatten() {
            self.0.entry(name.to_string()).or_default().push(position);
        }
    }

    /// Positions of the earlier steps whose jobs these statements wait for.
    pub(super) fn needed_by(
        &self,
        file: &File<'_>,
        statements: &[usize],
        earlier: &[plan::Step],
    ) -> Vec<usize> {
        let mut needed = BTreeSet::new();
        for statement in statements.iter().filter_map(|index| file.statements.get(*index)) {
            let names = statement.tokens().iter().filter_map(|token| {
                Ident::from_token(statement.slice(token.span), *token).map(|ident| ident.value)
            });
            let names: HashSet<String> = names.filter(|name| self.0.contains_key(name)).collect();
            let candidates: BTreeSet<usize> =
                names.iter().filter_map(|name| self.0.get(name)).flatten().copied().collect();
            needed.extend(candidates.into_iter().filter(|position| {
                match earlier.get(*position).map(|step| &step.kind) {
                    Some(plan::StepKind::AsyncDdl { job, .. }) => needs(statement, job),
                    _ => false,
                }
            }));
        }
        needed.into_iter().collect()
    }
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
