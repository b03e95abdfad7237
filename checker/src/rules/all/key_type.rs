use crate::ast::{ColumnDef, Kind};
use crate::cursor::Cursor;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "key-type",
    title: "a column of this type cannot be part of a key",
    why: "Keys are ordered; json, jsonb, bytea, interval and time with time zone cannot be keys on DSQL, neither of \
          the table nor of an index.",
    wrong: "CREATE TABLE blobs (digest bytea PRIMARY KEY);",
    right: "CREATE TABLE blobs (digest text PRIMARY KEY);",
    evidence: &["Svenesis live run 2026-09-23 (jsonb)", "AWS dsql skill, observed 2026-10-01"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Types that are stored and cannot be keys.
pub(crate) const NO_KEYS: &[&str] = &["json", "jsonb", "bytea", "interval", "time with time zone"];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    keys_of(NO_KEYS, statement, found);
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for key in index.keys.iter().filter(|key| key.column.is_none()) {
        let shown = shown_type(statement.within(key.expression), found.schema());
        let Some(shown) = shown.filter(|shown| shown == EITHER_JSON || NO_KEYS.contains(&shown.as_str()))
        else {
            continue;
        };
        let finding = found.at(statement.range_span(key.expression));
        finding.message(format!("an expression of type {} cannot be part of a key", type_in_words(&shown)));
        if shown == EITHER_JSON {
            finding.help("write ->> or #>> for the value as text");
        } else {
            finding.server(format!("datatype {shown} is not supported in a key")).help(help(&shown));
        }
    }
}

/// What `->` gives, of a column whose type is not known.
const EITHER_JSON: &str = "json or jsonb";

fn type_in_words(shown: &str) -> String {
    if shown == EITHER_JSON { "`json` or `jsonb`".to_owned() } else { format!("`{shown}`") }
}

/// Built-in functions that are immutable, and what they return.
const FUNCTIONS: &[(&str, &str)] = &[
    ("convert_to", "bytea"),
    ("decode", "bytea"),
    ("json_extract_path", "json"),
    ("jsonb_extract_path", "jsonb"),
    ("jsonb_set", "jsonb"),
    ("jsonb_strip_nulls", "jsonb"),
    ("make_interval", "interval"),
    ("sha224", "bytea"),
    ("sha256", "bytea"),
    ("sha384", "bytea"),
    ("sha512", "bytea"),
];

/// The type of an expression that shows it: by a cast of all of it, by the function that it calls, or by a last
/// operator that gives JSON.
fn shown_type(mut cursor: Cursor<'_>, schema: &dyn crate::finding::Schema) -> Option<String> {
    // Parentheses around all of it; who writes more of them has no type that is seen at once.
    for _ in 0..4 {
        let mut ahead = cursor;
        match ahead.parens() {
            Some(inner) if ahead.at_end() => cursor = cursor.within(inner),
            _ => break,
        }
    }
    let mut shown = operand(&mut cursor, schema);
    loop {
        let json = matches!(shown.as_deref(), Some("json" | "jsonb"));
        if cursor.eat_punct("->").is_some() || cursor.eat_punct("#>").is_some() {
            shown = Some(shown.filter(|_| json).unwrap_or_else(|| EITHER_JSON.to_owned()));
        } else if cursor.eat_punct("->>").is_some() || cursor.eat_punct("#>>").is_some() {
            shown = None;
        } else {
            break;
        }
        operand(&mut cursor, schema);
    }
    // What is left makes it part of a larger expression.
    shown.filter(|_| cursor.at_end())
}

/// Reads a name, a literal, a call or a group with its casts, and tells the type where it is seen.
fn operand(cursor: &mut Cursor<'_>, schema: &dyn crate::finding::Schema) -> Option<String> {
    let mut shown = None;
    if cursor.is("CAST") && cursor.punct_at(1, "(") {
        cursor.advance();
        let inner = cursor.parens()?;
        let mut inner = cursor.within(inner);
        inner.skip_until(|inner| inner.is("AS"));
        inner.eat("AS");
        shown = crate::parse::data_type(&mut inner);
    } else if cursor.is_punct("(") {
        cursor.parens();
    } else if let Some(name) = cursor.name() {
        if cursor.parens().is_some() && !cursor.is_punct("::") && !schema.has_called(&name) {
            let known = FUNCTIONS.iter().find(|(function, _)| *function == name.object());
            return known.map(|(_, returned)| (*returned).to_owned());
        }
    } else {
        cursor.advance();
    }
    while cursor.eat_punct("::").is_some() {
        shown = Some(crate::parse::data_type(cursor)?);
    }
    shown.filter(|shown| !shown.array).map(|shown| shown.name)
}

