//! What the names in `INSERT`, `UPDATE` and `DELETE` may mean: the columns of what they write, and of what they read
//! beside it.

use sqlparser::ast::{FromTable, ObjectName as ParserName, Statement, TableObject, UpdateTableFromKind};

use super::names::object;
use super::scope::{Item, Reader, Scope};

impl<T> Reader<'_, '_, '_, T> {
    /// A relation that a statement writes.
    fn target(&mut self, name: &ParserName, alias: Option<&sqlparser::ast::Ident>) -> Option<Item> {
        let known = self.tree.name(name)?;
        // What a WITH of the statement is called cannot be written.
        let hidden = std::mem::take(&mut self.with);
        let columns = self.relation(&known);
        self.with = hidden;
        let alias = alias.and_then(|alias| self.tree.ident(alias)).map(|alias| alias.value);
        Some(Item { name: Some(alias.unwrap_or_else(|| object(&known).to_owned())), columns })
    }

    pub(super) fn statement_scope(&mut self, statement: &Statement) -> Scope {
        match statement {
            Statement::Insert(insert) => {
                let TableObject::TableName(name) = &insert.table else {
                    return Scope { open: true, ..Scope::default() };
                };
                let alias = insert.table_alias.as_ref().map(|alias| &alias.alias);
                let mut scope = Scope::default();
                let Some(item) = self.target(name, alias) else {
                    return Scope { open: true, ..Scope::default() };
                };
                let columns = item.columns.clone();
                scope.items.push(item);
                // A plain name never means a column of `excluded`: it is the table's own.
                if insert.on.is_some() {
                    scope.items.push(Item { name: Some("excluded".to_owned()), columns });
                }
                self.replay.insert(self.tree, insert);
                scope
            }
            Statement::Update(update) => {
                let mut scope = self.scope_of(std::slice::from_ref(&update.table));
                if let Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) =
                    &update.from
                {
                    let more = self.scope_of(from);
                    scope.items.extend(more.items);
                    scope.open |= more.open;
                }
                self.replay.update(self.tree, update);
                scope
            }
            Statement::Delete(delete) => {
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                let mut scope = self.scope_of(from);
                if let Some(using) = &delete.using {
                    let more = self.scope_of(using);
                    scope.items.extend(more.items);
                    scope.open |= more.open;
                }
                scope
            }
            Statement::Query(_) => Scope::default(),
            _ => Scope { open: true, ..Scope::default() },
        }
    }
}
