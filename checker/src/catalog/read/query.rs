//! Queries: WITH, SELECT, set operations and what stands behind them.

use crate::ast::ObjectName;
use crate::rules::all::{query_shape, unknown_column};
use std::collections::HashMap;

use super::expression::only_name;
use super::output::{Outputs, Target, listed_names, passed_on, renamed};
use super::{Columns, Reader, Scope};
use crate::catalog::builtin::{gives_rows, is_aggregate};
use crate::catalog::model::Output;
use crate::catalog::names::cut;
use crate::grammar::{NodeKind, Part};

/// What a query's rows are made by.
const BODIES: &[NodeKind] =
    &[NodeKind::Select, NodeKind::Values, NodeKind::TableQuery, NodeKind::Union, NodeKind::Query];

const WITHS: &[NodeKind] = &[NodeKind::With, NodeKind::WithRecursive];

/// The body of a query: a SELECT, VALUES, TABLE, a set operation, or a query in parentheses.
pub(in crate::catalog) fn body_of(query: Part<'_>) -> Option<Part<'_>> {
    query.children().into_iter().find(|child| child.is_any(BODIES))
}

impl Reader<'_, '_> {
    pub(super) fn statement(&mut self, statement: Part<'_>) -> Outputs {
        match statement.kind() {
            NodeKind::Query => self.query(statement),
            NodeKind::Insert | NodeKind::Update | NodeKind::Delete => self.change(statement),
            NodeKind::Explain | NodeKind::CopyQuery => {
                const READ: &[NodeKind] =
                    &[NodeKind::Query, NodeKind::Insert, NodeKind::Update, NodeKind::Delete];
                let inner = statement.children().into_iter().find(|child| child.is_any(READ))?;
                self.statement(inner)
            }
            _ => None,
        }
    }

    /// INSERT, UPDATE or DELETE, which sees the parts of its WITH.
    fn change(&mut self, statement: Part<'_>) -> Outputs {
        self.with.push(HashMap::new());
        self.parts(statement);
        let outputs = match statement.kind() {
            NodeKind::Insert => self.insert(statement),
            NodeKind::Update => self.update(statement),
            _ => self.delete(statement),
        };
        self.with.pop();
        outputs
    }

    pub(super) fn query(&mut self, query: Part<'_>) -> Outputs {
        self.with.push(HashMap::new());
        self.parts(query);
        let order = query.child(NodeKind::Order);
        let outputs = body_of(query).and_then(|body| {
            if body.is(NodeKind::Select) {
                return self.select(body, order);
            }
            let outputs = self.body(body);
            // What stands behind a set operation may name the columns of its result, and nothing else.
            if let (Some(order), Some(outputs), NodeKind::Union) = (order, &outputs, body.kind()) {
                self.order_of_result(order, outputs);
                for item in order.children() {
                    if let Some(value) = item.first() {
                        self.position(value, Some(outputs), "ORDER BY");
                    }
                }
            }
            outputs
        });
        // Neither sees a column.
        for part in query.children() {
            if part.is_any(&[NodeKind::Limit, NodeKind::Offset]) {
                self.limit(part);
            }
        }
        self.with.pop();
        outputs
    }

    /// The parts of a statement's WITH.
    fn parts(&mut self, statement: Part<'_>) {
        let Some(with) = statement.children().into_iter().find(|child| child.is_any(WITHS)) else { return };
        // Parts of a recursive WITH see each other, whatever their order.
        if with.is(NodeKind::WithRecursive) {
            for name in with.children().into_iter().filter_map(Part::ident) {
                self.note_part(&name.value, Columns::Unknown);
            }
        }
        let mut seen: Vec<String> = Vec::new();
        for part in with.children() {
            let children = part.children();
            let Some(name) = part.ident() else { continue };
            if seen.contains(&name.value) {
                let finding = self.replay.find(&query_shape::RULE, name.span);
                finding.message(format!("two queries of this WITH are called `{}`", name.value));
                finding
                    .answer("42712", format!("WITH query name \"{}\" specified more than once", name.value));
            }
            seen.push(name.value.clone());
            let names = part.child(NodeKind::Names).map(listed_names).unwrap_or_default();
            const MADE_BY: &[NodeKind] =
                &[NodeKind::Query, NodeKind::Insert, NodeKind::Update, NodeKind::Delete, NodeKind::Merge];
            let Some(made_by) = children.iter().find(|child| child.is_any(MADE_BY)).copied() else {
                continue;
            };
            let extra = added_columns(&children);
            let columns = |outputs: Outputs| {
                let outputs = renamed(outputs, &names);
                outputs.map_or(Columns::Unknown, |mut outputs| {
                    outputs.extend(extra.iter().cloned());
                    Columns::Listed(outputs)
                })
            };
            // A part that reads itself has the columns of the query that it begins with.
            if with.is(NodeKind::WithRecursive)
                && let Some(known) = body_of(made_by).and_then(|body| self.width_of(body))
            {
                let known = columns(Some(known));
                self.note_part(&name.value, known);
            }
            let outputs = self.statement(made_by);
            if !made_by.is(NodeKind::Query) && made_by.child(NodeKind::Returning).is_none() {
                self.read_of_nothing(statement, made_by, &name.value);
            }
            if let Some(given) = outputs
                .as_ref()
                .map(|outputs| outputs.len() + extra.len())
                .filter(|given| *given < names.len())
            {
                let shown = cut(&name.value).to_owned();
                let finding = self.replay.find(&query_shape::RULE, name.span);
                finding
                    .message(format!("`{shown}` has {given} columns, and {} names are given", names.len()));
                let server = format!(
                    "WITH query \"{shown}\" has {given} columns available but {} columns specified",
                    names.len()
                );
                finding.answer("42P10", server);
            }
            let known = columns(outputs);
            self.note_part(&name.value, known);
        }
    }

    /// Says so where a query reads a part of WITH that writes and gives no rows.
    fn read_of_nothing(&mut self, statement: Part<'_>, made_by: Part<'_>, name: &str) {
        let sources = statement.everything().filter(|part| part.is(NodeKind::From) && !made_by.holds(*part));
        let relations = sources.flat_map(|from| from.outside_queries(&[NodeKind::Relation]));
        let read = relations.filter(|relation| {
            relation.name().is_some_and(|known| known.schema().is_none() && known.object() == name)
        });
        if let Some(read) = read.into_iter().next().filter(|_| self.judge) {
            let shown = cut(name);
            let finding = self.replay.find(&query_shape::RULE, read.span());
            finding.message(format!("`{shown}` writes, and gives no rows to read"));
            finding.answer("0A000", format!("WITH query \"{shown}\" does not have a RETURNING clause"));
            finding.help("write RETURNING at its end");
        }
    }

    /// The columns that a set operation begins with, by the names that it gives them itself: nothing is looked up, since
    /// all of it is looked at afterwards. `None` where a `*` or the like leaves their number open.
    pub(super) fn width_of(&self, body: Part<'_>) -> Outputs {
        let mut first = body;
        while first.is_any(&[NodeKind::Union, NodeKind::Query]) {
            first = if first.is(NodeKind::Union) { first.first()? } else { body_of(first)? };
        }
        match first.kind() {
            NodeKind::Select if !body.is(NodeKind::Select) => {
                let targets = first.child(NodeKind::Targets).map(Part::children).unwrap_or_default();
                self.names_given(&targets)
            }
            NodeKind::Values => {
                let width = first.first()?.children().len();
                Some((1..=width).map(|at| Output::named(&format!("column{at}"))).collect())
            }
            _ => None,
        }
    }

    fn note_part(&mut self, name: &str, columns: Columns) {
        if let Some(with) = self.with.last_mut() {
            with.insert(name.to_owned(), columns);
        }
    }

    fn body(&mut self, body: Part<'_>) -> Outputs {
        match body.kind() {
            NodeKind::Select => self.select(body, None),
            NodeKind::Query => self.query(body),
            NodeKind::Union => {
                // The first of many operations is the innermost.
                let mut others = Vec::new();
                let mut first = body;
                while let (NodeKind::Union, [left, right]) = (first.kind(), first.children().as_slice()) {
                    others.push(*right);
                    first = *left;
                }
                let outputs = self.body(first);
                for other in others.into_iter().rev() {
                    let given = self.body(other);
                    self.same_width(body, outputs.as_deref(), given.as_deref(), other);
                }
                // The types of the two sides may make another.
                outputs.map(|all| {
                    all.into_iter().map(|one| Output { name: one.name, ..Output::default() }).collect()
                })
            }
            NodeKind::Values => {
                self.visit(body);
                let width = body.first()?.children().len();
                Some((1..=width).map(|at| Output::named(&format!("column{at}"))).collect())
            }
            _ => {
                let known = body.child(NodeKind::Relation).and_then(Part::name)?;
                let columns = self.relation(&known);
                let outputs = self.star_of(&columns)?;
                self.reads.columns.extend(outputs.iter().filter_map(|one| one.origin));
                Some(outputs.iter().map(passed_on).collect())
            }
        }
    }

    fn select(&mut self, select: Part<'_>, order: Option<Part<'_>>) -> Outputs {
        let from = select.child(NodeKind::From).map(|from| self.from(from));
        let from = from.unwrap_or_else(|| super::from::From { star: Some(Vec::new()), ..Default::default() });
        let star = from.star;
        let (outputs, _) = self.within(from.scope, |reader| reader.clauses(select, star.as_deref(), order));
        outputs
    }

    fn clauses(&mut self, select: Part<'_>, star: Option<&[Output]>, order: Option<Part<'_>>) -> Outputs {
        let targets = select.child(NodeKind::Targets).map(Part::children).unwrap_or_default();
        for target in &targets {
            self.target_item(*target);
        }
        let outputs = self.projection(&targets, star);
        for clause in select.children() {
            match clause.kind() {
                NodeKind::Where | NodeKind::Having | NodeKind::Windows => self.visit(clause),
                NodeKind::Distinct => {
                    clause.children().into_iter().for_each(|one| self.by(one, outputs.as_deref(), false));
                }
                NodeKind::Group => {
                    for one in clause.children() {
                        self.by(one, outputs.as_deref(), true);
                        self.position(one, outputs.as_deref(), "GROUP BY");
                    }
                }
                _ => {}
            }
        }
        for item in order.map(Part::children).unwrap_or_default() {
            if let Some(value) = item.first() {
                self.by(value, outputs.as_deref(), false);
                self.position(value, outputs.as_deref(), "ORDER BY");
                if is_plain_distinct(select) {
                    self.among_distinct(value, &targets, outputs.as_deref());
                }
            }
        }
        self.grouped(select, &targets);
        outputs
    }

    fn target_item(&mut self, item: Part<'_>) {
        match Target::of(item) {
            Some(Target::Star) => self.wildcard(None),
            Some(Target::StarOf(table)) => {
                if let Some(name) = table.name() {
                    self.wildcard(Some(&name));
                }
            }
            Some(Target::Value(value, _)) => self.visit(value),
            None => {}
        }
    }

    /// RETURNING: what it names, and what it gives.
    pub(super) fn returning(&mut self, returning: Option<Part<'_>>) -> Outputs {
        let items = returning?.children();
        for item in &items {
            self.target_item(*item);
        }
        self.projection(&items, None)
    }

    /// An expression of GROUP BY, ORDER BY or DISTINCT ON: a name by itself may be one that the query gives to its
    /// columns. GROUP BY prefers the columns that the query reads.
    fn by(&mut self, value: Part<'_>, outputs: Option<&[Output]>, grouping: bool) {
        if let Some(ident) = only_name(value) {
            let name = cut(&ident.value);
            // Where the columns are not all known, a name may be one of them.
            let named = outputs.into_iter().flatten().filter(|one| one.name.as_deref() == Some(name));
            let origins: Vec<_> = named.map(|one| one.origin).collect();
            // Two that are the same column are not two.
            let two = origins.len() > 1 && origins.iter().any(|one| one.is_none() || *one != origins[0]);
            if two && !grouping {
                let finding = self.replay.find(&unknown_column::RULE, ident.span);
                finding.message(format!("two columns of the query are called `{name}`"));
                finding.answer("42702", format!("ORDER BY \"{name}\" is ambiguous"));
                finding.help("give one of them another name, or write its number");
                return;
            }
            let given = outputs.is_none_or(|all| all.iter().any(|one| one.may_be(name)));
            if given && !(grouping && self.is_sure(name)) {
                return;
            }
        }
        self.visit(value);
    }

    fn order_of_result(&mut self, order: Part<'_>, outputs: &[Output]) {
        for item in order.children() {
            let Some(ident) = item.first().and_then(only_name) else { continue };
            let name = cut(&ident.value);
            if self.judge && !outputs.iter().any(|one| one.may_be(name)) {
                let names = outputs.iter().filter_map(|one| one.name.as_deref());
                self.replay.missing_in_query(
                    ident.span,
                    name,
                    format!("column \"{name}\" does not exist"),
                    names,
                );
            }
        }
    }

    /// Looks at something that sees what is around and no tables of its own.
    pub(super) fn alone<R>(&mut self, look: impl FnOnce(&mut Self) -> R) -> R {
        self.within(Scope::default(), look).0
    }
}

/// The columns that SEARCH and CYCLE add to those of the query.
fn added_columns(part: &[Part<'_>]) -> Vec<Output> {
    let mut added = Vec::new();
    let named = |name: Option<&Part<'_>>| {
        name.and_then(|name| name.ident()).map(|ident| Output::named(cut(&ident.value)))
    };
    for clause in part {
        let names: Vec<_> = clause.children().into_iter().filter(|child| child.is(NodeKind::Name)).collect();
        match clause.kind() {
            NodeKind::Search => added.extend(named(names.last())),
            NodeKind::Cycle => {
                // … SET mark [TO … DEFAULT …] USING path.
                let mark = names.len().checked_sub(2).and_then(|at| names.get(at));
                added.extend(named(mark));
                added.extend(named(names.last()));
            }
            _ => {}
        }
    }
    added
}

/// Whether the rows of a query may be those of one table, so that a view of it can be written. What is certain is
/// only that some cannot.
/// The relation whose rows the rows of a simple query are.
pub(in crate::catalog) fn source_of(query: Part<'_>) -> Option<ObjectName> {
    let body = body_of(query)?;
    if body.is(NodeKind::TableQuery) {
        return body.child(NodeKind::Relation)?.name();
    }
    let source = body.child(NodeKind::From)?.first()?;
    let source = if source.is(NodeKind::Relation) { source } else { source.child(NodeKind::Relation)? };
    source.name()
}

pub(super) fn is_simple(statement: Part<'_>) -> bool {
    if !statement.is(NodeKind::Query) {
        return true;
    }
    let around = statement.children();
    let limited =
        around.iter().any(|child| child.is_any(WITHS) || child.is_any(&[NodeKind::Limit, NodeKind::Offset]));
    let body = body_of(statement);
    if body.is_some_and(|body| body.is(NodeKind::TableQuery)) {
        return !limited;
    }
    let Some(select) = body.filter(|body| body.is(NodeKind::Select)) else { return false };
    let sources = select.child(NodeKind::From).map(Part::children).unwrap_or_default();
    let one = matches!(sources.as_slice(), [only] if !only.is_any(&[NodeKind::Join, NodeKind::NaturalJoin, NodeKind::JoinAlias]));
    let grouped = [NodeKind::Group, NodeKind::Having, NodeKind::Distinct];
    let of_many_rows = |call: &Part<'_>| {
        let name = call.child(NodeKind::Function).and_then(|function| function.name());
        call.child(NodeKind::Over).is_some()
            || name.is_some_and(|name| is_aggregate(&name) || gives_rows(&name))
    };
    let targets = select.child(NodeKind::Targets);
    let computed =
        targets.is_some_and(|targets| targets.outside_queries(&[NodeKind::Call]).iter().any(of_many_rows));
    one && !computed && !limited && !select.children().iter().any(|child| child.is_any(&grouped))
}

/// `SELECT DISTINCT` without ON.
fn is_plain_distinct(select: Part<'_>) -> bool {
    select.child(NodeKind::Distinct).is_some_and(|distinct| distinct.first().is_none())
}