/// Finds the keys of a table that hold a column of one of these types.
pub(super) fn keys_of(types: &[&str], statement: &Statement<'_>, found: &mut Findings<'_>) {
    if !matches!(statement.kind(), Kind::CreateTable(_)) {
        return;
    }
    for (columns, place) in helpers::keys_of_table(statement) {
        for column in columns {
            // The column is shown where the key names it, or where it is declared as the key.
            let span = place.map_or_else(
                || helpers::key_clause(column).unwrap_or(column.span),
                |names| named(statement, names, column),
            );
            refuse(types, column, span, found);
        }
    }
}

fn named(statement: &Statement<'_>, names: Span, column: &ColumnDef) -> Span {
    let tokens = statement
        .tokens()
        .iter()
        .filter(|token| token.span.start >= names.start && token.span.end <= names.end);
    let is = |token: &&crate::lex::Token| {
        crate::ast::Ident::from_token(statement.slice(token.span), **token)
            .is_some_and(|ident| ident.value == column.name.value)
    };
    tokens.into_iter().find(is).map_or(names, |token| token.span)
}

fn refuse(types: &[&str], column: &ColumnDef, span: Span, found: &mut Findings<'_>) {
    let Some(data_type) = &column.data_type else { return };
    if data_type.array || !types.contains(&data_type.name.as_str()) {
        return;
    }
    let shown = data_type.display_without_modifiers();
    let finding = found.at(span);
    finding.message(format!("a column of type `{shown}` cannot be part of a key"));
    finding.server(format!("datatype {shown} is not supported in a key"));
    if span != data_type.span {
        finding.also(data_type.span, "its type");
    }
    finding.help(help(&data_type.name));
}

fn help(data_type: &str) -> &'static str {
    match data_type {
        "bytea" => "use text (hexadecimal or base64), or a uuid where it is a digest of 16 bytes",
        "json" | "jsonb" => "keep what identifies the row in a column of its own",
        "numeric" => "use a bigint, of the smallest unit",
        "interval" => "use a bigint of seconds or milliseconds",
        _ => "use timestamptz, or time without a zone",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn expressions() {
        for (sql, place) in [
            ("CREATE INDEX ASYNC i ON t ((b::jsonb))", "b::jsonb"),
            ("CREATE INDEX ASYNC i ON t (a, (b::text::bytea))", "b::text::bytea"),
            ("CREATE INDEX ASYNC i ON t ((CAST(lower(b) AS json)))", "CAST(lower(b) AS json)"),
            ("CREATE INDEX ASYNC i ON t (((a || b)::pg_catalog.timetz))", "(a || b)::pg_catalog.timetz"),
            ("CREATE INDEX ASYNC i ON t (sha256(b))", "sha256(b)"),
            ("CREATE INDEX ASYNC i ON t ((b -> 'x'))", "b -> 'x'"),
            ("CREATE INDEX ASYNC i ON t ((b::jsonb -> 'x' -> 'y'))", "b::jsonb -> 'x' -> 'y'"),
        ] {
            finds(&RULE, sql, place);
        }
        for sql in [
            "CREATE INDEX ASYNC i ON t ((b::jsonb ->> 'x'))",
            "CREATE INDEX ASYNC i ON t (((b::jsonb -> 'x')::text))",
            "CREATE INDEX ASYNC i ON t ((b -> 'x' ->> 'y'))",
            "CREATE INDEX ASYNC i ON t ((b -> 'x' = '1'))",
            "CREATE INDEX ASYNC i ON t (encode(b::bytea, 'hex'))",
            "CREATE INDEX ASYNC i ON t ((a + b::interval))",
            "CREATE FUNCTION decode(a text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE INDEX ASYNC i ON \
             t (decode(b))",
        ] {
            accepts(sql);
        }
    }

    #[test]
    fn every_kind_of_key() {
        finds(&RULE, "CREATE TABLE t (a int PRIMARY KEY, b jsonb UNIQUE)", "UNIQUE");
        finds(&RULE, "CREATE TABLE t (a int, b timetz, PRIMARY KEY (a, b))", "b");
        accepts(
            "CREATE TABLE t (a int PRIMARY KEY, b numeric(10) UNIQUE, c jsonb, d bytea, UNIQUE (a, b) INCLUDE (c))",
        );
    }
}
