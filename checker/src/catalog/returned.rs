//! What the body of a SQL function gives, beside what the function is declared to return.

use crate::ast::CreateFunction;
use crate::cursor::Cursor;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::query_shape;
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::builtin::{CastKind, cast};
use super::model::Output;
use super::value_type::{catalog_name, shown};

/// What the last statement of a body must give.
pub(super) enum Declared {
    /// Anything, or what is not known.
    Anything,
    /// One value; its type where that is one of PostgreSQL's own.
    Value(Option<&'static str>, String),
    /// So many columns, and what the server calls them.
    Columns(usize, String),
}

impl Replay<'_> {
    /// What a function is declared to return.
    pub(super) fn declared_result(&self, statement: &Statement<'_>, create: &CreateFunction) -> Declared {
        let outs = out_arguments(statement.within(create.arguments));
        let mut cursor = statement.cursor();
        cursor.skip_until(|cursor| {
            cursor.is("RETURNS") || cursor.is("AS") || cursor.is("BEGIN") || cursor.is("RETURN")
        });
        if cursor.eat("RETURNS").is_none() {
            return if outs > 1 { Declared::Columns(outs, "record".to_owned()) } else { Declared::Anything };
        }
        if cursor.eat("TABLE").is_some() {
            let Some(inside) = cursor.parens() else { return Declared::Anything };
            let columns = super::function::items(cursor.within(inside));
            return if columns > 1 {
                Declared::Columns(columns, "record".to_owned())
            } else {
                Declared::Anything
            };
        }
        cursor.eat("SETOF");
        let Some(data_type) = crate::parse::data_type(&mut cursor) else { return Declared::Anything };
        if data_type.name == "record" {
            return if outs > 1 { Declared::Columns(outs, "record".to_owned()) } else { Declared::Anything };
        }
        if data_type.array || outs > 0 {
            return Declared::Anything;
        }
        if let Some(name) = catalog_name(&data_type.name).filter(|_| !data_type.quoted) {
            return Declared::Value(Some(name), data_type.name);
        }
        if let Some(id) = self.row_type(&data_type)
            && let Some(table) = self.model.table(id).filter(|table| !table.opaque)
            && table.live().count() > 1
        {
            return Declared::Columns(table.live().count(), data_type.name);
        }
        let domain = self.resolve_domain(data_type.schema.as_deref(), &data_type.name).is_ok();
        if domain { Declared::Value(None, data_type.name) } else { Declared::Anything }
    }

    /// Says so where the last statement gives something else.
    pub(super) fn returned(&mut self, declared: &Declared, last: Part<'_>, outputs: Option<&[Output]>) {
        let of = match declared {
            Declared::Anything => return,
            Declared::Value(_, of) | Declared::Columns(_, of) => of,
        };
        let writes = last.is_any(&[NodeKind::Insert, NodeKind::Update, NodeKind::Delete]);
        if writes && last.child(NodeKind::Returning).is_none() {
            let help = "write RETURNING, or RETURNS void";
            return self.mismatch(of, "its last statement gives nothing".to_owned(), help, last.span());
        }
        let Some(outputs) = outputs else { return };
        let width = outputs.len();
        match declared {
            Declared::Value(wanted, _) => {
                let given = outputs.first().and_then(|one| catalog_name(&one.data_type.as_ref()?.base));
                if width != 1 {
                    let message = format!("its last statement gives {width} columns");
                    self.mismatch(of, message, "give one column", last.span());
                } else if let (Some(wanted), Some(given)) = (wanted, given)
                    && *wanted != given
                    && cast(given, wanted).is_none_or(|(kind, _)| kind == CastKind::Explicit)
                {
                    let message = format!("its last statement gives `{}`", shown(given));
                    self.mismatch(of, message, "cast what it gives", last.span());
                }
            }
            // One column may be a whole row.
            Declared::Columns(wanted, _) if width != *wanted && width != 1 => {
                let message = format!("its last statement gives {width} columns, and {wanted} are declared");
                self.mismatch(of, message, "give as many columns as are declared", last.span());
            }
            _ => {}
        }
    }

    /// Says so where there is no statement.
    pub(super) fn returned_nothing(&mut self, declared: &Declared, span: Span) {
        if let Declared::Value(_, of) | Declared::Columns(_, of) = declared {
            self.mismatch(of, "its body is empty".to_owned(), "end the body with a SELECT", span);
        }
    }

    fn mismatch(&mut self, of: &str, message: String, help: &str, span: Span) {
        let finding = self.find(&query_shape::RULE, span);
        finding.message(format!("the function is declared to return `{of}`, and {message}"));
        finding.answer("42P13", format!("return type mismatch in function declared to return {of}"));
        finding.help(help);
    }
}

/// How many arguments a function gives back.
fn out_arguments(mut cursor: Cursor<'_>) -> usize {
    let mut count = 0;
    while !cursor.at_end() {
        count += usize::from(cursor.is_any(&["OUT", "INOUT"]));
        cursor.skip_until(|cursor| cursor.is_punct(","));
        cursor.advance();
    }
    count
}
