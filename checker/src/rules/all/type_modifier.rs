use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "type-modifier",
    title: "this type takes no number in parentheses",
    why: "Only character, numeric and time types have a length or a precision. `int(11)` is MySQL's.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, rating int(11));",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, rating int);",
    sqlstate: "42601",
    evidence: &["PostgreSQL: data types"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Types without a modifier.
const BARE: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "text",
    "date",
    "boolean",
    "bytea",
    "uuid",
    "json",
    "jsonb",
];

/// Types whose parentheses hold numbers.
const SIZED: &[&str] = &[
    "character",
    "character varying",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
];

/// `varchar()` and SQL Server's `varchar(max)`.
fn no_number(statement: &Statement<'_>, data_type: &crate::ast::DataType, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    cursor.seek(data_type.span.start);
    cursor.skip_until(|cursor| cursor.is_punct("(") || cursor.span().start >= data_type.span.end);
    let start = cursor.position();
    if cursor.span().start >= data_type.span.end || cursor.parens().is_none() {
        return;
    }
    let span = cursor.span_since(start);
    let near = statement.tokens().get(start + 1).map_or("", |token| statement.slice(token.span));
    found
        .at(span)
        .message("a number belongs between the parentheses")
        .server(format!("syntax error at or near \"{near}\""))
        .suggest("leave them out, which sets no limit of its own:", helpers::removal(statement, span), false);
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for (data_type, _) in helpers::declared_types(statement) {
        if SIZED.contains(&data_type.name.as_str()) && data_type.modifiers.is_empty() {
            no_number(statement, data_type, found);
        }
        if !BARE.contains(&data_type.name.as_str()) || data_type.modifiers.is_empty() {
            continue;
        }
        let shown = data_type.display_without_modifiers();
        found
            .at(data_type.span)
            .message(format!("`{shown}` takes no number in parentheses"))
            .server(format!("type modifier is not allowed for type \"{shown}\""))
            .suggest("write", helpers::replacement(data_type.span, &shown), true);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn types() {
        finds(&RULE, "ALTER TABLE t ADD COLUMN a text(10)", "text(10)");
        finds(&RULE, "CREATE TABLE t (a varchar(max))", "(max)");
        finds(&RULE, "CREATE TABLE t (a varchar())", "()");
        accepts(
            "CREATE TABLE t (a varchar(3), b timestamp(3), c numeric(4), d float(4), e interval(2), f time(1) with time zone)",
        );
    }
}
