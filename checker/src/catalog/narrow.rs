//! What lets old code write less than before: it takes nothing away, and old code breaks over it all the same.

use crate::ast::{ConstraintKind, TableConstraint};
use crate::effect::{Change, Object};

use super::Replay;
use super::model::{Demand, DomainId, RelationId};

impl Replay<'_> {
    /// Notes that rows of a table are refused which old code may write, unless one of the columns is new.
    pub(super) fn refuses(&mut self, table: RelationId, what: &str, columns: &[usize]) {
        let shown = self.written(table);
        let message = format!("{what} refuses rows of `{shown}` that old code may write");
        let columns = columns.iter().map(|at| Object::Column(table, *at)).collect();
        self.model.change(Change::Narrowed(message, columns), Object::Relation(table));
    }

    /// The same of a constraint that has just been added, the last of its table. That of an index is no news: the index
    /// was.
    pub(super) fn constraint_refuses(&mut self, table: RelationId, constraint: &TableConstraint) {
        let what = match &constraint.kind {
            ConstraintKind::Check(_) => "a check",
            ConstraintKind::ForeignKey(_) => "a foreign key",
            ConstraintKind::Unique(unique) if unique.using_index.is_none() => "a unique constraint",
            _ => return,
        };
        let last = self.model.table(table).and_then(|table| table.constraints.last());
        let columns = match last.map(|last| &last.kind) {
            Some(Demand::Check(columns) | Demand::ForeignKey { columns, .. }) => columns.clone(),
            Some(Demand::Unique(index)) => {
                self.model.index(*index).map(|index| index.reads.clone()).unwrap_or_default()
            }
            _ => Vec::new(),
        };
        self.refuses(table, what, &columns);
    }

    /// Notes that `ON CONFLICT` of old code may need what goes.
    pub(super) fn conflict_needs(&mut self, object: Object, what: &str, name: &str) {
        let message = format!("`ON CONFLICT` of old code may need the unique {what} `{name}`");
        self.model.change(Change::Narrowed(message, Vec::new()), object);
    }

    /// Notes that a domain takes fewer values.
    pub(super) fn domain_refuses(&mut self, domain: Option<DomainId>, name: &str) {
        let message = format!("the domain `{name}` takes fewer values than old code may write");
        let object = domain.map_or(Object::Unknown, Object::Domain);
        self.model.change(Change::Narrowed(message, Vec::new()), object);
    }
}
