//! A type as the catalog shows it: `format_type` of what `CREATE TABLE` makes of its spelling.
//!
//! Whoever compares a type that is shown otherwise takes a table for another one. So only what is in this closed table
//! is told, and everything else is not compared; PostgreSQL is asked for each of them by the tests.

use crate::ast::{DataType, STORED_TYPES, TokenRange};
use crate::cursor::Cursor;
use crate::statement::Statement;

/// The largest precision of seconds; of a larger one the server makes this, with a warning.
const SECONDS: i64 = 6;

/// What the catalog shows for a type; `None` where that is not known for sure.
pub(super) fn of(statement: &Statement<'_>, data_type: &DataType) -> Option<String> {
    let name = data_type.name.as_str();
    let built_in = data_type.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    if !built_in || data_type.array || data_type.set_of || !STORED_TYPES.contains(&name) {
        return None;
    }
    let written = written(statement, data_type);
    // `float(3)` has become `real`, and its number is gone with it.
    let numbers = if written.is("FLOAT") { Vec::new() } else { numbers(written)? };
    if numbers != data_type.modifiers {
        return None;
    }
    let plain = written.token().is_some_and(|token| token.kind == crate::lex::TokenKind::Word)
        && data_type.schema.is_none();
    match (name, numbers.as_slice()) {
        // The words of the grammar stand for one character; a bare `bpchar` does not. How DSQL stores a bare `numeric`
        // (as numeric(18,6)) differs from PostgreSQL, and of a bare `varchar` and `bpchar` nobody has recorded it.
        ("character", []) => {
            let one = plain && written.is_any(&["CHARACTER", "CHAR", "NCHAR", "NATIONAL"]);
            one.then(|| "character(1)".to_owned())
        }
        ("numeric" | "character varying", []) => None,
        ("character" | "character varying", [length]) => Some(format!("{name}({length})")),
        ("numeric", [precision]) => Some(format!("numeric({precision},0)")),
        ("numeric", [precision, scale]) => Some(format!("numeric({precision},{scale})")),
        ("interval", _) => interval(written, plain, &numbers),
        (_, []) => Some(name.to_owned()),
        (_, [precision]) if (0..=SECONDS).contains(precision) => {
            // `timestamp(3) with time zone`: the precision stands in the middle.
            let (head, tail) = name.split_once(' ').filter(|(_, tail)| tail.starts_with("with"))?;
            Some(format!("{head}({precision}) {tail}"))
        }
        _ => None,
    }
}

/// The tokens of a type.
fn written<'s>(statement: &'s Statement<'_>, data_type: &DataType) -> Cursor<'s> {
    let mut cursor = statement.cursor();
    cursor.seek(data_type.span.start);
    let start = cursor.position();
    cursor.seek(data_type.span.end);
    statement.within(TokenRange { start, end: cursor.position() })
}

/// The numbers in parentheses; `None` where something else stands there, which some types take.
fn numbers(mut written: Cursor<'_>) -> Option<Vec<i64>> {
    written.skip_until(|cursor| cursor.is_punct("("));
    let Some(inner) = written.parens() else { return Some(Vec::new()) };
    let mut items = written.within(inner);
    let mut numbers = vec![items.integer()?];
    while items.eat_punct(",").is_some() {
        numbers.push(items.integer()?);
    }
    items.at_end().then_some(numbers)
}

/// An interval keeps the fields that it is for: `interval day to second(2)`.
fn interval(mut written: Cursor<'_>, plain: bool, numbers: &[i64]) -> Option<String> {
    const FIELDS: &[&str] = &[
        "year to month",
        "day to hour",
        "day to minute",
        "day to second",
        "hour to minute",
        "hour to second",
        "minute to second",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
    ];
    let precision = match numbers {
        [] => String::new(),
        [precision] if (0..=SECONDS).contains(precision) => format!("({precision})"),
        _ => return None,
    };
    if !plain {
        // The number behind a quoted name is no precision but stands for the fields.
        return numbers.is_empty().then(|| "interval".to_owned());
    }
    written.eat("INTERVAL")?;
    let fields = FIELDS.iter().find(|fields| written.eat(&fields.to_ascii_uppercase()).is_some());
    Some(fields.map_or_else(String::new, |fields| format!(" {fields}")))
        .map(|fields| format!("interval{fields}{precision}"))
}

#[cfg(test)]
mod tests {
    use crate::statement::File;
    use crate::text::Source;

    /// What the plan says of a column of this type.
    fn shown(written: &str) -> Option<String> {
        let text = format!("CREATE TABLE t (a {written} NOT NULL)");
        let source = Source::new("a.sql", text.as_str());
        let file = File::read(&source);
        let statement = &file.statements[0];
        let column = statement.columns().next().unwrap();
        super::of(statement, column.data_type.as_ref().unwrap())
    }

    #[test]
    fn types_are_told_as_the_catalog_shows_them() {
        for (written, expected) in [
            ("int", "integer"),
            ("INT4", "integer"),
            ("\"int8\"", "bigint"),
            ("pg_catalog.int2", "smallint"),
            ("float", "double precision"),
            ("float(24)", "real"),
            ("float(25)", "double precision"),
            ("numeric(12)", "numeric(12,0)"),
            ("dec(12, -2)", "numeric(12,-2)"),
            ("char", "character(1)"),
            ("national character (3)", "character(3)"),
            ("bpchar(3)", "character(3)"),
            ("nchar varying(3)", "character varying(3)"),
            ("\"varchar\"(20)", "character varying(20)"),
            ("timestamp", "timestamp without time zone"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("timestamptz(0)", "timestamp(0) with time zone"),
            ("pg_catalog.\"time\"(6)", "time(6) without time zone"),
            ("timetz", "time with time zone"),
            ("interval", "interval"),
            ("interval(3)", "interval(3)"),
            ("interval year to month", "interval year to month"),
            ("INTERVAL Day TO Second(2)", "interval day to second(2)"),
            ("interval second (0)", "interval second(0)"),
            ("\"interval\"", "interval"),
            ("\"text\"", "text"),
        ] {
            assert_eq!(shown(written).as_deref(), Some(expected), "{written}");
        }
        for unknown in [
            "numeric",
            "decimal",
            "varchar",
            "bpchar",
            "pg_catalog.bpchar",
            "\"char\"",
            "\"int\"",
            "numeric('12')",
            "numeric(12, '2')",
            "timestamp(9)",
            "\"interval\"(4)",
            "interval(9)",
            "int[]",
            "text ARRAY",
            "app.mood",
            "mood",
            "money",
            "serial",
        ] {
            assert_eq!(shown(unknown), None, "{unknown}");
        }
    }
}
