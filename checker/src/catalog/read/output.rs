//! The columns that a query gives.

use sqlparser::ast::{Expr, SelectItem, SelectItemQualifiedWildcardKind, TableAlias, Value};

use super::Reader;
use super::query::Outputs;
use crate::catalog::model::{Output, Type};
use crate::catalog::names::{cut, object};
use crate::parse::syntax::Names;

impl Output {
    pub(in crate::catalog) fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::default() }
    }

    /// Whether this is the column of a name, or may be it.
    pub(in crate::catalog) fn may_be(&self, name: &str) -> bool {
        self.name.as_deref().is_none_or(|own| own == name)
    }
}

impl Reader<'_, '_, '_> {
    pub(super) fn projection(&self, items: &[SelectItem], star: Option<&[Output]>) -> Outputs {
        let mut outputs = Vec::new();
        for item in items {
            match item {
                SelectItem::ExprWithAlias { expr, alias } => outputs.push(Output {
                    name: Some(cut(&self.names.ident(alias)?.value).to_owned()),
                    data_type: self.type_of(expr),
                    origin: None,
                }),
                SelectItem::UnnamedExpr(expr) => outputs.push(Output {
                    name: self.name_of(expr),
                    data_type: self.type_of(expr),
                    origin: None,
                }),
                SelectItem::Wildcard(_) => outputs.extend(star?.iter().map(without_origin)),
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    let name = self.names.name(name)?;
                    let columns = self.columns_of_item(object(&name))?;
                    outputs.extend(columns.iter().map(without_origin));
                }
                _ => return None,
            }
        }
        Some(outputs)
    }

    /// The name that PostgreSQL gives a column without one; `None` where that is not known here.
    fn name_of(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Identifier(ident) => Some(cut(&self.names.ident(ident)?.value).to_owned()),
            Expr::CompoundIdentifier(parts) => Some(cut(&self.names.ident(parts.last()?)?.value).to_owned()),
            Expr::Function(function) => Some(object(&self.names.name(&function.name)?).to_owned()),
            Expr::Nested(inner) => self.name_of(inner),
            // A cast is called as what it casts, if that has a name.
            Expr::Cast { expr, .. } => self.name_of(expr).filter(|name| name != UNNAMED),
            Expr::BinaryOp { .. } => Some(UNNAMED.to_owned()),
            Expr::Value(value)
                if matches!(value.value, Value::Number(..) | Value::SingleQuotedString(_) | Value::Null) =>
            {
                Some(UNNAMED.to_owned())
            }
            _ => None,
        }
    }

    /// The type of a column that is passed on as it is.
    fn type_of(&self, expr: &Expr) -> Option<Type> {
        let (table, column) = match expr {
            Expr::Identifier(ident) => (None, self.names.ident(ident)?),
            Expr::CompoundIdentifier(parts) => {
                let [.., table, column] = parts.as_slice() else { return None };
                (Some(self.names.ident(table)?), self.names.ident(column)?)
            }
            Expr::Nested(inner) => return self.type_of(inner),
            _ => return None,
        };
        let scope = self.scopes.last()?;
        let table = table.as_ref().map(|table| cut(&table.value));
        let items = scope.items.iter().filter(|item| table.is_none() || item.name.as_deref() == table);
        items.filter_map(|item| self.type_in(item, cut(&column.value))).next()
    }
}

fn without_origin(output: &Output) -> Output {
    Output { origin: None, ..output.clone() }
}

const UNNAMED: &str = "?column?";

/// Columns under the names that an alias lists; those behind them keep their own.
pub(super) fn renamed(names: &Names<'_>, outputs: Outputs, alias: &TableAlias) -> Outputs {
    if alias.columns.is_empty() {
        return outputs;
    }
    let mut outputs = outputs?;
    for (output, column) in outputs.iter_mut().zip(&alias.columns) {
        output.name = Some(cut(&names.ident(&column.name)?.value).to_owned());
    }
    Some(outputs)
}
