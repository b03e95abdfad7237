//! The names of the columns that a query gives.

use sqlparser::ast::{Expr, Query, Select, SelectItem, SetExpr, TableFactor};

use super::names::Resolved;
use super::scope::{Columns, Reader};

impl<T> Reader<'_, '_, '_, T> {
    /// The names of a query's columns.
    pub(super) fn outputs(&self, query: &Query) -> Option<Vec<String>> {
        if query.with.is_some() {
            return None;
        }
        self.set_outputs(&query.body)
    }

    pub(super) fn set_outputs(&self, body: &SetExpr) -> Option<Vec<String>> {
        match body {
            SetExpr::Select(select) => self.select_outputs(select),
            SetExpr::Query(query) => self.outputs(query),
            SetExpr::SetOperation { left, .. } => self.set_outputs(left),
            _ => None,
        }
    }

    fn select_outputs(&self, select: &Select) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => names.push(self.tree.ident(alias)?.value),
                SelectItem::UnnamedExpr(expr) => names.push(self.output_name(expr)?),
                SelectItem::Wildcard(_) => {
                    let [table] = select.from.as_slice() else { return None };
                    if !table.joins.is_empty() {
                        return None;
                    }
                    names.extend(self.all_columns(&table.relation)?);
                }
                _ => return None,
            }
        }
        Some(names)
    }

    fn output_name(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Identifier(ident) => Some(self.tree.ident(ident)?.value),
            Expr::CompoundIdentifier(parts) => Some(self.tree.ident(parts.last()?)?.value),
            Expr::Function(function) => Some(self.tree.name(&function.name)?.object().to_owned()),
            _ => None,
        }
    }

    fn all_columns(&self, factor: &TableFactor) -> Option<Vec<String>> {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                if alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
                    return None;
                }
                let name = self.tree.name(name)?;
                let with = self.with.iter().rev().find_map(|with| with.get(name.object()));
                match with.filter(|_| name.parts.len() == 1) {
                    Some(Columns::Names(names)) => Some(names.clone()),
                    Some(_) => None,
                    None => match self.replay.resolve(&name) {
                        Resolved::Found(id) => self.replay.column_names(id),
                        _ => None,
                    },
                }
            }
            TableFactor::Derived { subquery, alias: Some(alias), .. } if alias.columns.is_empty() => {
                self.outputs(subquery)
            }
            _ => None,
        }
    }
}
