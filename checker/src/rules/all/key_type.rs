use crate::ast::{ColumnDef, Kind};
use crate::rules::{Check, Findings, Rule, helpers};
use crate::source::Span;
use crate::statement::Statement;

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
    finding.help(match data_type.name.as_str() {
        "bytea" => "use text (hexadecimal or base64), or a uuid where it is a digest of 16 bytes",
        "json" | "jsonb" => "keep what identifies the row in a column of its own",
        "numeric" => "use a bigint, of the smallest unit",
        "interval" => "use a bigint of seconds or milliseconds",
        _ => "use timestamptz, or time without a zone",
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_kind_of_key() {
        finds(&RULE, "CREATE TABLE t (a int PRIMARY KEY, b jsonb UNIQUE)", "UNIQUE");
        finds(&RULE, "CREATE TABLE t (a int, b timetz, PRIMARY KEY (a, b))", "b");
        accepts(
            "CREATE TABLE t (a int PRIMARY KEY, b numeric(10) UNIQUE, c jsonb, d bytea, UNIQUE (a, b) INCLUDE (c))",
        );
    }
}
