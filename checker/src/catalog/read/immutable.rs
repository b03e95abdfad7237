//! What is stored once, in an index or a generated column, must always be the same: functions, casts and operators whose
//! result depends on the session's time zone and the like, where the types of their arguments can be seen.

use super::Reader;
use crate::catalog::builtin::functions;
use crate::catalog::names::cut;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::immutable_expression;
use crate::text::Span;

/// The catalog's names of the types that expressions are judged by.
const NAMES: &[(&str, &str)] = &[
    ("smallint", "int2"),
    ("integer", "int4"),
    ("bigint", "int8"),
    ("real", "float4"),
    ("double precision", "float8"),
    ("numeric", "numeric"),
    ("text", "text"),
    ("character varying", "varchar"),
    ("character", "bpchar"),
    ("boolean", "bool"),
    ("date", "date"),
    ("time without time zone", "time"),
    ("time with time zone", "timetz"),
    ("timestamp without time zone", "timestamp"),
    ("timestamp with time zone", "timestamptz"),
    ("interval", "interval"),
    ("uuid", "uuid"),
    ("bytea", "bytea"),
    ("json", "json"),
    ("jsonb", "jsonb"),
];

const TEXTS: &[&str] = &["text", "varchar", "bpchar"];

/// Whether a cast depends on the session: on its time zone, or on how it writes dates.
fn changes(from: &str, to: &str) -> bool {
    let written = |name: &str| matches!(name, "date" | "timestamp" | "timestamptz" | "interval");
    match (from, to) {
        ("timestamptz", "date" | "time" | "timetz" | "timestamp")
        | ("date" | "timestamp", "timestamptz")
        | ("time", "timetz") => true,
        (from, to) if TEXTS.contains(&from) => written(to) || matches!(to, "time" | "timetz"),
        (from, to) => written(from) && TEXTS.contains(&to),
    }
}

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
        let seen: Vec<_> = arguments.iter().map(|argument| self.type_name(*argument)).collect();
        let fitting: Vec<_> = functions(&object).filter(|one| one.takes_types(&seen)).collect();
        let changes = !fitting.is_empty() && fitting.iter().all(|one| !one.immutable);
        changes.then(|| (name.span(), format!("`{object}` here")))
    }

    fn changing_cast(&self, cast: Part<'_>) -> Option<(Span, String)> {
        let from = self.type_name(cast.first()?)?;
        let to = crate::parse::data_type(&mut cast.child(NodeKind::Type)?.cursor())?;
        let target = to.display();
        let to = NAMES.iter().find(|(name, _)| *name == to.name && !to.array)?.1;
        changes(from, to).then(|| (cast.span(), format!("a cast from {} to {target}", shown(from))))
    }

    fn changing_operator(&self, binary: Part<'_>) -> Option<(Span, String)> {
        const COMPARISONS: &[&str] = &["=", "<>", "!=", "<", ">", "<=", ">="];
        let sides = binary.children();
        let [left, right] = sides.as_slice() else { return None };
        let mut cursor = binary.cursor().at(left.range().end);
        while cursor.eat_punct(")").is_some() {}
        let token = cursor.token()?;
        let operator = cursor.text_of(token);
        let (left_type, right_type) = (self.type_name(*left), self.type_name(*right));
        let (first, second) = (left_type?, right_type.or_else(|| is_interval(*right).then_some("interval"))?);
        let moments = |name: &str| matches!(name, "date" | "timestamp" | "timestamptz");
        let changes = match operator {
            "+" | "-" => first == "timestamptz" && second == "interval",
            _ if COMPARISONS.contains(&operator) => {
                first != second
                    && moments(first)
                    && moments(second)
                    && [first, second].contains(&"timestamptz")
            }
            _ => false,
        };
        changes.then(|| (token.span, format!("`{operator}` of {} and {}", shown(first), shown(second))))
    }

    /// `EXTRACT (hour FROM at)`.
    fn changing_extract(&self, special: Part<'_>) -> Option<(Span, String)> {
        let cursor = special.cursor();
        let of = special.last().filter(|_| cursor.is("EXTRACT"))?;
        let zoned = self.type_name(of) == Some("timestamptz");
        zoned.then(|| (cursor.span(), "EXTRACT from a timestamp with time zone".to_owned()))
    }

    /// The catalog's name of a type that can be seen.
    fn type_name(&self, value: Part<'_>) -> Option<&'static str> {
        if value.is(NodeKind::Cast) {
            let to = crate::parse::data_type(&mut value.child(NodeKind::Type)?.cursor())?;
            return NAMES.iter().find(|(name, _)| *name == to.name && !to.array).map(|(_, short)| *short);
        }
        let seen = self.type_of(value)?;
        NAMES.iter().find(|(name, _)| *name == seen.base).map(|(_, short)| *short)
    }
}

/// A type as the server shows it.
fn shown(short: &str) -> &str {
    NAMES.iter().find(|(_, name)| *name == short).map_or(short, |(name, _)| *name)
}

/// `interval '1 day'`.
fn is_interval(value: Part<'_>) -> bool {
    value.is(NodeKind::TypedString) && value.cursor().is("INTERVAL")
}
