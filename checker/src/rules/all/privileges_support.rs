use crate::ast::Kind;
use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "privileges-support",
    title: "default privileges, the elements of a schema, new names of roles and ALTER ROUTINE are not supported",
    why: "DSQL learnt ALTER DEFAULT PRIVILEGES, CREATE SCHEMA with what it holds, ALTER ROLE … RENAME and ALTER ROUTINE \
          on 2026-04-24.",
    wrong: "ALTER DEFAULT PRIVILEGES IN SCHEMA library GRANT SELECT ON TABLES TO app;",
    right: "GRANT SELECT ON library.items TO app;",
    until: Some(Date::new(2026, 4, 24)),
    evidence: &["AWS release notes 2026-04-24"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(head) = helpers::headed(statement, "ALTER DEFAULT PRIVILEGES") {
        found
            .at(head)
            .message("default privileges are not supported")
            .help("grant rights on each table after it has been made");
    }
    if let Some(head) = helpers::headed(statement, "ALTER ROUTINE") {
        found.at(head).message("`ALTER ROUTINE` is not supported").help("write ALTER FUNCTION");
    }
    let mut cursor = statement.cursor();
    let alters = cursor.eat("ALTER ROLE").or_else(|| cursor.eat("ALTER USER"));
    if let Some(span) = alters.and_then(|_| cursor.ident()).and_then(|_| cursor.eat("RENAME TO")) {
        found
            .at(span)
            .message("a role cannot be renamed")
            .help("make a role of the new name, and grant it the same rights");
    }
    if let Kind::CreateSchema(schema) = statement.kind()
        && !schema.elements.is_empty()
    {
        found
            .at(statement.range_span(schema.elements))
            .message("a schema is made without what it holds")
            .help("make the schema, then its tables, views and grants as statements of their own");
    }
}
