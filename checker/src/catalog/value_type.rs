//! The types of expressions, as far as they can be seen: of columns, literals, casts, calls and operators whose result
//! has one type whatever the server would choose. Where that is open, nothing is said.

use crate::cursor::Cursor;
use crate::grammar::{NodeKind, Part};

use super::Replay;
use super::builtin::{Builtin, CastKind, Operation, cast, functions, operator};
use super::model::Type;
use super::names::cut;

/// Types as `format_type` shows them, and their names in the catalog.
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
    ("name", "name"),
];

/// Expressions are looked at so deep: those around them look again.
const DEEPEST: usize = 32;

/// The catalog's name of a type that a column can have.
pub(super) fn catalog_name(shown: &str) -> Option<&'static str> {
    NAMES.iter().find(|(name, _)| *name == shown).map(|(_, name)| *name)
}

/// A type as the server shows it.
pub(super) fn shown(name: &str) -> &str {
    NAMES.iter().find(|(_, known)| *known == name).map_or(name, |(shown, _)| *shown)
}

/// Whether a name is that of a type, which can be written like a function.
pub(super) fn is_type(name: &str) -> bool {
    NAMES.iter().any(|(shown, known)| *known == name || *shown == name)
}

/// Whether a column of one type takes a value of another.
pub(super) fn takes(column: &str, value: &str) -> bool {
    column == value || cast(value, column).is_some_and(|(kind, _)| kind != CastKind::Explicit)
}

/// The type that is written at a cursor.
pub(super) fn written_type(mut cursor: Cursor<'_>) -> Option<&'static str> {
    let data_type = crate::parse::data_type(&mut cursor)?;
    let built_in =
        !data_type.quoted && data_type.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    catalog_name(&data_type.name).filter(|_| built_in && !data_type.array && !data_type.set_of)
}

/// The operator of a part that has two sides, as it is written.
pub(super) fn operator_of<'t>(binary: Part<'t>, left: Part<'_>) -> Option<(&'t str, crate::text::Span)> {
    let mut cursor = binary.cursor().at(left.range().end);
    // A closing parenthesis of the left side belongs to no part.
    while cursor.eat_punct(")").is_some() {}
    let token = cursor.token()?;
    Some((cursor.text_of(token), token.span))
}

/// What tells the type of a column's name.
pub(super) type OfColumn<'f> = &'f dyn Fn(Part<'_>) -> Option<Type>;

/// No names of columns: the type of an expression in which there are none.
pub(super) fn no_columns(_: Part<'_>) -> Option<Type> {
    None
}

impl Replay<'_> {
    /// The catalog's name of the type of an expression.
    pub(super) fn value_type(&self, value: Part<'_>, column: OfColumn<'_>) -> Option<&'static str> {
        self.type_within(value, column, DEEPEST)
    }

    /// The same, and the server's own name of it: a column's domain by its name.
    pub(super) fn seen_type(&self, value: Part<'_>, column: OfColumn<'_>) -> Option<(&'static str, String)> {
        let name = self.value_type(value, column)?;
        let domain = column(value).filter(|one| one.domain.is_some());
        Some((name, domain.map_or_else(|| shown(name).to_owned(), |one| one.display)))
    }

    fn type_within(&self, value: Part<'_>, column: OfColumn<'_>, depth: usize) -> Option<&'static str> {
        let depth = depth.checked_sub(1)?;
        let of = |part: Option<Part<'_>>| self.type_within(part?, column, depth);
        match value.kind() {
            NodeKind::Paren | NodeKind::Collate => of(value.first()),
            NodeKind::Column => catalog_name(&column(value)?.base),
            NodeKind::Number => number_type(value.text()),
            NodeKind::Boolean
            | NodeKind::Is
            | NodeKind::Like
            | NodeKind::Between
            | NodeKind::In
            | NodeKind::Exists
            | NodeKind::Overlaps => Some("bool"),
            NodeKind::Cast => written_type(value.child(NodeKind::Type)?.cursor()),
            NodeKind::TypedString => written_type(value.cursor()),
            NodeKind::KeywordCall => clock(value.cursor()),
            NodeKind::Special => self.special(value, column, depth),
            NodeKind::TimeZone => match of(value.first())? {
                "timestamptz" => Some("timestamp"),
                "timestamp" => Some("timestamptz"),
                _ => None,
            },
            NodeKind::Unary if value.cursor().is("NOT") => Some("bool"),
            NodeKind::Unary => {
                let sign = value.cursor().token().map(|token| value.cursor().text_of(token))?;
                given(operator(sign, "-", of(value.first())?))
            }
            NodeKind::Binary => {
                let (left, right) = (value.first()?, value.last()?);
                let (operator_name, _) = operator_of(value, left)?;
                if matches!(operator_name, "=" | "<>" | "!=" | "<" | ">" | "<=" | ">=")
                    || operator_name.eq_ignore_ascii_case("AND")
                    || operator_name.eq_ignore_ascii_case("OR")
                {
                    return Some("bool");
                }
                given(operator(operator_name, of(Some(left))?, of(Some(right))?))
            }
            NodeKind::Call => self.call_type(value, column, depth),
            NodeKind::Case => {
                common(case_results(value), &mut |value| self.type_within(value, column, depth))
            }
            _ => None,
        }
    }

    /// What a function of PostgreSQL's own gives: the same whatever is meant, or by the types of its arguments.
    fn call_type(&self, call: Part<'_>, column: OfColumn<'_>, depth: usize) -> Option<&'static str> {
        let (object, arguments) = self.builtin_arguments(call)?;
        let fitting: Vec<_> = functions(&object).filter(|one| one.takes(arguments.len())).collect();
        let result = one_result(fitting.iter()).or_else(|| {
            let types = arguments.iter().map(|one| self.type_within(*one, column, depth));
            let types: Vec<Option<&str>> = types.map(|one| one.map(Some)).collect::<Option<_>>()?;
            one_result(fitting.iter().filter(|one| one.takes_types(&types)))
        })?;
        let plain =
            !result.starts_with("any") && !result.starts_with('_') && !matches!(result, "record" | "void");
        (plain && !fitting.iter().any(|one| one.rows)).then_some(result)
    }

    /// The name and the arguments of a call of a function of PostgreSQL's own, where they stand in order.
    pub(super) fn builtin_arguments<'t>(&self, call: Part<'t>) -> Option<(String, Vec<Part<'t>>)> {
        const BEHIND: &[NodeKind] = &[NodeKind::Function, NodeKind::Filter, NodeKind::Over, NodeKind::Order];
        const UNSEEN: &[NodeKind] = &[NodeKind::Variadic, NodeKind::Named, NodeKind::WithinGroup];
        let name = call.child(NodeKind::Function)?.name()?;
        let system = name.schema().is_none_or(|schema| schema.value == "pg_catalog");
        let object = cut(name.object()).to_owned();
        let mut arguments = call.children();
        if !system || self.has_function(&object) || arguments.iter().any(|part| part.is_any(UNSEEN)) {
            return None;
        }
        arguments.retain(|part| !part.is_any(BEHIND));
        Some((object, arguments))
    }

    fn special(&self, special: Part<'_>, column: OfColumn<'_>, depth: usize) -> Option<&'static str> {
        let cursor = special.cursor();
        if cursor.is("EXTRACT") {
            return Some("numeric");
        }
        if cursor.is("POSITION") {
            return Some("int4");
        }
        if !cursor.is_any(&["COALESCE", "GREATEST", "LEAST"]) {
            return None;
        }
        common(special.children(), &mut |value| self.type_within(value, column, depth))
    }
}

