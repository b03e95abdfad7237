//! What a column's name means among the tables that a query sees.

use super::from::column_of_table;
use super::{Columns, Item, Reader, Scope};
use crate::ast::{Ident, ObjectName};
use crate::catalog::model::{Output, RelationId, RelationKind};
use crate::catalog::names::{cut, object};
use crate::expr::SYSTEM_COLUMNS;
use crate::rules::all::{ambiguous_name, unknown_relation};

/// What a name turned out to mean in one source.
enum Found {
    /// A column, and of which relation where it is one's own.
    Column(Option<(RelationId, usize)>),
    Unsure,
    Nothing,
}

impl Reader<'_, '_> {
    fn find_in(&self, item: &Item, name: &str) -> Found {
        let listed =
            |outputs: &[Output]| match outputs.iter().position(|one| one.name.as_deref() == Some(name)) {
                Some(at) => Found::Column(outputs.get(at).and_then(|one| one.origin)),
                None if outputs.iter().any(|one| one.name.is_none()) => Found::Unsure,
                None => Found::Nothing,
            };
        match &item.columns {
            Columns::Unknown => Found::Unsure,
            Columns::Listed(outputs) => listed(outputs),
            Columns::Relation(id) => match &self.replay.model.relation(*id).kind {
                RelationKind::Table(table) => match table.column(name) {
                    Some(at) => Found::Column(Some((*id, at))),
                    None if table.opaque || table.assumed.contains(name) => Found::Unsure,
                    None => Found::Nothing,
                },
                RelationKind::View(view) => match &view.columns {
                    None => Found::Unsure,
                    Some(columns) => match columns.iter().position(|one| one.name.as_deref() == Some(name)) {
                        Some(at) => Found::Column(Some((*id, at))),
                        None => listed(columns),
                    },
                },
                _ => Found::Unsure,
            },
        }
    }

    /// Whether one of the tables of the query surely has a column of this name.
    pub(super) fn is_sure(&self, name: &str) -> bool {
        let items = self.scopes.last().into_iter().flat_map(|scope| &scope.items);
        items.filter(|item| matches!(self.find_in(item, name), Found::Column(_))).count() > 0
    }

    /// Whether none of some tables can have a column of this name.
    pub(super) fn is_missing(&self, scope: &Scope, name: &str) -> bool {
        !scope.open && scope.items.iter().all(|item| matches!(self.find_in(item, name), Found::Nothing))
    }

    /// The columns of this name.
    pub(super) fn origins(&self, scope: &Scope, name: &str) -> Vec<(RelationId, usize)> {
        let found = |item| match self.find_in(item, name) {
            Found::Column(origin) => origin,
            _ => None,
        };
        scope.items.iter().filter_map(found).collect()
    }

    /// A source's column.
    pub(super) fn column_in(&self, item: &Item, name: &str) -> Option<Output> {
        match &item.columns {
            Columns::Listed(outputs) => outputs.iter().find(|one| one.name.as_deref() == Some(name)).cloned(),
            // By its name at once: a wide table is not gone through for each column that is named.
            Columns::Relation(id) => match &self.replay.model.relation(*id).kind {
                RelationKind::Table(table) if !table.opaque => {
                    let at = table.column(name)?;
                    Some(column_of_table((*id, at), table.columns.get(at)?))
                }
                RelationKind::View(view) => {
                    let all = view.columns.as_ref()?;
                    let at = all.iter().position(|one| one.name.as_deref() == Some(name))?;
                    Some(Output { origin: Some((*id, at)), ..all.get(at)?.clone() })
                }
                _ => None,
            },
            Columns::Unknown => None,
        }
    }

    /// The columns of the source of a name, where they are known.
    pub(super) fn columns_of_item(&self, name: &str) -> Option<Vec<Output>> {
        let item = self.scopes.iter().rev().find_map(|scope| self.item_of(scope, None, name))?;
        match &item.columns {
            Columns::Listed(outputs) => Some(outputs.clone()),
            Columns::Relation(id) => self.outputs_of(*id),
            Columns::Unknown => None,
        }
    }

