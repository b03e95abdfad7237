//! What must be there although nothing has made it: the parts of objects of which not everything is known, so that they
//! have an identity all the same.

use crate::ast::{AlterActionKind, AlterColumnKind, AlterTable, Ident, ObjectName};
use crate::effect::{Change, Object};

use super::Replay;
use super::model::{Column, Constraint, Demand, RelationId, RelationKind, Table, Type};
use super::names::{Resolved, cut, object};

impl Replay<'_> {
    /// The relation that a statement changes; of one that nothing made, which has been reported, what is taken for it.
    pub(super) fn altered(&mut self, name: &ObjectName, kind: &str, if_exists: bool) -> Option<RelationId> {
        let known = self.known(name, kind, if_exists);
        known.or_else(|| match self.resolve(name) {
            Resolved::Found(id) => Some(id),
            _ => None,
        })
    }

    /// A relation of which nothing is known is a table where a statement treats it as one.
    pub(super) fn take_for_table(&mut self, id: RelationId) {
        if let Some(kind @ RelationKind::Opaque) = self.model.relations.get_mut(id).map(|one| &mut one.kind) {
            *kind = RelationKind::Table(Box::new(Table { opaque: true, loose: true, ..Table::default() }));
            self.model.tables += 1;
        }
    }

    /// A column of a table that may have others than those that are known.
    pub(super) fn guess_column(&mut self, table: RelationId, column: &Ident) -> Option<usize> {
        let made = self.place_of(column);
        let known = self.model.table_mut(table).filter(|known| known.opaque)?;
        Some(known.column(cut(&column.value)).unwrap_or_else(|| {
            known.add(Column {
                name: cut(&column.value).to_owned(),
                data_type: Type::default(),
                not_null: false,
                has_default: false,
                generated: false,
                identity: false,
                always: false,
                made,
                dropped: false,
            })
        }))
    }

    /// A constraint of a table that may have others than those that are known.
    pub(super) fn guess_constraint(&mut self, table: RelationId, name: &Ident) -> Option<usize> {
        let made = self.place_of(name);
        let known = self.model.table_mut(table).filter(|known| known.opaque || known.loose)?;
        let name = cut(&name.value).to_owned();
        let at = known.constraints.len();
        known.constraint_names.insert(name.clone(), at);
        let kind = Demand::Check(Vec::new());
        known.constraints.push(Constraint {
            name,
            kind,
            made,
            dropped: false,
            not_valid: None,
            declared: true,
            chosen: false,
        });
        Some(at)
    }

    /// The schema of a table for a job over it; none for one that the set does not make, unless its name says so.
    pub(super) fn schema_for_job(&self, table: RelationId) -> Option<usize> {
        let relation = self.model.relation(table);
        let opaque = self.model.table(table).is_none_or(|table| table.opaque);
        let public = relation.schema == 0;
        if opaque && public { None } else { Some(relation.schema) }
    }

    /// What goes with something of which not everything is known is not known.
    pub(super) fn cascade_of_unknown(&mut self, table: RelationId, cascade: bool) {
        let known = self.model.table(table).is_some_and(|table| !table.opaque && !table.loose);
        self.model.effects.unknown |= cascade && !known;
    }

    /// Notes changes of something that the set does not know, or that it has taken away: that changes nothing.
    pub(super) fn unknown_change(&mut self, name: &ObjectName, change: Change) {
        let schemas = self.schemas_for(name.schema()).unwrap_or_default();
        let gone = |id: &usize| self.model.schemas[*id].gone.contains_key(object(name));
        if !schemas.iter().any(gone) {
            self.model.change(change, Object::Unknown);
        }
    }

    /// The same of an `ALTER TABLE`.
    pub(super) fn unknown_altered(&mut self, alter: &AlterTable) {
        for action in &alter.actions {
            self.model.clause = action.span;
            let change = match &action.kind {
                AlterActionKind::DropColumn { .. } => Change::Gone,
                AlterActionKind::RenameColumn { .. }
                | AlterActionKind::RenameTo(_)
                | AlterActionKind::SetSchema(_) => Change::Moved,
                AlterActionKind::AlterColumn { change, .. } if loses(change) => Change::Lost,
                _ => Change::Altered,
            };
            self.unknown_change(&alter.name, change);
        }
    }
}

/// Whether an action is one of tables: views and indexes are renamed and moved by ALTER TABLE too.
pub(super) const fn is_of_tables(action: &AlterActionKind) -> bool {
    !matches!(
        action,
        AlterActionKind::RenameTo(_)
            | AlterActionKind::SetSchema(_)
            | AlterActionKind::RenameColumn { .. }
            | AlterActionKind::AlterColumn {
                change: AlterColumnKind::SetDefault(_) | AlterColumnKind::DropDefault,
                ..
            }
    )
}

/// Whether rows lack afterwards what the server has put into this column.
pub(super) const fn loses(change: &AlterColumnKind) -> bool {
    matches!(change, AlterColumnKind::DropDefault | AlterColumnKind::DropIdentity(_))
}
