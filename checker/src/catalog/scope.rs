//! What queries and expressions read: relations, and columns as far as their names tell.
//!
//! A name is looked for as PostgreSQL does it: in the tables of its own `FROM`, then in those of the queries
//! around. Where one of these has columns that are not known, a name that is not found elsewhere may be one of
//! them, and nothing is said.

use std::collections::HashMap;
use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, GroupByExpr, OrderBy, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, Statement,
    TableFactor, TableWithJoins, Visit, Visitor,
};

use crate::ast::{Ident, ObjectName};
use crate::parse::syntax::Tree;

use super::Replay;
use super::model::{RelationId, RelationKind};
use super::names::{Resolved, cut, object};

/// What a query reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) relations: Vec<RelationId>,
    pub(super) columns: Vec<(RelationId, usize)>,
    /// The names of its columns, where they are known.
    pub(super) outputs: Option<Vec<String>>,
}

/// One source of columns.
pub(super) struct Item {
    pub(super) name: Option<String>,
    pub(super) columns: Columns,
}

#[derive(Clone)]
pub(super) enum Columns {
    Relation(RelationId),
    Names(Vec<String>),
    Unknown,
}

/// What names may mean in one query.
#[derive(Default)]
pub(super) struct Scope {
    pub(super) items: Vec<Item>,
    /// The query's own names for what it gives.
    pub(super) aliases: Vec<String>,
    /// Whether any name may mean something here.
    pub(super) open: bool,
}

/// What a name turned out to mean.
enum Found {
    Column(RelationId, usize),
    Other,
    Unsure,
    Nothing,
}

pub(super) struct Reader<'r, 'c, 't, T> {
    pub(super) replay: &'r mut Replay<'c>,
    pub(super) tree: &'t Tree<'t, T>,
    scopes: Vec<Scope>,
    /// For each query around, the parts of its WITH, where they see those before them only.
    parts: Vec<Vec<(*const Query, String)>>,
    /// What the part that is looked at does not see: itself and those behind it.
    hidden: Vec<(*const Query, Vec<(String, Columns)>)>,
    pub(super) with: Vec<HashMap<String, Columns>>,
    reads: Reads,
    /// Whether columns that are missing are reported.
    judge: bool,
}

