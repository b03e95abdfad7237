use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "type-modifier",
    title: "this type takes no number in parentheses",
    why: "Only character, numeric and time types have a length or a precision.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, note text(200));",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, note varchar(200));",
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

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for (data_type, _) in helpers::declared_types(statement) {
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
        accepts(
            "CREATE TABLE t (a varchar(3), b timestamp(3), c numeric(4), d float(4), e interval(2), f time(1) with time zone)",
        );
    }
}