/// The type that values have in common; literals and NULL take that of the others.
fn common<'t>(
    values: Vec<Part<'t>>,
    of: &mut dyn FnMut(Part<'t>) -> Option<&'static str>,
) -> Option<&'static str> {
    let values = values.into_iter().filter(|value| !value.is_any(UNTYPED));
    let mut types = values.map(of);
    let first = types.next()??;
    types.all(|one| one == Some(first)).then_some(first)
}

/// What has no type until it is known what it is for.
pub(super) const UNTYPED: &[NodeKind] = &[NodeKind::String, NodeKind::Null, NodeKind::Param];

/// What a CASE compares, where it compares something, and with what.
pub(super) fn case_compared(case: Part<'_>) -> Option<(Part<'_>, Vec<Part<'_>>)> {
    let children = case.children();
    if case.cursor().are("CASE WHEN") {
        return None;
    }
    let (first, rest) = children.split_first()?;
    Some((*first, rest.chunks_exact(2).filter_map(|pair| pair.first().copied()).collect()))
}

/// The results of a CASE, in the order in which the server looks at them: that of ELSE first.
pub(super) fn case_results(case: Part<'_>) -> Vec<Part<'_>> {
    let children = case.children();
    let rest = children.get(usize::from(!case.cursor().are("CASE WHEN"))..).unwrap_or_default();
    let pairs = rest.chunks_exact(2);
    let otherwise = pairs.remainder().first().copied();
    otherwise.into_iter().chain(pairs.filter_map(|pair| pair.last().copied())).collect()
}

/// Kinds of types: values of two kinds have no type in common.
pub(super) fn category(name: &str) -> Option<char> {
    Some(match name {
        "int2" | "int4" | "int8" | "float4" | "float8" | "numeric" => 'N',
        "text" | "varchar" | "bpchar" | "name" => 'S',
        "date" | "time" | "timetz" | "timestamp" | "timestamptz" => 'D',
        "interval" => 'T',
        "bool" => 'B',
        "uuid" | "bytea" | "json" | "jsonb" => 'U',
        _ => return None,
    })
}

/// The result of functions that have one in common.
fn one_result<'f>(mut all: impl Iterator<Item = &'f Builtin>) -> Option<&'static str> {
    let first = all.next()?.result;
    all.all(|one| one.result == first).then_some(first)
}

fn given(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::Gives(result, _) if !result.starts_with('_') => Some(result),
        _ => None,
    }
}

fn number_type(text: &str) -> Option<&'static str> {
    let text = text.replace('_', "");
    if text.starts_with('0') && text.len() > 1 && !text.contains('.') {
        return None;
    }
    Some(match () {
        () if text.parse::<i32>().is_ok() => "int4",
        () if text.parse::<i64>().is_ok() => "int8",
        () => "numeric",
    })
}

/// The words that tell the time and the user.
fn clock(cursor: Cursor<'_>) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("CURRENT_DATE", "date"),
        ("CURRENT_TIME", "timetz"),
        ("CURRENT_TIMESTAMP", "timestamptz"),
        ("LOCALTIME", "time"),
        ("LOCALTIMESTAMP", "timestamp"),
        ("CURRENT_ROLE", "name"),
        ("CURRENT_USER", "name"),
        ("SESSION_USER", "name"),
        ("USER", "name"),
        ("CURRENT_CATALOG", "name"),
        ("CURRENT_SCHEMA", "name"),
    ];
    WORDS.iter().find(|(word, _)| cursor.is(word)).map(|(_, name)| *name)
}