impl Replay<'_> {
    /// What a statement reads; says which relations and columns are missing.
    pub(super) fn read_statement(&mut self, tree: &Tree<'_, Statement>, own: Option<&str>) -> Reads {
        let with = own.map(|own| HashMap::from([(own.to_owned(), Columns::Unknown)]));
        self.read(tree, with, true)
    }

    /// The same for the body of a function, whose arguments may stand where columns do.
    pub(super) fn read_body(&mut self, tree: &Tree<'_, Statement>) -> Reads {
        self.read(tree, None, false)
    }

    fn read(
        &mut self,
        tree: &Tree<'_, Statement>,
        with: Option<HashMap<String, Columns>>,
        judge: bool,
    ) -> Reads {
        let mut reader = Reader {
            replay: self,
            tree,
            scopes: Vec::new(),
            parts: Vec::new(),
            hidden: Vec::new(),
            with: with.into_iter().collect(),
            reads: Reads::default(),
            judge,
        };
        let _ = tree.node.visit(&mut reader);
        let mut reads = reader.reads;
        reads.relations.sort_unstable();
        reads.relations.dedup();
        reads.columns.sort_unstable();
        reads.columns.dedup();
        reads
    }

    /// The columns of a table that an expression names; says which are missing. `also` is another name that may
    /// stand before a column.
    pub(super) fn columns_in(
        &mut self,
        statement: &crate::statement::Statement<'_>,
        range: crate::ast::TokenRange,
        table: RelationId,
        also: Option<&str>,
    ) -> Vec<usize> {
        let Some(tree) = crate::parse::syntax::expression(statement.within(range)) else { return Vec::new() };
        let name = also.map_or_else(|| self.model.relation(table).name.clone(), str::to_owned);
        let item = Item { name: Some(name), columns: Columns::Relation(table) };
        let scope = Scope { items: vec![item], ..Scope::default() };
        let mut reader = Reader {
            replay: self,
            tree: &tree,
            scopes: vec![scope],
            parts: Vec::new(),
            hidden: Vec::new(),
            with: Vec::new(),
            reads: Reads::default(),
            judge: true,
        };
        let _ = tree.node.visit(&mut reader);
        let mut columns: Vec<usize> =
            reader.reads.columns.into_iter().filter(|(of, _)| *of == table).map(|(_, at)| at).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

impl<T> Reader<'_, '_, '_, T> {
    /// The columns that a relation's name stands for.
    pub(super) fn relation(&mut self, name: &ObjectName) -> Columns {
        if name.parts.len() == 1
            && let Some(found) = self.with.iter().rev().find_map(|with| with.get(name.object()))
        {
            return found.clone();
        }
        match self.replay.resolve(name) {
            Resolved::Found(id) => {
                self.reads.relations.push(id);
                match self.replay.model.relation(id).kind {
                    RelationKind::Table(_) | RelationKind::View(_) => Columns::Relation(id),
                    _ => Columns::Unknown,
                }
            }
            Resolved::Unknown => Columns::Unknown,
            Resolved::Missing => {
                self.replay.unknown_relation(name, "relation", format!("relation \"{name}\" does not exist"));
                Columns::Unknown
            }
        }
    }

    pub(super) fn scope_of(&mut self, from: &[TableWithJoins]) -> Scope {
        let mut scope = Scope::default();
        for table in from {
            self.factor(&table.relation, &mut scope);
            for join in &table.joins {
                self.factor(&join.relation, &mut scope);
            }
        }
        scope
    }

    fn factor(&mut self, factor: &TableFactor, scope: &mut Scope) {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let Some(known) = self.tree.name(name) else { return scope.open = true };
                let mut columns = self.relation(&known);
                let mut called = object(&known).to_owned();
                if let Some(alias) = alias {
                    called = self.tree.ident(&alias.name).map_or(called, |name| name.value);
                    if !alias.columns.is_empty() {
                        columns = Columns::Unknown;
                    }
                }
                scope.items.push(Item { name: Some(called), columns });
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let name = alias.as_ref().and_then(|alias| self.tree.ident(&alias.name));
                let columns = match alias.as_ref().filter(|alias| !alias.columns.is_empty()) {
                    Some(_) => Columns::Unknown,
                    None => self.outputs(subquery).map_or(Columns::Unknown, Columns::Names),
                };
                scope.items.push(Item { name: name.map(|name| name.value), columns });
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                if alias.is_some() {
                    scope.open = true;
                }
                self.factor(&table_with_joins.relation, scope);
                for join in &table_with_joins.joins {
                    self.factor(&join.relation, scope);
                }
            }
            // Functions give columns that nothing here knows.
            _ => scope.open = true,
        }
    }

    fn find_in(&self, item: &Item, name: &str) -> Found {
        match &item.columns {
            Columns::Unknown => Found::Unsure,
            Columns::Names(names) if names.iter().any(|one| one == name) => Found::Other,
            Columns::Names(_) => Found::Nothing,
            Columns::Relation(id) => match &self.replay.model.relation(*id).kind {
                RelationKind::Table(table) => match table.column(name) {
                    Some(at) => Found::Column(*id, at),
                    None if table.opaque || table.assumed.contains(name) => Found::Unsure,
                    None => Found::Nothing,
                },
                RelationKind::View(view) => match &view.columns {
                    None => Found::Unsure,
                    Some(columns) => match columns.iter().position(|one| one == name) {
                        Some(at) => Found::Column(*id, at),
                        None => Found::Nothing,
                    },
                },
                _ => Found::Unsure,
            },
        }
    }

    /// A name by itself.
    fn column(&mut self, ident: &Ident) {
        let name = cut(&ident.value);
        let word = !ident.quoted;
        if word
            && (is_word(name)
                || crate::expr::KEYWORD_FUNCTIONS.iter().any(|one| one.eq_ignore_ascii_case(name)))
            || SYSTEM_COLUMNS.contains(&name)
        {
            return;
        }
        for scope in self.scopes.iter().rev() {
            let mut unsure = scope.open;
            let mut found = None;
            for item in &scope.items {
                match self.find_in(item, name) {
                    Found::Column(relation, at) => found = Some(Some((relation, at))),
                    Found::Other => found = Some(None),
                    Found::Unsure => unsure = true,
                    Found::Nothing => {}
                }
                if item.name.as_deref() == Some(name) {
                    // The whole row.
                    unsure = true;
                }
            }
            if let Some(found) = found {
                // With columns that are not known beside it, the name may as well be one of those; the server
                // would then refuse it as ambiguous.
                self.reads.columns.extend(found);
                return;
            }
            if unsure || scope.aliases.iter().any(|alias| alias == name) {
                return;
            }
        }
        if self.judge && self.has_sources() {
            let server = format!("column \"{name}\" does not exist");
            let tables: Vec<RelationId> = self.tables();
            match tables.as_slice() {
                [one] => self.replay.unknown_column(*one, ident, server),
                _ => self.replay.missing_in_query(ident.span, name, server),
            }
        }
    }

    /// Without any table a name is an error whatever the set is; that is not this pass's matter.
    fn has_sources(&self) -> bool {
        self.scopes.iter().any(|scope| !scope.items.is_empty())
    }

    fn tables(&self) -> Vec<RelationId> {
        let items = self.scopes.iter().flat_map(|scope| &scope.items);
        items
            .filter_map(|item| match item.columns {
                Columns::Relation(id) => Some(id),
                _ => None,
            })
            .collect()
    }

    /// `table.column`.
    fn qualified(&mut self, table: &Ident, column: &Ident) {
        for scope in self.scopes.iter().rev() {
            let named = |item: &&Item| item.name.as_deref() == Some(cut(&table.value));
            let Some(item) = scope.items.iter().find(named) else {
                if scope.open {
                    return;
                }
                continue;
            };
            let name = cut(&column.value);
            match (self.find_in(item, name), &item.columns) {
                (Found::Column(relation, at), _) => self.reads.columns.push((relation, at)),
                (Found::Nothing, Columns::Relation(id)) if self.judge && !SYSTEM_COLUMNS.contains(&name) => {
                    let (id, server) = (*id, format!("column {}.{name} does not exist", cut(&table.value)));
                    self.replay.unknown_column(id, column, server);
                }
                _ => {}
            }
            return;
        }
    }

    /// All columns of the sources, or of the one of this name.
    fn wildcard(&mut self, of: Option<&str>) {
        let Some(scope) = self.scopes.last() else { return };
        let items = scope.items.iter().filter(|item| of.is_none() || item.name.as_deref() == of);
        let mut columns = Vec::new();
        for item in items {
            let Columns::Relation(id) = item.columns else { continue };
            if let Some(table) = self.replay.model.table(id) {
                columns.extend(table.live().map(|(at, _)| (id, at)));
            }
        }
        self.reads.columns.extend(columns);
    }
}

