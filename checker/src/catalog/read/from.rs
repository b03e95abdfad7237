//! FROM: which tables a query sees, and under which names.

use super::output::{MOST_COLUMNS, listed_names, renamed};
use super::{Columns, Item, Reader, Scope};
use crate::ast::{Ident, ObjectName};
use crate::catalog::model::{Column, Output, RelationId, RelationKind, Shows};
use crate::catalog::names::{Resolved, cut, object};
use crate::grammar::{NodeKind, Part};
use crate::rules::all::ambiguous_name;
use crate::rules::all::wrong_kind;

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
        self.scope.joined.extend(other.scope.joined);
        self.scope.open |= other.scope.open;
        self.star = self.star.take().zip(other.star).map(|(mut left, right)| {
            left.extend(right);
            left
        });
        self.star.take_if(|star| star.len() > MOST_COLUMNS);
    }
}

/// A table's column as one that a query sees.
pub(super) fn column_of_table(origin: (RelationId, usize), column: &Column) -> Output {
    Output {
        name: Some(column.name.clone()),
        data_type: Some(column.data_type.clone()),
        origin: Some(origin),
        shows: Shows::Unknown,
    }
}

impl Reader<'_, '_> {
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
                    RelationKind::Sequence(_) => {
                        Columns::Listed(["last_value", "log_cnt", "is_called"].map(Output::named).to_vec())
                    }
                    RelationKind::Index(_) => {
                        let relation = self.replay.model.relation(id);
                        let (shown, made) = (relation.name.clone(), relation.made);
                        let finding = self.replay.find(&wrong_kind::RULE, name.span());
                        finding.message(format!("`{shown}` is an index, and has no rows to read"));
                        finding.server(format!("\"{shown}\" is an index"));
                        finding.at_place(made, "it is created here").help("name a table or a view");
                        Columns::Unknown
                    }
                    RelationKind::Opaque => Columns::Unknown,
                }
            }
            Resolved::Unknown => Columns::Unknown,
            Resolved::Missing => {
                self.replay.unknown_relation(name, "relation", format!("relation \"{name}\" does not exist"));
                Columns::Unknown
            }
        }
    }

    /// The tables of a FROM or a USING.
    pub(super) fn from(&mut self, from: Part<'_>) -> From {
        let mut all = From { star: Some(Vec::new()), ..From::default() };
        for tables in from.children() {
            let part = self.tables(tables, &[&all.scope]);
            self.name_clash(&all.scope.items, &part.scope.items, tables);
            all.join(part);
        }
        all
    }

    /// One item of a FROM with all that is joined to it.
    fn tables(&mut self, tables: Part<'_>, before: &[&Scope]) -> From {
        // The first of many joins is the innermost.
        let mut joins = Vec::new();
        let mut first = tables;
        while let (true, Some(left)) = (is_join(first), first.first()) {
            joins.push(first);
            first = left;
        }
        // Nobody writes so many, and each looks at all before it.
        const MOST: usize = 1_000;
        if joins.len() > MOST {
            return From::open();
        }
        let mut all = self.factor(first, before);
        for join in joins.into_iter().rev() {
            let sides = join.children();
            let Some(side) = sides.get(1) else { continue };
            let around: Vec<&Scope> = before.iter().copied().chain([&all.scope]).collect();
            let right = self.factor(*side, &around);
            self.name_clash(&all.scope.items, &right.scope.items, tables);
            if join.is(NodeKind::NaturalJoin) {
                match shared(all.star.as_deref(), right.star.as_deref()) {
                    Some(shared) => self.using(&mut all, right, &shared),
                    None => {
                        all.join(right);
                        // Any name may be one that both have.
                        all.scope.open = true;
                    }
                }
            } else if let Some(using) = join.child(NodeKind::Using) {
                let columns = using.child(NodeKind::Names).map(listed_names).unwrap_or_default();
                self.using(&mut all, right, &columns);
                // `AS name`: the columns that both have, under a name of their own.
                if let Some(alias) = using.child(NodeKind::Name).and_then(Part::ident) {
                    let columns = columns.iter().map(|column| Output::named(cut(&column.value))).collect();
                    let name = Some(cut(&alias.value).to_owned());
                    all.scope.joined.push(Item { name, aliased: true, columns: Columns::Listed(columns) });
                }
            } else {
                all.join(right);
                if let Some(on) = join.child(NodeKind::On) {
                    let scope = std::mem::take(&mut all.scope);
                    ((), all.scope) = self.within(scope, |reader| reader.visit(on));
                }
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

    fn factor(&mut self, factor: Part<'_>, before: &[&Scope]) -> From {
        let alias = factor.child(NodeKind::Alias);
        match factor.kind() {
            NodeKind::Table => {
                let Some(known) = factor.child(NodeKind::Relation).and_then(Part::name) else {
                    return From::open();
                };
                let columns = self.relation(&known);
                self.named(object(&known), alias, columns)
            }
            NodeKind::Derived | NodeKind::Lateral => {
                let Some(query) = factor.child(NodeKind::Query) else { return From::open() };
                let outputs = if factor.is(NodeKind::Lateral) {
                    self.beside(before, |reader| reader.query(query))
                } else {
                    let known = self.beside.len();
                    self.beside.extend(
                        before.iter().flat_map(|scope| &scope.items).filter_map(|one| one.name.clone()),
                    );
                    let outputs = self.query(query);
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
            NodeKind::Join | NodeKind::NaturalJoin => self.tables(factor, before),
            NodeKind::JoinAlias => {
                let Some(inner) = factor.first() else { return From::open() };
                self.tables(inner, before);
                // Under a name of its own nothing in it is seen by its old one.
                let name = alias.and_then(|alias| alias.child(NodeKind::Name)).and_then(Part::ident);
                let name = name.map(|name| cut(&name.value).to_owned());
                let items = vec![Item { name, aliased: true, columns: Columns::Unknown }];
                From { scope: Scope { items, ..Scope::default() }, star: None }
            }
            // Functions give columns that nothing here knows, and see what stands before them.
            NodeKind::FunctionTable => {
                self.beside(before, |reader| reader.visit(factor));
                let alias = alias.or_else(|| factor.child(NodeKind::TypedAlias));
                let name = alias.and_then(|alias| alias.child(NodeKind::Name)).and_then(Part::ident);
                let items = vec![Item {
                    name: name.map(|name| name.value),
                    aliased: true,
                    columns: Columns::Unknown,
                }];
                From { scope: Scope { items, open: true, ..Scope::default() }, star: None }
            }
            _ => From::open(),
        }
    }

    /// Looks at something that sees what stands before it in FROM.
    fn beside<R>(&mut self, before: &[&Scope], look: impl FnOnce(&mut Self) -> R) -> R {
        let mut scope = Scope::default();
        for one in before {
            scope.items.extend(one.items.iter().cloned());
            scope.merged.extend(one.merged.iter().cloned());
            scope.joined.extend(one.joined.iter().cloned());
            scope.open |= one.open;
        }
        self.within(scope, look).0
    }

    /// A source under its alias, or under its own name.
    pub(super) fn named(&mut self, own: &str, alias: Option<Part<'_>>, columns: Columns) -> From {
        let name = alias.and_then(|alias| alias.child(NodeKind::Name)).and_then(Part::ident);
        let listed =
            alias.and_then(|alias| alias.child(NodeKind::Names)).map(listed_names).unwrap_or_default();
        let columns = if listed.is_empty() {
            columns
        } else {
            let outputs = self.star_of(&columns);
            if let (Some(name), Some(outputs)) = (&name, &outputs)
                && listed.len() > outputs.len()
                && self.judge
            {
                self.replay.too_many_names(name, outputs.len(), listed.len());
            }
            renamed(outputs, &listed).map_or(Columns::Unknown, Columns::Listed)
        };
        let star = self.star_of(&columns);
        let called = name.map_or_else(|| own.to_owned(), |name| cut(&name.value).to_owned());
        let items = vec![Item { name: Some(called), aliased: alias.is_some(), columns }];
        From { scope: Scope { items, ..Scope::default() }, star }
    }

    /// All columns of a source, in order.
    pub(super) fn star_of(&self, columns: &Columns) -> Option<Vec<Output>> {
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
                Some(table.live().map(|(at, column)| column_of_table((id, at), column)).collect())
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
    pub(super) fn name_clash(&mut self, first: &[Item], then: &[Item], tables: Part<'_>) -> bool {
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
                && let Some(span) = place_of(tables, name)
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
}

fn is_join(part: Part<'_>) -> bool {
    part.is_any(&[NodeKind::Join, NodeKind::NaturalJoin])
}

/// Where a source's name stands in a part of FROM: its last place.
fn place_of(tables: Part<'_>, name: &str) -> Option<crate::text::Span> {
    const SOURCES: &[NodeKind] =
        &[NodeKind::Table, NodeKind::Derived, NodeKind::Lateral, NodeKind::FunctionTable];
    let called = |source: Part<'_>| {
        let alias = source.child(NodeKind::Alias).or_else(|| source.child(NodeKind::TypedAlias));
        match alias {
            Some(alias) => alias.child(NodeKind::Name)?.ident(),
            None => source.child(NodeKind::Relation)?.name()?.last().cloned(),
        }
    };
    let sources = tables.outside_queries(SOURCES).into_iter();
    sources.filter_map(called).rfind(|ident| cut(&ident.value) == name).map(|ident| ident.span)
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
        Ident { value, quoted: true, span: crate::text::Span::default() }
    };
    Some(left.iter().filter(|one| right.iter().any(|other| other.name == one.name)).map(ident).collect())
}
