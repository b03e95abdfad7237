use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "query-clause",
    title: "this clause of a query is not supported",
    why: "DSQL reads no random sample of a table, and does not know GROUP BY ALL, though its documentation has listed \
          it.",
    wrong: "SELECT title FROM items TABLESAMPLE SYSTEM (1);",
    right: "SELECT title FROM items LIMIT 100;",
    evidence: &["live recordings 2026-09-18, probes q_tablesample and q_group_by_all"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for span in helpers::find_words(statement, "TABLESAMPLE") {
        found
            .at(span)
            .message("`TABLESAMPLE` is not supported")
            .server("TABLESAMPLE clause not supported")
            .help("use LIMIT, or a condition on the key");
    }
    for span in helpers::find_words(statement, "GROUP BY ALL") {
        // `GROUP BY ALL a` is PostgreSQL's long form of `GROUP BY a`.
        let after = statement.tokens().iter().find(|token| token.span.start >= span.end);
        let ends = after.is_none_or(|token| {
            let text = statement.slice(token.span).to_ascii_uppercase();
            matches!(
                text.as_str(),
                ")" | "ORDER"
                    | "LIMIT"
                    | "HAVING"
                    | "UNION"
                    | "EXCEPT"
                    | "INTERSECT"
                    | "OFFSET"
                    | "FETCH"
                    | "WINDOW"
            )
        });
        if ends {
            let near = after.map_or_else(
                || "syntax error at end of input".to_owned(),
                |token| format!("syntax error at or near \"{}\"", statement.slice(token.span)),
            );
            found
                .at(span)
                .message("`GROUP BY ALL` is not supported")
                .answer("42601", near)
                .help("name the columns to group by");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn clauses() {
        finds(&RULE, "CREATE VIEW v AS SELECT a, count(*) FROM t GROUP BY ALL", "GROUP BY ALL");
        accepts("SELECT a, count(*) FROM t GROUP BY DISTINCT a ORDER BY a");
    }
}
