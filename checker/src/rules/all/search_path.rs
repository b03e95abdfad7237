use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "search-path",
    title: "`SET search_path` holds for every statement behind it in this file",
    why: "A search path changes what unqualified names mean from there on. dsql-migrate sets it again after a lost \
          connection and takes a fresh connection for the next file; other runners let it leak into what follows.",
    wrong: "SET search_path = library; CREATE TABLE items (id uuid PRIMARY KEY);",
    right: "CREATE TABLE library.items (id uuid PRIMARY KEY);",
    help: "write the schema before each name instead",
    evidence: &["PostgreSQL: SET"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Kind::Set(Some(setting)) = statement.kind()
        && setting.name == "search_path"
        && !setting.local
        && !statement.cursor().is("RESET")
    {
        found.at(setting.span);
    }
}
