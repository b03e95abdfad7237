//! What is stored once, in an index or a generated column, must always be the same: functions, casts and operators whose
//! result depends on the session's time zone and the like, where the types of their arguments can be seen.

use super::Reader;
use crate::catalog::builtin::{self, Operation, functions, operator};
use crate::catalog::names::cut;
use crate::catalog::value_type::{operator_of, shown, written_type};
use crate::grammar::{NodeKind, Part};
use crate::rules::all::immutable_expression;
use crate::text::Span;

impl Reader<'_, '_> {
    /// Says what in a stored expression depends on more than its row.
    pub(super) fn immutable(&mut self, part: Part<'_>, what: &str) {
        const JUDGED: &[NodeKind] = &[NodeKind::Call, NodeKind::Cast, NodeKind::Binary, NodeKind::Special];
        for found in part.outside_queries(JUDGED) {
            let wrong = match found.kind() {
                NodeKind::Call => self.changing_call(found),
                NodeKind::Cast => self.changing_cast(found),
                NodeKind::Binary => self.changing_operator(found),
                _ => self.changing_extract(found),
            };
            if let Some((span, shown)) = wrong {
                let finding = self.replay.find(&immutable_expression::RULE, span);
                finding.message(format!("{shown} depends on the session, such as on its time zone"));
                finding.server(if what.starts_with("generation") {
                    "generation expression is not immutable".to_owned()
                } else {
                    format!("functions in {what} must be marked IMMUTABLE")
                });
                finding.help("say the time zone, as in `at AT TIME ZONE 'UTC'`, or keep the value in a column of its own");
                return;
            }
        }
    }

    fn changing_call(&self, call: Part<'_>) -> Option<(Span, String)> {
        let name = call.child(NodeKind::Function)?.name()?;
        let system = name.schema().is_none_or(|schema| schema.value == "pg_catalog");
        let object = cut(name.object()).to_owned();
        if !system || self.replay.has_function(&object) {
            return None;
        }
        let arguments = call.children().into_iter().skip(1).collect::<Vec<_>>();
        let seen: Vec<_> = arguments.iter().map(|argument| self.value_type(*argument)).collect();
        let fitting: Vec<_> = functions(&object).filter(|one| one.takes_types(&seen)).collect();
        let changes = !fitting.is_empty() && fitting.iter().all(|one| !one.immutable);
        changes.then(|| (name.span(), format!("`{object}` here")))
    }

    fn changing_cast(&self, cast: Part<'_>) -> Option<(Span, String)> {
        let from = self.value_type(cast.first()?)?;
        let to = written_type(cast.child(NodeKind::Type)?.cursor())?;
        let (_, immutable) = builtin::cast(from, to)?;
        (!immutable).then(|| (cast.span(), format!("a cast from {} to {}", shown(from), shown(to))))
    }

    fn changing_operator(&self, binary: Part<'_>) -> Option<(Span, String)> {
        let (left, right) = (binary.first()?, binary.last()?);
        let (name, span) = operator_of(binary, left)?;
        let (left, right) = (self.value_type(left)?, self.value_type(right)?);
        let Operation::Gives(_, false) = operator(name, left, right) else { return None };
        Some((span, format!("`{name}` of {} and {}", shown(left), shown(right))))
    }

    /// `EXTRACT (hour FROM at)`.
    fn changing_extract(&self, special: Part<'_>) -> Option<(Span, String)> {
        let cursor = special.cursor();
        let of = special.last().filter(|_| cursor.is("EXTRACT"))?;
        let zoned = self.value_type(of) == Some("timestamptz");
        zoned.then(|| (cursor.span(), "EXTRACT from a timestamp with time zone".to_owned()))
    }
}
