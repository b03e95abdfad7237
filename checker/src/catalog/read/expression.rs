//! Names in expressions.

use super::Reader;
use crate::ast::Ident;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::{qualified_name, unknown_column};

impl Reader<'_, '_> {
    /// Everything in some part of a statement that is an expression. Queries in it know what they see.
    pub(super) fn visit(&mut self, part: Part<'_>) {
        self.judge_types(part);
        self.widths(part);
        for found in part.outside_queries(&[NodeKind::Query, NodeKind::Column]) {
            if found.is(NodeKind::Query) {
                self.query(found);
            } else {
                self.named_column(found);
            }
        }
    }

    fn named_column(&mut self, part: Part<'_>) {
        let Some(name) = part.name() else { return };
        // `table.*` in the place of a value is the whole row.
        let whole_row = part.children().iter().any(|step| step.is(NodeKind::AllColumns));
        match name.parts.as_slice() {
            [column] if !whole_row => self.column(column),
            [database, _, _, last] if !whole_row && self.judge && database.value != "postgres" => {
                let finding = self.replay.find(&qualified_name::RULE, database.span.to(last.span));
                finding.message(format!("`{}` is taken for the name of another database", database.value));
                finding.server(format!("cross-database references are not implemented: {name}"));
                finding.help("name the schema, the table and the column only");
            }
            [schema @ .., table, column] if !whole_row && schema.len() < 3 => {
                self.qualified(schema.last(), table, column);
            }
            [first, .., last] if !whole_row && self.judge => {
                let finding = self.replay.find(&unknown_column::RULE, first.span.to(last.span));
                finding.message("a column has a table, a schema and a database before it at most");
                let server = format!("improper qualified name (too many dotted names): {name}");
                finding.answer("42601", server).help("name the table and the column");
            }
            _ => {}
        }
    }
}

/// A column's name with nothing before or behind it.
pub(super) fn only_name(value: Part<'_>) -> Option<Ident> {
    if !value.is(NodeKind::Column) || value.first().is_some() {
        return None;
    }
    value.ident()
}
