//! What lets old code write less than before: it takes nothing away, and old code breaks over it all the same.

use std::collections::HashSet;

use crate::ast::{
    AlterActionKind, AlterTarget, ColumnClauseKind, ConstraintKind, Ident, Kind, TableBody, TableConstraint,
    TableElement,
};
use crate::plan::joined_name;
use crate::statement::Statement;

use super::{Move, full};

/// What the statements before have made, as far as it matters here.
#[derive(Default)]
pub(super) struct History {
    /// Objects and columns that the same file has made: no old code knows them.
    made: HashSet<String>,
    columns: HashSet<(String, String)>,
    /// Unique indexes, and unique constraints with their tables.
    indexes: HashSet<String>,
    constraints: HashSet<(String, String)>,
}

impl History {
    /// A file begins: what was made before is known to code that runs.
    pub(super) fn begin(&mut self) {
        self.made.clear();
        self.columns.clear();
    }

    pub(super) fn is_new(&self, object: &str) -> bool {
        self.made.contains(object)
    }

    fn are_new(&self, table: &str, columns: &[Ident]) -> bool {
        let new = |column: &Ident| self.columns.contains(&(table.to_owned(), column.value.clone()));
        self.is_new(table) || columns.iter().any(new)
    }

    pub(super) fn note(&mut self, statement: &Statement<'_>) {
        match statement.kind() {
            Kind::CreateTable(create) => {
                let table = full(&create.name);
                if let TableBody::Elements(elements) = &create.body {
                    elements
                        .iter()
                        .for_each(|element| self.note_element(&table, create.name.object(), element));
                }
                self.made.insert(table);
            }
            Kind::CreateView(view) => {
                self.made.insert(full(&view.name));
            }
            Kind::CreateIndex(index) => {
                if let Some(name) = index.name.as_ref() {
                    self.made.insert(full(name));
                    if index.unique {
                        self.indexes.insert(full(name));
                    }
                }
            }
            Kind::AlterTable(alter) => {
                let table = full(&alter.name);
                for action in &alter.actions {
                    match &action.kind {
                        AlterActionKind::AddColumn { column, .. } => {
                            self.columns.insert((table.clone(), column.name.value.clone()));
                        }
                        AlterActionKind::AddConstraint(constraint) => {
                            self.note_unique(&table, alter.name.object(), constraint);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn note_element(&mut self, table: &str, object: &str, element: &TableElement) {
        match element {
            TableElement::Constraint(constraint) => self.note_unique(table, object, constraint),
            TableElement::Column(column) => {
                for clause in &column.clauses {
                    if let ColumnClauseKind::Unique(_) = clause.kind {
                        let name = clause.name.as_ref().map(|name| name.value.clone());
                        let name = name.unwrap_or_else(|| joined_name(object, &column.name.value, "key"));
                        self.constraints.insert((table.to_owned(), name));
                    }
                }
            }
            TableElement::Like(_) => {}
        }
    }

    fn note_unique(&mut self, table: &str, object: &str, constraint: &TableConstraint) {
        let ConstraintKind::Unique(unique) = &constraint.kind else { return };
        let named = constraint.name.as_ref().or(unique.using_index.as_ref());
        let name = named.map(|name| name.value.clone()).unwrap_or_else(|| {
            let columns: Vec<&str> = unique.columns.iter().map(|column| column.value.as_str()).collect();
            joined_name(object, &columns.join("_"), "key")
        });
        self.constraints.insert((table.to_owned(), name));
    }
}

/// What a statement narrows.
pub(super) fn of(statement: &Statement<'_>, history: &History) -> Option<Move> {
    let refuses =
        |what: &str, table: &str| format!("{what} refuses rows of `{table}` that old code may write");
    match statement.kind() {
        Kind::CreateIndex(index) if index.unique => {
            let table = full(&index.table);
            let columns: Vec<Ident> = index.keys.iter().filter_map(|key| key.column.clone()).collect();
            let new = history.are_new(&table, &columns);
            (!new).then(|| Move::narrows(statement.head(), refuses("a unique index", &table)))
        }
        Kind::AlterTable(alter) if alter.target == AlterTarget::Table => {
            let table = full(&alter.name);
            alter.actions.iter().find_map(|action| {
                let what = match &action.kind {
                    AlterActionKind::AddConstraint(constraint) => {
                        let (what, columns) = narrowing(statement, constraint)?;
                        if history.are_new(&table, &columns) {
                            return None;
                        }
                        refuses(what, &table)
                    }
                    AlterActionKind::DropConstraint { name, .. }
                        if !history.is_new(&table)
                            && history.constraints.contains(&(table.clone(), name.value.clone())) =>
                    {
                        format!("`ON CONFLICT` of old code may need the unique constraint `{}`", name.value)
                    }
                    _ => return None,
                };
                Some(Move::narrows(action.span, what))
            })
        }
        Kind::Drop(drop) if drop.object == "INDEX" => {
            let name = drop.names.iter().map(full).find(|name| history.indexes.contains(name))?;
            let what = format!("`ON CONFLICT` of old code may need the unique index `{name}`");
            (!history.is_new(&name)).then(|| Move::narrows(statement.head(), what))
        }
        Kind::Other(head) if head.words == "ALTER DOMAIN" => {
            let mut cursor = statement.cursor();
            cursor.eat("ALTER DOMAIN");
            let name = full(&cursor.name()?);
            let narrows = cursor.is("ADD") || cursor.are("SET NOT NULL");
            let what = format!("the domain `{name}` takes fewer values than old code may write");
            narrows.then(|| Move::narrows(statement.head(), what))
        }
        _ => None,
    }
}

/// What a new constraint refuses, and the columns that it is about. That of a unique index is no news: the index
/// was.
fn narrowing(statement: &Statement<'_>, constraint: &TableConstraint) -> Option<(&'static str, Vec<Ident>)> {
    match &constraint.kind {
        ConstraintKind::Check(range) => {
            let mut cursor = statement.within(*range);
            let mut words = Vec::new();
            while !cursor.at_end() {
                match cursor.ident() {
                    Some(word) => words.push(word),
                    None => cursor.advance(),
                }
            }
            Some(("a check", words))
        }
        ConstraintKind::ForeignKey(key) => Some(("a foreign key", key.columns.clone())),
        ConstraintKind::Unique(unique) if unique.using_index.is_none() => {
            Some(("a unique constraint", unique.columns.clone()))
        }
        ConstraintKind::NotNull(column) => Some(("NOT NULL", vec![column.clone()])),
        _ => None,
    }
}
