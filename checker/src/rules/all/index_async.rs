use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-async",
    title: "`CREATE INDEX` without `ASYNC`",
    why: "DSQL builds every index in the background, also on an empty table: the statement starts a job and \
          answers with its id. There is no synchronous form.",
    wrong: "CREATE INDEX items_title_idx ON items (title);",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title);",
    server: "unsupported mode. please use CREATE INDEX ASYNC.",
    evidence: &["live recording 2026-09-16, probe create_index_sync"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    if index.asynchronous.is_none() && index.concurrently.is_none() {
        let edit = helpers::insertion(index.index_span.end, " ASYNC");
        found.at(index.index_span).label("`ASYNC` is missing here").suggest("write", edit, true);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn the_word_index_is_shown_and_the_statement_mended() {
        let found = finds(&RULE, "create unique index on a.t (b)", "index");
        assert_eq!(found.help.as_deref(), Some("write `create unique index ASYNC on a.t (b)`"));
        // An index cannot be named async without quotes: the word is the mode.
        accepts("CREATE INDEX async ON t (a)");
        finds(&RULE, "CREATE INDEX \"async\" ON t (a)", "INDEX");
    }
}