impl<T> Reader<'_, '_, '_, T> {
    /// A part of a WITH sees the parts before it; its own name means what it means outside.
    fn hide_later_parts(&mut self, query: &Query) {
        let Some(parts) = self.parts.last() else { return };
        let Some(at) = parts.iter().position(|(of, _)| std::ptr::eq(*of, query)) else { return };
        let names: Vec<String> = parts.iter().skip(at).map(|(_, name)| name.clone()).collect();
        if let Some(with) = self.with.last_mut() {
            let hidden =
                names.into_iter().filter_map(|name| with.remove(&name).map(|columns| (name, columns)));
            self.hidden.push((std::ptr::from_ref(query), hidden.collect()));
        }
    }
}

impl<T> Visitor for Reader<'_, '_, '_, T> {
    type Break = ();

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        let scope = self.statement_scope(statement);
        self.scopes.push(scope);
        ControlFlow::Continue(())
    }

    fn post_visit_statement(&mut self, _: &Statement) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.hide_later_parts(query);
        self.with.push(HashMap::new());
        let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        let parts = query.with.iter().filter(|_| !recursive).flat_map(|with| &with.cte_tables);
        let parts = parts.filter_map(|part| {
            Some((std::ptr::from_ref(&*part.query), self.tree.ident(&part.alias.name)?.value))
        });
        self.parts.push(parts.collect());
        for part in query.with.iter().flat_map(|with| &with.cte_tables) {
            let Some(name) = self.tree.ident(&part.alias.name) else { continue };
            let columns = if part.alias.columns.is_empty() {
                self.outputs(&part.query).map_or(Columns::Unknown, Columns::Names)
            } else {
                Columns::Unknown
            };
            if let Some(with) = self.with.last_mut() {
                with.insert(name.value, columns);
            }
        }
        let outermost = self.with.len() == 1 || self.reads.outputs.is_none() && self.scopes.len() <= 1;
        if outermost {
            self.reads.outputs = self.set_outputs(&query.body);
        }
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.with.pop();
        self.parts.pop();
        if self.hidden.last().is_some_and(|(of, _)| std::ptr::eq(*of, query))
            && let Some((_, hidden)) = self.hidden.pop()
            && let Some(with) = self.with.last_mut()
        {
            with.extend(hidden);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut scope = self.scope_of(&select.from);
        for item in &select.projection {
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                scope.aliases.extend(self.tree.ident(alias).map(|alias| alias.value));
            }
        }
        self.scopes.push(scope);
        for item in &select.projection {
            match item {
                SelectItem::Wildcard(_) => self.wildcard(None),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    if let Some(name) = self.tree.name(name) {
                        self.wildcard(Some(name.object()));
                    }
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, _: &Select) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_order_by(&mut self, _: &OrderBy) -> ControlFlow<()> {
        // It stands behind the SELECT whose columns it may name.
        self.scopes.push(Scope { open: true, ..Scope::default() });
        ControlFlow::Continue(())
    }

    fn post_visit_order_by(&mut self, _: &OrderBy) -> ControlFlow<()> {
        self.scopes.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_group_by(&mut self, _: &GroupByExpr) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) if !self.tree.names_an_argument(ident) => {
                if let Some(ident) = self.tree.ident(ident) {
                    self.column(&ident);
                }
            }
            Expr::CompoundIdentifier(parts) => {
                if let [.., table, column] = parts.as_slice()
                    && let (Some(table), Some(column)) = (self.tree.ident(table), self.tree.ident(column))
                {
                    self.qualified(&table, &column);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Columns that every table has.
const SYSTEM_COLUMNS: &[&str] = &["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"];

/// Words that stand where names do and are none.
fn is_word(name: &str) -> bool {
    matches!(
        name,
        "default"
            | "value"
            | "all"
            | "array"
            | "nfc"
            | "nfd"
            | "nfkc"
            | "nfkd"
            | "system_user"
            | "new"
            | "old"
            | "year"
            | "month"
            | "day"
            | "hour"
            | "minute"
            | "second"
            | "epoch"
    )
}
