//! Queries: WITH, SELECT, set operations and what stands behind them.

use std::collections::HashMap;

use sqlparser::ast::{
    Cte, Distinct, Expr, GroupByExpr, OrderBy, OrderByKind, Query, Select, SelectItem, SetExpr, Statement,
    With,
};

use super::output::renamed;
use super::{Columns, Reader, Scope};
use crate::catalog::model::Output;

/// What a query gives: its columns where they are known.
pub(super) type Outputs = Option<Vec<Output>>;

impl Reader<'_, '_, '_> {
    pub(super) fn statement(&mut self, statement: &Statement) -> Outputs {
        match statement {
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            _ => None,
        }
    }

    pub(super) fn query(&mut self, query: &Query) -> Outputs {
        self.with.push(HashMap::new());
        if let Some(with) = &query.with {
            self.parts(with);
        }
        let outputs = match &*query.body {
            SetExpr::Select(select) => self.select(select, query.order_by.as_ref()),
            body => {
                let outputs = self.body(body);
                // What stands behind a set operation may name the columns of its result, and nothing else.
                let names =
                    matches!(body, SetExpr::SetOperation { .. }).then_some(outputs.as_ref()).flatten();
                if let (Some(order), Some(outputs)) = (&query.order_by, names) {
                    self.order_of_result(order, outputs);
                }
                outputs
            }
        };
        // Neither sees a column.
        self.visit(&query.limit_clause);
        self.visit(&query.fetch);
        self.with.pop();
        outputs
    }

    fn parts(&mut self, with: &With) {
        for part in &with.cte_tables {
            let Some(name) = self.names.ident(&part.alias.name) else { continue };
            if with.recursive {
                // A part that reads itself has the columns of the query that it begins with.
                self.note_part(&name.value, Columns::Unknown);
                if let SetExpr::SetOperation { left, .. } = &*part.query.body {
                    let judge = std::mem::replace(&mut self.judge, false);
                    let outputs = self.body(left);
                    self.judge = judge;
                    let columns =
                        renamed(self.names, outputs, &part.alias).map_or(Columns::Unknown, Columns::Listed);
                    self.note_part(&name.value, columns);
                }
            }
            let columns = self.part(part);
            self.note_part(&name.value, columns);
        }
    }

    fn part(&mut self, part: &Cte) -> Columns {
        let outputs = self.query(&part.query);
        renamed(self.names, outputs, &part.alias).map_or(Columns::Unknown, Columns::Listed)
    }

    fn note_part(&mut self, name: &str, columns: Columns) {
        if let Some(with) = self.with.last_mut() {
            with.insert(name.to_owned(), columns);
        }
    }

    fn body(&mut self, body: &SetExpr) -> Outputs {
        match body {
            SetExpr::Select(select) => self.select(select, None),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { left, right, .. } => {
                let outputs = self.body(left);
                self.body(right);
                // The types of the two sides may make another.
                outputs.map(|all| {
                    all.into_iter().map(|one| Output { name: one.name, ..Output::default() }).collect()
                })
            }
            SetExpr::Values(values) => {
                self.visit(values);
                let width = values.rows.first().map(|row| row.content.len())?;
                Some((1..=width).map(|at| Output::named(&format!("column{at}"))).collect())
            }
            SetExpr::Insert(statement) | SetExpr::Update(statement) | SetExpr::Delete(statement) => {
                self.statement(statement)
            }
            SetExpr::Merge(_) | SetExpr::Table(_) => None,
        }
    }

    fn select(&mut self, select: &Select, order: Option<&OrderBy>) -> Outputs {
        let from = self.from(&select.from);
        let star = from.star;
        let (outputs, _) = self.within(from.scope, |reader| reader.clauses(select, star.as_deref(), order));
        outputs
    }

    fn clauses(&mut self, select: &Select, star: Option<&[Output]>, order: Option<&OrderBy>) -> Outputs {
        for item in &select.projection {
            self.item(item);
        }
        let outputs = self.projection(&select.projection, star);
        self.visit(&select.selection);
        self.visit(&select.having);
        self.visit(&select.named_window);
        if let Some(Distinct::On(exprs)) = &select.distinct {
            exprs.iter().for_each(|expr| self.by(expr, outputs.as_deref(), false));
        }
        if let GroupByExpr::Expressions(exprs, _) = &select.group_by {
            exprs.iter().for_each(|expr| self.by(expr, outputs.as_deref(), true));
        }
        if let Some(OrderBy { kind: OrderByKind::Expressions(exprs), .. }) = order {
            exprs.iter().for_each(|one| self.by(&one.expr, outputs.as_deref(), false));
        }
        outputs
    }

    fn item(&mut self, item: &SelectItem) {
        match item {
            SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => self.expr(expr),
            SelectItem::Wildcard(_) => self.wildcard(None),
            SelectItem::QualifiedWildcard(
                sqlparser::ast::SelectItemQualifiedWildcardKind::ObjectName(name),
                _,
            ) => {
                if let Some(name) = self.names.name(name) {
                    self.wildcard(Some(&name));
                }
            }
            _ => {}
        }
    }

    /// RETURNING: what it names, and what it gives.
    pub(super) fn returning(&mut self, items: Option<&Vec<SelectItem>>) -> Outputs {
        let items = items?;
        for item in items {
            self.item(item);
        }
        self.projection(items, None)
    }

    /// An expression of GROUP BY, ORDER BY or DISTINCT ON: a name by itself may be one that the query gives to its
    /// columns. GROUP BY prefers the columns that the query reads.
    fn by(&mut self, expr: &Expr, outputs: Option<&[Output]>, grouping: bool) {
        if let Expr::Identifier(ident) = expr
            && let Some(ident) = self.names.ident(ident)
        {
            let name = crate::catalog::names::cut(&ident.value);
            // Where the columns are not all known, a name may be one of them.
            let given = outputs.is_none_or(|all| all.iter().any(|one| one.may_be(name)));
            if given && !(grouping && self.is_sure(name)) {
                return;
            }
        }
        self.expr(expr);
    }

    fn order_of_result(&mut self, order: &OrderBy, outputs: &[Output]) {
        let OrderByKind::Expressions(exprs) = &order.kind else { return };
        for one in exprs {
            let Expr::Identifier(ident) = &one.expr else { continue };
            let Some(ident) = self.names.ident(ident) else { continue };
            let name = crate::catalog::names::cut(&ident.value);
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

/// Whether the rows of a query may be those of one table, so that a view of it can be written. What is certain is
/// only that some cannot.
pub(super) fn is_simple(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else { return true };
    let SetExpr::Select(select) = &*query.body else { return false };
    let grouped = !matches!(&select.group_by, GroupByExpr::Expressions(exprs, _) if exprs.is_empty());
    let one = matches!(select.from.as_slice(), [only] if only.joins.is_empty());
    let limited = query.with.is_some() || query.limit_clause.is_some() || query.fetch.is_some();
    one && !grouped && !limited && select.having.is_none() && select.distinct.is_none()
}
