use crate::ast::Kind;
use crate::rules::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "view-query",
    title: "a view is made of a query that only reads",
    why: "The query of a view is a SELECT, VALUES or TABLE, which changes no rows and makes no table, and names no more \
          columns than it gives. These are PostgreSQL's rules.",
    wrong: "CREATE VIEW emptied AS WITH gone AS (DELETE FROM items RETURNING id) SELECT id FROM gone;",
    right: "CREATE VIEW emptied AS SELECT id FROM items;",
    help: "write a query that only reads",
    evidence: &["PostgreSQL: CREATE VIEW"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateView(view) = statement.kind() else { return };
    let mut cursor = statement.within(view.query);
    if !cursor.is_punct("(") && !cursor.is_any(&["SELECT", "VALUES", "TABLE", "WITH"]) {
        let near = cursor.token().map_or("", |token| statement.slice(token.span));
        found.at(cursor.span()).answer("42601", format!("syntax error at or near \"{near}\""));
        return;
    }
    let mut columns = None;
    if cursor.is("SELECT") {
        columns = super::insert_values::selected(cursor);
    }
    if let (Some((given, _)), Some(extra)) = (columns, columns.and_then(|(given, _)| view.columns.get(given)))
    {
        found
            .at(extra.span)
            .message(format!("the view names {} columns, its query gives {given}", view.columns.len()))
            .answer("42601", "CREATE VIEW specifies more column names than columns")
            .help("name as many columns as the query gives");
    }
    while !cursor.at_end() {
        if cursor.is("INTO")
            && !matches!(cursor.last_text(), "." | "")
            && !cursor.last_text().eq_ignore_ascii_case("AS")
        {
            found
                .at(cursor.span())
                .message("a view makes no table")
                .server("views must not contain SELECT INTO");
            return;
        }
        let opens = cursor.last_text() == "(";
        let changes = opens
            && ((cursor.is("DELETE") && cursor.word_at(1, "FROM"))
                || (cursor.is("INSERT") && cursor.word_at(1, "INTO"))
                || (cursor.is("UPDATE")
                    && cursor.nth(1).is_some()
                    && !cursor.punct_at(1, ")")
                    && !cursor.punct_at(1, ",")));
        if changes {
            found
                .at(cursor.span())
                .message("a view changes no rows")
                .server("views must not contain data-modifying statements in WITH");
            return;
        }
        cursor.advance();
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn queries() {
        finds(&RULE, "CREATE VIEW v AS INSERT INTO t VALUES (1) RETURNING a", "INSERT");
        finds(&RULE, "CREATE OR REPLACE VIEW v (a, b) AS SELECT 1 FROM t", "b");
        finds(&RULE, "CREATE VIEW v AS SELECT 1 INTO x", "INTO");
        accepts("CREATE VIEW v (a, b) AS SELECT t.* FROM t");
        accepts("CREATE VIEW v AS (SELECT 1) UNION SELECT count(*) FROM t");
        accepts("CREATE VIEW v (a) AS SELECT 1, 2");
    }
}
