//! FROM: which tables a query sees, and under which names.

use sqlparser::ast::{JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins};

use super::output::renamed;
use super::{Columns, Item, Reader, Scope};
use crate::ast::{Ident, ObjectName};
use crate::catalog::model::{Output, RelationId, RelationKind};
use crate::catalog::names::{Resolved, cut, object};
use crate::rules::all::ambiguous_name;

/// What a FROM, or a part of it, gives.
#[derive(Default)]
pub(super) struct From {
    pub(super) scope: Scope,
    /// What `*` means, where that is known.
    pub(super) star: Option<Vec<Output>>,
}

impl From {
    fn open() -> Self {
        Self { scope: Scope { open: true, ..Scope::default() }, star: None }
    }

    fn join(&mut self, other: Self) {
        self.scope.items.extend(other.scope.items);
        self.scope.merged.extend(other.scope.merged);
        self.scope.open |= other.scope.open;
        self.star = self.star.take().zip(other.star).map(|(mut left, right)| {
            left.extend(right);
            left
        });
    }
}

impl Reader<'_, '_, '_> {
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

    pub(super) fn from(&mut self, from: &[TableWithJoins]) -> From {
        let mut all = From { star: Some(Vec::new()), ..From::default() };
        for tables in from {
            let part = self.tables(tables, &all.scope);
            self.name_clash(&all.scope.items, &part.scope.items, tables);
            all.join(part);
        }
        all
    }

    fn tables(&mut self, tables: &TableWithJoins, before: &Scope) -> From {
        let mut all = self.factor(&tables.relation, &[before]);
        for join in &tables.joins {
            let right = self.factor(&join.relation, &[before, &all.scope]);
            self.name_clash(&all.scope.items, &right.scope.items, tables);
            let constraint = constraint(&join.join_operator);
            match constraint {
                Some(JoinConstraint::Using(columns)) => {
                    let columns: Vec<Ident> =
                        columns.iter().filter_map(|name| self.names.name(name)?.last().cloned()).collect();
                    self.using(&mut all, right, &columns);
                    continue;
                }
                Some(JoinConstraint::Natural) => {
                    let shared = shared(all.star.as_deref(), right.star.as_deref());
                    match shared {
                        Some(shared) => self.using(&mut all, right, &shared),
                        None => {
                            all.join(right);
                            // Any name may be one that both have.
                            all.scope.open = true;
                        }
                    }
                    continue;
                }
                _ => all.join(right),
            }
            if let Some(JoinConstraint::On(expr)) = constraint {
                let scope = std::mem::take(&mut all.scope);
                ((), all.scope) = self.within(scope, |reader| reader.expr(expr));
            }
        }
        all
    }

    /// `JOIN … USING (columns)`: both sides must have them; in `*` they stand once, and first.
    fn using(&mut self, left: &mut From, right: From, columns: &[Ident]) {
        for column in columns {
            let name = cut(&column.value);
            for (side, scope) in [("left", &left.scope), ("right", &right.scope)] {
                if self.judge && self.is_missing(scope, name) {
                    let server =
                        format!("column \"{name}\" specified in USING clause does not exist in {side} table");
                    self.replay.missing_in_query(column.span, name, server, [].into_iter());
                }
            }
            let both = [&left.scope, &right.scope].map(|scope| self.origins(scope, name));
            self.reads.columns.extend(both.into_iter().flatten());
        }
        let names: Vec<&str> = columns.iter().map(|column| cut(&column.value)).collect();
        let is_merged = |one: &Output| one.name.as_deref().is_some_and(|name| names.contains(&name));
        let star = left.star.take().zip(right.star.as_ref()).map(|(left, right)| {
            let first = left.iter().filter(|one| is_merged(one)).cloned();
            let rest = left.iter().chain(right).filter(|one| !is_merged(one)).cloned();
            first.chain(rest).collect()
        });
        left.join(right);
        left.star = star;
        left.scope.merged.extend(names.into_iter().map(str::to_owned));
    }

    fn factor(&mut self, factor: &TableFactor, before: &[&Scope]) -> From {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let Some(known) = self.names.name(name) else { return From::open() };
                let columns = self.relation(&known);
                self.named(object(&known), alias.as_ref(), columns)
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let outputs = if *lateral {
                    self.beside(before, |reader| reader.query(subquery))
                } else {
                    let known = self.beside.len();
                    self.beside.extend(
                        before.iter().flat_map(|scope| &scope.items).filter_map(|one| one.name.clone()),
                    );
                    let outputs = self.query(subquery);
                    self.beside.truncate(known);
                    outputs
                };
                let columns = outputs.map_or(Columns::Unknown, Columns::Listed);
                match alias {
                    Some(alias) => self.named("", Some(alias), columns),
                    None => {
                        let star = self.star_of(&columns);
                        let items = vec![Item { name: None, aliased: true, columns }];
                        From { scope: Scope { items, ..Scope::default() }, star }
                    }
                }
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let mut inner = self.tables(table_with_joins, before.first().unwrap_or(&&Scope::default()));
                // Under a name of its own nothing in it is seen by its old one.
                inner.scope.open |= alias.is_some();
                inner
            }
            // Functions give columns that nothing here knows, and see what stands before them.
            TableFactor::Table { args, alias, .. } => {
                self.beside(before, |reader| reader.visit(args));
                self.function(alias.as_ref())
            }
            TableFactor::Function { args, alias, .. } => {
                self.beside(before, |reader| reader.visit(args));
                self.function(alias.as_ref())
            }
            TableFactor::UNNEST { array_exprs, .. } => {
                self.beside(before, |reader| reader.visit(array_exprs));
                From::open()
            }
            _ => From::open(),
        }
    }

    fn function(&mut self, alias: Option<&TableAlias>) -> From {
        let name = alias.and_then(|alias| self.names.ident(&alias.name)).map(|name| name.value);
        let items = vec![Item { name, aliased: true, columns: Columns::Unknown }];
        From { scope: Scope { items, open: true, ..Scope::default() }, star: None }
    }

    /// Looks at something that sees what stands before it in FROM.
    fn beside<R>(&mut self, before: &[&Scope], look: impl FnOnce(&mut Self) -> R) -> R {
        let mut scope = Scope::default();
        for one in before {
            scope.items.extend(one.items.iter().cloned());
            scope.merged.extend(one.merged.iter().cloned());
            scope.open |= one.open;
        }
        self.within(scope, look).0
    }

    /// A source under its alias, or under its own name.
    pub(super) fn named(&mut self, own: &str, alias: Option<&TableAlias>, columns: Columns) -> From {
        let name = alias.and_then(|alias| self.names.ident(&alias.name));
        let columns = match alias.filter(|alias| !alias.columns.is_empty()) {
            Some(alias) => {
                let outputs = self.star_of(&columns);
                if let (Some(name), Some(outputs)) = (&name, &outputs)
                    && alias.columns.len() > outputs.len()
                    && self.judge
                {
                    let (given, wanted) = (outputs.len(), alias.columns.len());
                    self.replay.too_many_names(name, given, wanted);
                }
                renamed(self.names, outputs, alias).map_or(Columns::Unknown, Columns::Listed)
            }
            None => columns,
        };
        let star = self.star_of(&columns);
        let called = name.map_or_else(|| own.to_owned(), |name| cut(&name.value).to_owned());
        let items = vec![Item { name: Some(called), aliased: alias.is_some(), columns }];
        From { scope: Scope { items, ..Scope::default() }, star }
    }

    /// All columns of a source, in order.
    fn star_of(&self, columns: &Columns) -> Option<Vec<Output>> {
        match columns {
            Columns::Unknown => None,
            Columns::Listed(outputs) => Some(outputs.clone()),
            Columns::Relation(id) => self.outputs_of(*id),
        }
    }

    /// The columns of a relation, where they are all known.
    pub(super) fn outputs_of(&self, id: RelationId) -> Option<Vec<Output>> {
        match &self.replay.model.relation(id).kind {
            RelationKind::Table(table) if !table.opaque => {
                let output = |(at, column): (usize, &crate::catalog::model::Column)| Output {
                    name: Some(column.name.clone()),
                    data_type: Some(column.data_type.clone()),
                    origin: Some((id, at)),
                };
                Some(table.live().map(output).collect())
            }
            RelationKind::View(view) => {
                let output =
                    |(at, column): (usize, &Output)| Output { origin: Some((id, at)), ..column.clone() };
                Some(view.columns.as_ref()?.iter().enumerate().map(output).collect())
            }
            _ => None,
        }
    }

    /// Says so where two sources of one query have one name.
    pub(super) fn name_clash(&mut self, first: &[Item], then: &[Item], tables: &TableWithJoins) -> bool {
        for item in then.iter().filter(|_| self.judge) {
            let Some(name) = &item.name else { continue };
            let clashes = |other: &&Item| {
                // Two relations of different schemas may have one name.
                let different =
                    !item.aliased && !other.aliased && !same_relation(&item.columns, &other.columns);
                other.name.as_ref() == Some(name) && !different
            };
            if !name.is_empty()
                && first.iter().any(|other| clashes(&other))
                && let Some(span) = self.place_of(tables, name)
            {
                let finding = self.replay.find(&ambiguous_name::RULE, span);
                finding.message(format!("`{name}` stands twice in this FROM"));
                finding.answer("42712", format!("table name \"{name}\" specified more than once"));
                finding.help("give one of the two an alias");
                return true;
            }
        }
        false
    }

    /// Where a source's name stands in a part of FROM: its last place.
    fn place_of(&self, tables: &TableWithJoins, name: &str) -> Option<crate::source::Span> {
        let factors = std::iter::once(&tables.relation).chain(tables.joins.iter().map(|join| &join.relation));
        let ident = |factor: &TableFactor| {
            let alias = match factor {
                TableFactor::Table { name, alias: None, .. } => {
                    return self.names.name(name)?.last().cloned();
                }
                TableFactor::Table { alias, .. }
                | TableFactor::Derived { alias, .. }
                | TableFactor::Function { alias, .. } => alias,
                _ => return None,
            };
            self.names.ident(&alias.as_ref()?.name)
        };
        let mut named = factors.filter_map(ident).filter(|ident| cut(&ident.value) == name);
        named.next_back().map(|ident| ident.span)
    }
}

fn same_relation(a: &Columns, b: &Columns) -> bool {
    matches!((a, b), (Columns::Relation(a), Columns::Relation(b)) if a == b)
}

/// The columns that both sides of a NATURAL join have.
fn shared(left: Option<&[Output]>, right: Option<&[Output]>) -> Option<Vec<Ident>> {
    let (left, right) = (left?, right?);
    if left.iter().chain(right).any(|one| one.name.is_none()) {
        return None;
    }
    let ident = |one: &Output| {
        let value = one.name.clone().unwrap_or_default();
        Ident { value, quoted: true, span: crate::source::Span::default() }
    };
    Some(left.iter().filter(|one| right.iter().any(|other| other.name == one.name)).map(ident).collect())
}

fn constraint(operator: &JoinOperator) -> Option<&JoinConstraint> {
    match operator {
        JoinOperator::Join(one)
        | JoinOperator::Inner(one)
        | JoinOperator::Left(one)
        | JoinOperator::LeftOuter(one)
        | JoinOperator::Right(one)
        | JoinOperator::RightOuter(one)
        | JoinOperator::FullOuter(one)
        | JoinOperator::CrossJoin(one) => Some(one),
        _ => None,
    }
}
