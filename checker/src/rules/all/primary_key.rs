use crate::ast::{Kind, TableBody, TableElement};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "primary-key",
    title: "a table without a primary key",
    why: "DSQL spreads and finds rows by the primary key. Without one it uses a hidden key: every look-up reads the \
          whole table unless an index helps, and a primary key cannot be added later.",
    wrong: "CREATE TABLE events (at timestamptz, what text);",
    right: "CREATE TABLE events (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), at timestamptz, what text);",
    help: "add a key, for example `id uuid PRIMARY KEY DEFAULT gen_random_uuid()`",
    evidence: &["AWS user guide, CREATE TABLE, September 2026"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateTable(table) = statement.kind() else { return };
    let TableBody::Elements(elements) = &table.body else { return };
    let like = elements.iter().any(|element| matches!(element, TableElement::Like(_)));
    if !like && helpers::primary_keys(statement).is_empty() {
        found.at(table.name.span());
    }
}