    /// A name by itself.
    pub(super) fn column(&mut self, ident: &Ident) {
        let name = cut(&ident.value);
        if SYSTEM_COLUMNS.contains(&name) {
            return;
        }
        for scope in self.scopes.iter().rev() {
            let mut unsure = scope.open;
            let mut found = Vec::new();
            for item in &scope.items {
                match self.find_in(item, name) {
                    Found::Column(origin) => found.push(origin),
                    Found::Unsure => unsure = true,
                    Found::Nothing => {}
                }
                // The whole row.
                unsure |= item.name.as_deref() == Some(name);
            }
            if !found.is_empty() {
                let ambiguous = found.len() > 1 && !scope.merged.contains(name) && self.judge && !scope.open;
                // With columns that are not known beside it, the name may as well be one of those; the server
                // would then refuse it as ambiguous.
                self.reads.columns.extend(found.into_iter().flatten());
                if ambiguous {
                    self.ambiguous(ident, name);
                }
                return;
            }
            // The whole row of what USING gives a name.
            unsure |= scope.joined.iter().any(|item| item.name.as_deref() == Some(name));
            if unsure {
                return;
            }
        }
        if self.judge {
            let server = format!("column \"{name}\" does not exist");
            let tables: Vec<RelationId> = self.relations();
            match tables.as_slice() {
                [one] if self.sources() == 1 => self.replay.unknown_column(*one, ident, server),
                _ => {
                    let names = self.visible();
                    let names = names.iter().map(String::as_str);
                    self.replay.missing_in_query(ident.span, name, server, names);
                }
            }
        }
    }

    fn ambiguous(&mut self, ident: &Ident, name: &str) {
        let finding = self.replay.find(&ambiguous_name::RULE, ident.span);
        finding.message(format!("more than one table of this query has a column `{name}`"));
        finding.answer("42702", format!("column reference \"{name}\" is ambiguous"));
    }

    fn sources(&self) -> usize {
        self.scopes.iter().map(|scope| scope.items.len()).sum()
    }

    fn relations(&self) -> Vec<RelationId> {
        let items = self.scopes.iter().flat_map(|scope| &scope.items);
        items
            .filter_map(|item| match item.columns {
                Columns::Relation(id) => Some(id),
                _ => None,
            })
            .collect()
    }

    /// The names of all columns that can be seen.
    fn visible(&self) -> Vec<String> {
        let items = self.scopes.iter().flat_map(|scope| &scope.items);
        let outputs = items.filter_map(|item| match &item.columns {
            Columns::Listed(outputs) => Some(outputs.clone()),
            Columns::Relation(id) => self.outputs_of(*id),
            Columns::Unknown => None,
        });
        outputs.flatten().filter_map(|one| one.name).collect()
    }

    /// `table.column`.
    pub(super) fn qualified(&mut self, schema: Option<&Ident>, table: &Ident, column: &Ident) {
        let of = cut(&table.value);
        let name = cut(&column.value);
        for scope in self.scopes.iter().rev() {
            let Some(item) = self.item_of(scope, schema, of) else {
                if scope.open {
                    return;
                }
                continue;
            };
            match (self.find_in(item, name), &item.columns) {
                (Found::Column(origin), _) => self.reads.columns.extend(origin),
                // `row.f` calls a function of the row, too.
                (Found::Nothing, _) if self.replay.has_function(name) => {}
                (Found::Nothing, columns) if self.judge && !SYSTEM_COLUMNS.contains(&name) => {
                    let server = format!("column {of}.{name} does not exist");
                    match columns {
                        Columns::Relation(id) => {
                            let id = *id;
                            self.replay.unknown_column(id, column, server);
                        }
                        _ => {
                            let outputs = self.columns_of_item(of).unwrap_or_default();
                            let names = outputs.iter().filter_map(|one| one.name.as_deref());
                            self.replay.missing_in_query(column.span, name, server, names);
                        }
                    }
                }
                _ => {}
            }
            return;
        }
        if self.judge && schema.is_none() {
            self.unknown_source(table);
        }
    }

