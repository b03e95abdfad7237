use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-collation",
    title: "an index key can be collated by C only",
    why: "Collation is C everywhere on DSQL. Expressions may name `\"C\"`, `\"POSIX\"` or `\"default\"`, which are \
          the same there; nothing else exists.",
    wrong: "CREATE INDEX ASYNC items_title_idx ON items (title COLLATE \"en_US\");",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title COLLATE \"C\");",
    server: "COLLATE clause not supported",
    evidence: &["dsql-lint 0.2.17 and later: the collations that its cluster fixtures accept"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for (name, span) in index.keys.iter().filter_map(|key| key.collation.as_ref()) {
        if !helpers::known_collation(name) {
            found.at(*span).suggest("write", helpers::removal(statement, *span), false);
        }
    }
}
