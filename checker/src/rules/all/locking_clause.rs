use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "locking-clause",
    title: "`SELECT` locks with `FOR UPDATE` or `FOR KEY SHARE` only",
    why: "Nothing waits on DSQL: the clause marks rows whose change by another transaction makes this one's COMMIT \
          fail with 40001. Two of PostgreSQL's four strengths exist.",
    wrong: "SELECT title FROM items WHERE id = '1' FOR SHARE;",
    right: "SELECT title FROM items WHERE id = '1' FOR UPDATE;",
    help: "write FOR UPDATE, or FOR KEY SHARE where only the key must stay",
    server: "locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported",
    evidence: &[
        "live recordings 2026-09-16, probes occ_for_share, occ_for_no_key_update, occ_for_update and occ_for_key_share",
        "measured 2026-10-04 by ministack: SELECT 1 FOR SHARE is taken",
    ],
    check: Check::Parts(&[NodeKind::Locking], check),
    ..Rule::REFUSED
};

fn check(locking: Part<'_>, statement: &Statement<'_>, found: &mut Findings<'_>) {
    // A clause that reaches no table takes no lock, and is not refused.
    let mut words = statement.cursor();
    while !words.is_any(&["FROM", "TABLE"]) {
        if words.at_end() {
            return;
        }
        words.advance();
    }
    for words in ["FOR SHARE", "FOR NO KEY UPDATE"] {
        if let Some(span) = locking.cursor().eat(words) {
            found.at(span);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn a_lock_needs_rows() {
        finds(&RULE, "SELECT * FROM t FOR NO KEY UPDATE", "FOR NO KEY UPDATE");
        finds(&RULE, "(TABLE t) FOR SHARE", "FOR SHARE");
        accepts("SELECT 1 FOR SHARE");
    }
}