    /// A table that this query does not read.
    fn unknown_source(&mut self, table: &Ident) {
        let of = cut(&table.value);
        let of_relation = |item: &Item| match &item.columns {
            Columns::Relation(id) => self.replay.model.relation(*id).name == of,
            _ => false,
        };
        let items = self.scopes.iter().flat_map(|scope| &scope.items);
        let alias = items.clone().find(|item| of_relation(item)).and_then(|item| item.name.clone());
        let beside = self.beside.iter().any(|one| one == of);
        let near = crate::rules::nearest(of, items.filter_map(|item| item.name.as_deref()))
            .map(crate::rules::quoted);
        let server = if alias.is_some() || beside {
            format!("invalid reference to FROM-clause entry for table \"{of}\"")
        } else {
            format!("missing FROM-clause entry for table \"{of}\"")
        };
        let finding = self.replay.find(&unknown_relation::RULE, table.span);
        finding.message(format!("no table of this query is called `{of}`")).server(server);
        finding.help(match (alias, near) {
            (Some(alias), _) => format!("here it is called `{}`", crate::rules::quoted(&alias)),
            (None, _) if beside => {
                "a query in FROM sees the tables beside it only with LATERAL before it".to_owned()
            }
            (None, Some(near)) => format!("did you mean `{near}`?"),
            (None, None) if matches!(of, "old" | "new") => {
                "RETURNING gives the new row; `old` and `new` are PostgreSQL 18's".to_owned()
            }
            (None, None) => "name a table of FROM, or join this one".to_owned(),
        });
    }

    /// All columns of the sources, or of the one of this name.
    pub(super) fn wildcard(&mut self, of: Option<&ObjectName>) {
        let Some(last) = self.scopes.last() else { return };
        let items: Vec<Item> = match of {
            None => last.items.clone(),
            Some(name) => {
                let found = self
                    .scopes
                    .iter()
                    .rev()
                    .find_map(|scope| self.item_of(scope, name.schema(), object(name)));
                if found.is_none() && !self.scopes.iter().any(|scope| scope.open) && self.judge {
                    if let (Some(table), 1) = (name.last(), name.parts.len()) {
                        self.unknown_source(table);
                    }
                    return;
                }
                found.into_iter().cloned().collect()
            }
        };
        for item in items {
            let outputs = match item.columns {
                Columns::Relation(id) => self.known_columns(id),
                Columns::Listed(outputs) => outputs.into_iter().filter_map(|one| one.origin).collect(),
                Columns::Unknown => Vec::new(),
            };
            self.reads.columns.extend(outputs);
        }
    }

    /// The source of a name; with a schema before it, the one of that schema.
    fn item_of<'s>(&self, scope: &'s Scope, schema: Option<&Ident>, name: &str) -> Option<&'s Item> {
        let of_schema = |item: &&Item| match (schema, &item.columns) {
            (Some(schema), Columns::Relation(id)) => {
                let of = self.replay.model.schemas.get(self.replay.model.relation(*id).schema);
                !item.aliased && of.is_some_and(|of| of.name == cut(&schema.value))
            }
            _ => true,
        };
        let named = |item: &&Item| item.name.as_deref() == Some(name);
        scope.items.iter().filter(of_schema).find(named).or_else(|| scope.joined.iter().find(named))
    }

    fn known_columns(&self, id: RelationId) -> Vec<(RelationId, usize)> {
        match &self.replay.model.relation(id).kind {
            RelationKind::Table(table) => table.live().map(|(at, _)| (id, at)).collect(),
            RelationKind::View(view) => {
                (0..view.columns.as_ref().map_or(0, Vec::len)).map(|at| (id, at)).collect()
            }
            _ => Vec::new(),
        }
    }
}
