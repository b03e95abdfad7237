use crate::ast::{Ident, Kind};
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "reserved-name",
    title: "this word is reserved",
    why: "A reserved word is a name between quotes only.",
    wrong: "CREATE TABLE orders (id uuid PRIMARY KEY, user uuid);",
    right: "CREATE TABLE orders (id uuid PRIMARY KEY, \"user\" uuid);",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: appendix C, SQL key words"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// The words that PostgreSQL 16 reserves, and those that may name functions and types only.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut names: Vec<&Ident> = statement.columns().map(|column| &column.name).collect();
    match statement.kind() {
        Kind::CreateTable(table) => names.extend(table.name.last()),
        Kind::CreateView(view) => names.extend(view.name.last()),
        _ => {}
    }
    for name in names {
        if !name.quoted && RESERVED.contains(&name.value.as_str()) {
            let written = statement.slice(name.span);
            found
                .at(name.span)
                .message(format!("`{written}` is a reserved word"))
                .server(format!("syntax error at or near \"{written}\""))
                .suggest(
                    "put it between quotes, or choose another name:",
                    helpers::replacement(name.span, &format!("\"{}\"", name.value)),
                    false,
                );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn tables_and_columns() {
        finds(&RULE, "CREATE TABLE user (id int PRIMARY KEY)", "user");
        finds(&RULE, "ALTER TABLE t ADD COLUMN desc text", "desc");
        accepts(
            "CREATE TABLE \"order\" (id int PRIMARY KEY, type text, name text, key text, value text, date date, role text, action text)",
        );
    }
}
