use crate::ast::ColumnClauseKind;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "generated-column",
    title: "a generated column is computed from plain columns",
    why: "GENERATED ALWAYS AS (…) STORED computes a column from others of the same row that are not generated \
          themselves. This is PostgreSQL's rule.",
    wrong: "CREATE TABLE sums (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 1) STORED, c int GENERATED ALWAYS AS (b + 1) STORED);",
    right: "CREATE TABLE sums (a int PRIMARY KEY, b int GENERATED ALWAYS AS (a + 1) STORED, c int GENERATED ALWAYS AS (a + 2) STORED);",
    sqlstate: "42P17",
    evidence: &["PostgreSQL: generated columns"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let generated: Vec<&str> = statement
        .columns()
        .filter(|column| {
            column.clauses.iter().any(|clause| matches!(clause.kind, ColumnClauseKind::Generated(_)))
        })
        .map(|column| column.name.value.as_str())
        .collect();
    // ADD COLUMN with a generated value is refused as a whole.
    if generated.is_empty() || statement.alter_table().is_some() {
        return;
    }
    for clause in statement.columns().flat_map(|column| &column.clauses) {
        let ColumnClauseKind::Generated(expression) = clause.kind else { continue };
        for name in crate::expr::columns(statement, expression) {
            if generated.contains(&name.value.as_str()) {
                found
                    .at(name.span)
                    .message(format!("`{}` is a generated column itself", name.value))
                    .server(format!(
                        "cannot use generated column \"{}\" in column generation expression",
                        name.value
                    ))
                    .help("write the expression of that column here");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_it_reads() {
        finds(&RULE, "CREATE TABLE t (a int GENERATED ALWAYS AS (\"a\" + 1) STORED)", "\"a\"");
        accepts(
            "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) STORED NOT NULL, c int GENERATED ALWAYS AS (a * 2) STORED)",
        );
    }
}
