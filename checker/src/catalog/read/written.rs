//! What the names in `INSERT`, `UPDATE` and `DELETE` may mean: the columns of what they write, and of what they
//! read beside it.

use sqlparser::ast::{
    AssignmentTarget, Delete, FromTable, Insert, ObjectName as ParserName, OnConflictAction, OnInsert,
    TableFactor, TableObject, TableWithJoins, Update, UpdateTableFromKind,
};

use super::from::From;
use super::query::Outputs;
use super::{Columns, Item, Reader, Scope};
use crate::catalog::model::RelationId;
use crate::catalog::names::{Resolved, cut, object};

impl Reader<'_, '_, '_> {
    /// A relation that a statement writes.
    fn target(&mut self, name: &ParserName, alias: Option<&sqlparser::ast::Ident>) -> Option<Item> {
        let known = self.names.name(name)?;
        // What a WITH of the statement is called cannot be written.
        let hidden = std::mem::take(&mut self.with);
        let columns = self.relation(&known);
        self.with = hidden;
        let aliased = alias.is_some();
        let alias = alias.and_then(|alias| self.names.ident(alias)).map(|alias| alias.value);
        Some(Item { name: Some(alias.unwrap_or_else(|| object(&known).to_owned())), aliased, columns })
    }

    pub(super) fn insert(&mut self, insert: &Insert) -> Outputs {
        let TableObject::TableName(name) = &insert.table else { return None };
        let alias = insert.table_alias.as_ref().map(|alias| &alias.alias);
        let item = self.target(name, alias)?;
        self.cannot_be_written(&item, "insert into", name);
        let source = insert.source.as_ref();
        let given = source.and_then(|source| self.alone(|reader| reader.query(source)));
        let given = given.map(|outputs| outputs.len());
        if let Columns::Relation(id) = item.columns {
            let columns = insert.columns.iter().filter_map(|column| column.0.first()?.as_ident());
            self.note_written(id, columns);
        }
        if self.judge {
            self.replay.insert(self.names, insert, given);
        }
        if let Some(OnInsert::OnConflict(on)) = &insert.on
            && let OnConflictAction::DoUpdate(update) = &on.action
        {
            let excluded = Item { name: Some("excluded".to_owned()), aliased: true, ..item.clone() };
            let scope = Scope { items: vec![item.clone(), excluded], ..Scope::default() };
            self.within(scope, |reader| {
                for assignment in &update.assignments {
                    reader.expr(&assignment.value);
                }
                reader.visit(&update.selection);
            });
        }
        let scope = Scope { items: vec![item], ..Scope::default() };
        self.within(scope, |reader| reader.returning(insert.returning.as_ref())).0
    }

    pub(super) fn update(&mut self, update: &Update) -> Outputs {
        let mut from = self.written(&update.table, "update");
        if let Some(UpdateTableFromKind::BeforeSet(more) | UpdateTableFromKind::AfterSet(more)) = &update.from
        {
            self.beside_target(&mut from, more);
        }
        if let Some(Item { columns: Columns::Relation(id), .. }) = from.scope.items.first() {
            let id = *id;
            let names = update.assignments.iter().flat_map(|one| match &one.target {
                AssignmentTarget::ColumnName(name) => std::slice::from_ref(name),
                AssignmentTarget::Tuple(names) => names.as_slice(),
            });
            self.note_written(id, names.filter_map(|column| column.0.first()?.as_ident()));
        }
        if self.judge {
            self.replay.update(self.names, update);
        }
        let look = |reader: &mut Self| {
            for assignment in &update.assignments {
                reader.expr(&assignment.value);
            }
            reader.visit(&update.selection);
            reader.returning(update.returning.as_ref())
        };
        self.within(from.scope, look).0
    }

    pub(super) fn delete(&mut self, delete: &Delete) -> Outputs {
        let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
        let [table] = tables.as_slice() else { return None };
        let mut from = self.written(table, "delete from");
        if let Some(more) = &delete.using {
            self.beside_target(&mut from, more);
        }
        let look = |reader: &mut Self| {
            reader.visit(&delete.selection);
            reader.returning(delete.returning.as_ref())
        };
        self.within(from.scope, look).0
    }

    fn cannot_be_written(&mut self, item: &Item, verb: &str, name: &ParserName) {
        let Some(name) = self.names.name(name).filter(|_| self.judge) else { return };
        let id = match (&item.columns, self.replay.resolve(&name)) {
            (Columns::Relation(id), _) => *id,
            (_, Resolved::Found(id)) => id,
            _ => return,
        };
        self.replay.cannot_be_written(id, verb, name.span());
    }

    /// What is written is held as what is read is.
    fn note_written<'i>(&mut self, id: RelationId, columns: impl Iterator<Item = &'i sqlparser::ast::Ident>) {
        for column in columns {
            let Some(column) = self.names.ident(column) else { continue };
            let at = self.replay.model.table(id).and_then(|table| table.column(cut(&column.value)));
            self.reads.columns.extend(at.map(|at| (id, at)));
        }
    }

    /// The table of an UPDATE or a DELETE.
    fn written(&mut self, table: &TableWithJoins, verb: &str) -> From {
        let open = From { scope: Scope { open: true, ..Scope::default() }, star: None };
        let TableFactor::Table { name, alias, .. } = &table.relation else { return open };
        let Some(item) = self.target(name, alias.as_ref().map(|alias| &alias.name)) else { return open };
        self.cannot_be_written(&item, verb, name);
        From { scope: Scope { items: vec![item], ..Scope::default() }, star: None }
    }

    /// FROM and USING: other tables, which do not see the one that is written.
    fn beside_target(&mut self, target: &mut From, more: &[TableWithJoins]) {
        let known = self.beside.len();
        self.beside.extend(target.scope.items.iter().filter_map(|item| item.name.clone()));
        let from = self.from(more);
        self.beside.truncate(known);
        let clash = more.iter().any(|tables| self.name_clash(&target.scope.items, &from.scope.items, tables));
        // The mistake has been said.
        target.scope.open |= clash;
        let more = from;
        target.scope.items.extend(more.scope.items);
        target.scope.merged.extend(more.scope.merged);
        target.scope.open |= more.scope.open;
    }
}
