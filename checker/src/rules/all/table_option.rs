use crate::ast::{Kind, TableBody, TableOptionKind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "table-option",
    title: "this table option is not supported",
    why: "DSQL decides by itself how and where a table is stored and spread: there is no partitioning, no \
          inheritance, no tablespace, no storage parameter, no access method, and no table of a type.",
    wrong: "CREATE TABLE events (id uuid PRIMARY KEY, at date) PARTITION BY RANGE (at);",
    right: "CREATE TABLE events (id uuid PRIMARY KEY, at date);",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "pistachio live runs 2026-07-23 (PARTITION BY)"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateTable(table) = statement.kind() else { return };
    match table.body {
        TableBody::PartitionOf(span) => {
            found
                .at(span)
                .message("a table cannot be a partition of another")
                .server("PARTITION OF clause not supported for CREATE TABLE")
                .help("make one ordinary table; DSQL spreads its rows by the primary key");
        }
        TableBody::OfType(span) => {
            found.at(span).message("a table cannot be made of a type").help("write its columns out");
        }
        _ => {}
    }
    for option in &table.options {
        let (what, server, help) = match option.kind {
            TableOptionKind::PartitionBy => (
                "a table cannot be partitioned",
                "PARTITION BY clause not supported for CREATE TABLE",
                "leave it out: DSQL spreads a table's rows by its primary key",
            ),
            TableOptionKind::Inherits => {
                ("a table cannot inherit from another", "", "write the parent's columns out")
            }
            TableOptionKind::Using => ("a table has no access method", "", "leave it out"),
            TableOptionKind::With => ("a table has no storage parameters", "", "leave it out"),
            TableOptionKind::OnCommit => {
                ("`ON COMMIT` belongs to temporary tables, which do not exist", "", "leave it out")
            }
            TableOptionKind::Tablespace => ("there are no tablespaces", "", "leave it out"),
        };
        let finding = found.at(option.span).message(what).help(help);
        if help.starts_with("leave it out") {
            finding.suggest("leave it out:", helpers::removal(statement, option.span), false);
        }
        if !server.is_empty() {
            finding.server(server);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn every_option() {
        for (option, place) in [
            ("INHERITS (u)", "INHERITS (u)"),
            ("WITH (fillfactor = 70)", "WITH (fillfactor = 70)"),
            ("ON COMMIT DROP", "ON COMMIT DROP"),
            ("TABLESPACE fast", "TABLESPACE fast"),
            ("USING heap", "USING heap"),
        ] {
            finds(&RULE, &format!("CREATE TABLE t (a int) {option}"), place);
        }
        finds(&RULE, "CREATE TABLE t PARTITION OF u FOR VALUES FROM (1) TO (2)", "PARTITION OF");
        finds(&RULE, "CREATE TABLE t OF u", "OF");
    }
}
