use crate::ast::ColumnClauseKind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "column-option",
    title: "this column option is not supported",
    why: "Collation is C everywhere on DSQL and cannot be chosen for a column, not even as `\"C\"`; compression is \
          the service's own affair; constraints are always enforced.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, title text COLLATE \"en_US\");",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, title text);",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "pistachio live runs 2026-07-23 (COLLATE, COMPRESSION)"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for clause in helpers::column_clauses(statement) {
        match &clause.kind {
            ColumnClauseKind::Collate(_) => {
                found.at(clause.span).message("a column cannot have a collation").server("COLLATE clause not supported").help(
                    "leave it out; to sort another way, collate in the query or keep a sort key in a column of its own",
                );
            }
            ColumnClauseKind::Storage => {
                let kind = statement.slice(clause.span).split_whitespace().next_back().unwrap_or_default();
                let known = ["PLAIN", "EXTERNAL", "EXTENDED", "MAIN", "DEFAULT"];
                let name = kind.trim_matches('"');
                if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                    found
                        .at(clause.span)
                        .message(format!("there is no storage `{name}`"))
                        .answer("22023", format!("invalid storage type \"{}\"", name.to_ascii_lowercase()))
                        .help("leave it out, or write PLAIN, EXTERNAL, EXTENDED or MAIN");
                }
            }
            ColumnClauseKind::Compression => {
                found.at(clause.span).message("a column's compression cannot be chosen").help("leave it out");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_option() {
        finds(&RULE, "CREATE TABLE t (a text COLLATE \"C\" NOT NULL)", "COLLATE \"C\"");
        finds(&RULE, "CREATE TABLE t (a text COMPRESSION pglz)", "COMPRESSION pglz");
        finds(&RULE, "CREATE DOMAIN d AS text COLLATE \"de_DE\"", "COLLATE \"de_DE\"");
        accepts("CREATE TABLE t (a text STORAGE EXTERNAL, b int GENERATED ALWAYS AS (1 + 1) STORED)");
    }
}
