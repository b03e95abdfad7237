use crate::finding::{Check, Findings, Rule};
use crate::grammar::Stop;
use crate::rules::helpers;
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
    check: Check::Stop(check),
    ..Rule::REFUSED
};

fn check(stop: &Stop, statement: &Statement<'_>, found: &mut Findings<'_>) {
    const OBJECTS: &[&str] = &["TABLE", "INDEX", "VIEW", "SEQUENCE", "UNIQUE", "CREATE", "DROP", "ALTER"];
    let here = statement.cursor().at(stop.at);
    // It is read as a name, so that what cannot stand there is what follows, or it is itself what cannot.
    let word = if here.is("ASYNC") { here } else { here.at(stop.at.saturating_sub(1)) };
    let behind = OBJECTS.iter().any(|object| word.last_text().eq_ignore_ascii_case(object));
    // Elsewhere it is a name like any other.
    if !word.is("ASYNC") || !behind || word.position() > 4 {
        return;
    }
    let index = word.last_text().eq_ignore_ascii_case("INDEX");
    // Behind CREATE INDEX it stands rightly, and something else is wrong.
    if index && statement.cursor().is("CREATE") {
        return;
    }
    let span = word.span();
    let near = here.token().map_or("", |token| statement.slice(token.span));
    let finding = found.at(span);
    finding.server(format!("syntax error at or near \"{near}\""));
    let mut behind = word;
    behind.advance();
    // `CREATE ASYNC UNIQUE INDEX`: it belongs behind INDEX.
    behind.eat("UNIQUE");
    match behind.eat("INDEX").filter(|_| statement.cursor().is("CREATE")) {
        Some(index) => {
            let moved = vec![helpers::removal(statement, span), helpers::insertion(index.end, " ASYNC")];
            finding.suggest_all("write", moved, true);
        }
        None => {
            finding.suggest("write", helpers::removal(statement, span), true);
        }
    }
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
        let found = finds(&RULE, "CREATE ASYNC INDEX i ON t (a)", "ASYNC");
        let edits = found.suggestion.map(|one| one.edits).unwrap_or_default();
        assert_eq!(
            crate::fix::apply("CREATE ASYNC INDEX i ON t (a)", &edits),
            "CREATE INDEX ASYNC i ON t (a)"
        );
        accepts("CREATE TABLE async (a int PRIMARY KEY)");
        accepts("DROP TABLE async");
        accepts("CREATE VIEW async AS SELECT 1");
    }
}
