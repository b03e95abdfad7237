use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-sort-order",
    title: "an index key cannot have a sort order",
    why: "DSQL refuses ASC and DESC on index keys, also ASC, which says nothing new. `NULLS FIRST` and `NULLS LAST` \
          are accepted. An index can be read backwards, so an `ORDER BY … DESC` over all keys can still use it.",
    wrong: "CREATE INDEX ASYNC items_rating_idx ON items (rating DESC);",
    right: "CREATE INDEX ASYNC items_rating_idx ON items (rating);",
    server: "specifying sort order not supported for index keys",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "dsqlbase live run 2026-10-03"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for (descending, span) in index.keys.iter().filter_map(|key| key.direction) {
        found.at(span).suggest("write", helpers::removal(statement, span), !descending);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn both_orders_of_any_key() {
        finds(&RULE, "CREATE INDEX ASYNC i ON t (a, lower(b) ASC)", "ASC");
        accepts("CREATE INDEX ASYNC i ON t (a NULLS FIRST, (lower(b)) NULLS LAST)");
    }
}
