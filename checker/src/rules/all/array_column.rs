use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "array-column",
    title: "a column cannot be an array",
    why: "DSQL has arrays in expressions and parameters (`= ANY ($1)`) but does not store them.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, tags text[]);",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, tags jsonb);",
    evidence: &[
        "live recordings 2026-09-16 and 2026-09-18, probes type_unsupported_int, type_unsupported_text and alter_add_column_array",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for (data_type, _) in
        helpers::declared_types(statement).into_iter().filter(|(data_type, _)| data_type.array)
    {
        let shown = data_type.display_without_modifiers();
        found
            .at(data_type.span)
            .message(format!("a column cannot be of type `{shown}`"))
            .server(format!("datatype {shown} not supported"))
            .help("store the list as jsonb, or its items as rows of a table of their own");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn however_it_is_written() {
        let found = finds(&RULE, "ALTER TABLE t ADD COLUMN a int ARRAY[3]", "int ARRAY[3]");
        assert_eq!(
            found.server.map(|server| server.message).as_deref(),
            Some("datatype integer[] not supported")
        );
        finds(&RULE, "CREATE DOMAIN tags AS text[]", "text[]");
    }
}
