use crate::ast::{ColumnClauseKind, ConstraintKind, TokenRange};
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "constraint-expression",
    title: "a query cannot stand here",
    why: "A default and a check are computed for one row, without looking at others. This is PostgreSQL's rule.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, shelf text CHECK (shelf IN (SELECT name FROM shelves)));",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, shelf text CHECK (shelf IN ('read', 'wanted')));",
    help: "use a foreign key, or a list of values",
    evidence: &["PostgreSQL: CREATE TABLE, CHECK and DEFAULT"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for clause in helpers::column_clauses(statement) {
        match clause.kind {
            ColumnClauseKind::Check(range) => queries(statement, range, "check constraint", found),
            ColumnClauseKind::Default(range) => queries(statement, range, "DEFAULT expression", found),
            _ => {}
        }
    }
    for constraint in helpers::table_constraints(statement) {
        if let ConstraintKind::Check(range) = constraint.kind {
            queries(statement, range, "check constraint", found);
        }
    }
}

fn queries(statement: &Statement<'_>, range: TokenRange, what: &str, found: &mut Findings<'_>) {
    let mut cursor = statement.within(range);
    while !cursor.at_end() {
        if cursor.is("SELECT") && cursor.last_text() == "(" {
            let finding = found.at(cursor.span());
            finding
                .message(format!("a query cannot stand in a {what}"))
                .server(format!("cannot use subquery in {what}"));
        }
        cursor.advance();
    }
}
