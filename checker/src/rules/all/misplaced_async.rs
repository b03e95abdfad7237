use crate::ast::Kind;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "misplaced-async",
    title: "`ASYNC` does not belong here",
    why: "Two statements start jobs: CREATE INDEX ASYNC and ALTER TABLE ASYNC … VALIDATE CONSTRAINT. Everything else \
          is done when it answers.",
    wrong: "DROP INDEX ASYNC items_title_idx;",
    right: "DROP INDEX items_title_idx;",
    sqlstate: "42601",
    evidence: &["AWS user guide, September 2026: no other statement has the word"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if matches!(statement.kind(), Kind::CreateIndex(_)) || statement.alter_table().is_some() {
        return;
    }
    let mut cursor = statement.cursor();
    if cursor.are("CREATE INDEX") || cursor.are("CREATE UNIQUE INDEX") {
        return;
    }
    if !cursor.is_any(&["CREATE", "DROP", "ALTER", "REINDEX"]) {
        return;
    }
    // Only behind the words that say what is made or dropped; elsewhere it is a name like any other.
    for _ in 0..4 {
        cursor.advance();
        let object = matches!(
            cursor.last_text().to_ascii_uppercase().as_str(),
            "TABLE" | "INDEX" | "VIEW" | "SEQUENCE" | "UNIQUE" | "CREATE" | "DROP" | "ALTER"
        );
        let name_follows = cursor.nth(1).is_some_and(|next| {
            let text = statement.slice(next.span);
            crate::ast::Ident::from_token(text, next).is_some()
                && !text.eq_ignore_ascii_case("AS")
                && !is_action(text)
        });
        if object && cursor.is("ASYNC") && name_follows {
            let span = cursor.span();
            let near = cursor.nth(1).map_or("", |next| statement.slice(next.span));
            found.at(span).server(format!("syntax error at or near \"{near}\"")).suggest(
                "write",
                helpers::removal(statement, span),
                true,
            );
            return;
        }
    }
}

/// Words that follow the name of something that is altered or dropped.
fn is_action(word: &str) -> bool {
    [
        "CASCADE",
        "RESTRICT",
        "RENAME",
        "SET",
        "OWNER",
        "RESET",
        "ADD",
        "DROP",
        "ALTER",
        "CACHE",
        "START",
        "INCREMENT",
        "USING",
        "PARTITION",
        "OF",
        "WITH",
        "OWNED",
        "MINVALUE",
        "MAXVALUE",
        "NO",
        "CYCLE",
        "RESTART",
    ]
    .iter()
    .any(|action| word.eq_ignore_ascii_case(action))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn places() {
        finds(&RULE, "CREATE TABLE ASYNC t (a int PRIMARY KEY)", "ASYNC");
        finds(&RULE, "DROP TABLE ASYNC t", "ASYNC");
        finds(&RULE, "CREATE VIEW ASYNC v AS SELECT 1", "ASYNC");
        accepts("CREATE TABLE async (a int PRIMARY KEY)");
        accepts("DROP TABLE async");
        accepts("CREATE VIEW async AS SELECT 1");
    }
}
