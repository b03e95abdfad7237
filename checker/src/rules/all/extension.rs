use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "extension",
    title: "extensions are not supported",
    why: "Nothing can be added to the server, and `IF NOT EXISTS` makes no difference. `gen_random_uuid()` is built in, \
          which is what most schemas wanted pgcrypto or uuid-ossp for.",
    wrong: "CREATE EXTENSION IF NOT EXISTS pgcrypto;",
    right: "CREATE TABLE items (id uuid PRIMARY KEY DEFAULT gen_random_uuid());",
    help: "leave it out; gen_random_uuid() is built in",
    evidence: &["live recording 2026-09-18, probe create_extension", "dsql-lint 0.2.22 cluster fixtures"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Some(head) = helpers::headed(statement, "CREATE EXTENSION") {
        found.at(head).server("unsupported statement: CreateExtension");
    }
    if let Some(head) = helpers::headed(statement, "ALTER EXTENSION") {
        found.at(head);
    }
    if let Kind::Drop(drop) = statement.kind()
        && drop.object == "EXTENSION"
    {
        found.at(drop.object_span).server("unsupported object in DROP statement");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn dropping_one_too() {
        finds(&RULE, "DROP EXTENSION IF EXISTS pgcrypto", "EXTENSION");
    }
}
