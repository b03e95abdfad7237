use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "copy-input",
    title: "a migration has no standard input for `COPY … FROM STDIN`",
    why: "DSQL takes the statement, but its rows come from the program that sends it, and a migration is SQL only. In \
          psql's scripts the rows stand behind the statement; the server never sees them as SQL.",
    wrong: "COPY items (id, title) FROM STDIN;",
    right: "INSERT INTO items (id, title) VALUES ('1', 'a'), ('2', 'b');",
    help: "write INSERT … VALUES, at most 2,997 rows a statement",
    evidence: &["PostgreSQL: the COPY protocol"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if cursor.eat("COPY").is_none() {
        return;
    }
    cursor.skip_until(|cursor| cursor.is("FROM") || cursor.is("TO"));
    if let Some(span) = cursor.eat("FROM STDIN") {
        found.at(span);
    }
}
