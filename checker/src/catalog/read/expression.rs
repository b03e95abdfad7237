//! Names in expressions.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Visit, Visitor};

use super::Reader;

/// Looks at an expression, and leaves the queries in it to the reader, which knows what they see.
struct Walk<'w, 'r, 'c, 'n> {
    reader: &'w mut Reader<'r, 'c, 'n>,
    /// How many queries are around.
    depth: usize,
}

impl Visitor for Walk<'_, '_, '_, '_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if self.depth == 0 {
            self.reader.query(query);
        }
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.depth > 0 {
            return ControlFlow::Continue(());
        }
        let names = self.reader.names;
        match expr {
            Expr::Identifier(ident) if !names.is_argument(ident) => {
                if let Some(ident) = names.ident(ident) {
                    self.reader.column(&ident);
                }
            }
            Expr::CompoundIdentifier(parts) => {
                if let [schema @ .., table, column] = parts.as_slice()
                    && let (Some(table), Some(column)) = (names.ident(table), names.ident(column))
                {
                    let schema = schema.last().and_then(|schema| names.ident(schema));
                    self.reader.qualified(schema.as_ref(), &table, &column);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Reader<'_, '_, '_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        self.visit(expr);
    }

    /// Everything in some part of a statement that is an expression.
    pub(super) fn visit(&mut self, part: &impl Visit) {
        let _ = part.visit(&mut Walk { reader: self, depth: 0 });
    }
}
