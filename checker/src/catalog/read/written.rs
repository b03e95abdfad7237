//! What the names in `INSERT`, `UPDATE` and `DELETE` may mean: the columns of what they write, and of what they
//! read beside it.

use super::from::From;
use super::output::Outputs;
use super::{Columns, Item, Reader, Scope};
use crate::ast::{Ident, ObjectName};
use crate::catalog::model::RelationId;
use crate::catalog::names::{Resolved, cut, object};
use crate::grammar::{NodeKind, Part};

impl Reader<'_, '_> {
    /// A relation that a statement writes.
    fn target(&mut self, known: &ObjectName, alias: Option<Ident>) -> Item {
        // What a WITH of the statement is called cannot be written.
        let hidden = std::mem::take(&mut self.with);
        let columns = self.relation(known);
        self.with = hidden;
        let aliased = alias.is_some();
        let name = alias.map_or_else(|| object(known).to_owned(), |alias| alias.value);
        Item { name: Some(name), aliased, columns }
    }

    pub(super) fn insert(&mut self, insert: Part<'_>) -> Outputs {
        let aliased = insert.child(NodeKind::Aliased);
        let holder = aliased.unwrap_or(insert);
        let name = holder.child(NodeKind::Relation)?.name()?;
        let alias = aliased.and_then(|aliased| aliased.child(NodeKind::Name)).and_then(Part::ident);
        let item = self.target(&name, alias);
        self.cannot_be_written(&item, "insert into", &name);
        let source = insert.child(NodeKind::Query);
        let given = source.and_then(|source| self.alone(|reader| reader.query(source)));
        if let Columns::Relation(id) = item.columns {
            let listed = insert.child(NodeKind::InsertColumns).map(Part::children).unwrap_or_default();
            self.note_written(id, listed.into_iter().filter_map(Part::ident));
        }
        if self.judge {
            self.replay.insert(insert, given.as_deref());
        }
        if let Some(update) = insert.child(NodeKind::ConflictUpdate) {
            let excluded = Item { name: Some("excluded".to_owned()), aliased: true, ..item.clone() };
            let scope = Scope { items: vec![item.clone(), excluded], ..Scope::default() };
            self.within(scope, |reader| reader.assigned_values(update));
        }
        if let Some(target) = conflict_target(insert) {
            let scope = Scope { items: vec![item.clone()], ..Scope::default() };
            self.within(scope, |reader| reader.inferred(target));
        }
        let scope = Scope { items: vec![item], ..Scope::default() };
        self.within(scope, |reader| reader.returning(insert.child(NodeKind::Returning))).0
    }

    /// The values that assignments set, and the condition behind them.
    fn assigned_values(&mut self, update: Part<'_>) {
        let table = self.scopes.last().and_then(|scope| scope.items.first()).map(|item| item.columns.clone());
        for part in update.children() {
            match part.kind() {
                NodeKind::Assignment => {
                    self.assigned_width(part);
                    if let Some(Columns::Relation(table)) = table {
                        self.assigned_value(table, part);
                    }
                    if let Some(value) = part.last() {
                        self.visit(value);
                    }
                }
                NodeKind::Where => self.visit(part),
                _ => {}
            }
        }
    }

    /// The expressions and the condition of `ON CONFLICT (…) WHERE …`; plain columns are looked at with the index.
    fn inferred(&mut self, target: Part<'_>) {
        for key in target.children() {
            match key.first() {
                Some(element) if key.is(NodeKind::IndexKey) && !element.is(NodeKind::Name) => {
                    self.visit(element)
                }
                _ if key.is(NodeKind::Where) => self.visit(key),
                _ => {}
            }
        }
    }

    pub(super) fn update(&mut self, update: Part<'_>) -> Outputs {
        let mut from = self.written(update, "update");
        if let Some(more) = update.child(NodeKind::From) {
            self.beside_target(&mut from, more);
        }
        let assignments = || update.children().into_iter().filter(|part| part.is(NodeKind::Assignment));
        if let Some(Item { columns: Columns::Relation(id), .. }) = from.scope.items.first() {
            let id = *id;
            let names = assignments().flat_map(assigned_columns).filter_map(Part::ident);
            self.note_written(id, names.collect::<Vec<_>>().into_iter());
        }
        if self.judge {
            self.replay.update(update);
        }
        let look = |reader: &mut Self| {
            reader.assigned_values(update);
            reader.returning(update.child(NodeKind::Returning))
        };
        self.within(from.scope, look).0
    }

    pub(super) fn delete(&mut self, delete: Part<'_>) -> Outputs {
        let mut from = self.written(delete, "delete from");
        if let Some(more) = delete.child(NodeKind::From) {
            self.beside_target(&mut from, more);
        }
        let look = |reader: &mut Self| {
            if let Some(condition) = delete.child(NodeKind::Where) {
                reader.visit(condition);
            }
            reader.returning(delete.child(NodeKind::Returning))
        };
        self.within(from.scope, look).0
    }

    fn cannot_be_written(&mut self, item: &Item, verb: &str, name: &ObjectName) {
        if !self.judge {
            return;
        }
        let id = match (&item.columns, self.replay.resolve(name)) {
            (Columns::Relation(id), _) => *id,
            (_, Resolved::Found(id)) => id,
            _ => return,
        };
        self.replay.model.note_write(id, verb == "insert into");
        self.replay.cannot_be_written(id, verb, name.span());
    }

    /// What is written is held as what is read is.
    fn note_written(&mut self, id: RelationId, columns: impl Iterator<Item = Ident>) {
        for column in columns {
            let at = self.replay.model.table(id).and_then(|table| table.column(cut(&column.value)));
            self.reads.columns.extend(at.map(|at| (id, at)));
        }
    }

    /// The table of an UPDATE or a DELETE.
    fn written(&mut self, statement: Part<'_>, verb: &str) -> From {
        let open = From { scope: Scope { open: true, ..Scope::default() }, star: None };
        let Some(table) = statement.child(NodeKind::Written) else { return open };
        let Some(name) = table.child(NodeKind::Relation).and_then(Part::name) else { return open };
        let alias = table.child(NodeKind::Name).and_then(Part::ident);
        let item = self.target(&name, alias);
        self.cannot_be_written(&item, verb, &name);
        From { scope: Scope { items: vec![item], ..Scope::default() }, star: None }
    }

    /// FROM and USING: other tables, which do not see the one that is written.
    fn beside_target(&mut self, target: &mut From, more: Part<'_>) {
        let known = self.beside.len();
        self.beside.extend(target.scope.items.iter().filter_map(|item| item.name.clone()));
        let from = self.from(more);
        self.beside.truncate(known);
        let mut sources = more.children().into_iter();
        let clash = sources.any(|tables| self.name_clash(&target.scope.items, &from.scope.items, tables));
        // The mistake has been said.
        target.scope.open |= clash;
        target.scope.items.extend(from.scope.items);
        target.scope.merged.extend(from.scope.merged);
        target.scope.joined.extend(from.scope.joined);
        target.scope.open |= from.scope.open;
    }
}

/// The columns that an assignment sets.
pub(in crate::catalog) fn assigned_columns(assignment: Part<'_>) -> Vec<Part<'_>> {
    let mut parts = assignment.children();
    parts.pop();
    parts
}

/// `ON CONFLICT (…)`.
pub(in crate::catalog) fn conflict_target(insert: Part<'_>) -> Option<Part<'_>> {
    let conflict =
        insert.child(NodeKind::ConflictUpdate).or_else(|| insert.child(NodeKind::ConflictNothing))?;
    conflict.child(NodeKind::ConflictTarget)
}
