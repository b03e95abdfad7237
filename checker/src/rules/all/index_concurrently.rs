use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-concurrently",
    title: "`CREATE INDEX CONCURRENTLY` is not supported",
    why: "DSQL builds every index in the background without blocking writes; its word for that is ASYNC.",
    wrong: "CREATE INDEX CONCURRENTLY items_title_idx ON items (title);",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title);",
    server: "CONCURRENTLY not supported for CREATE INDEX",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "pistachio live runs 2026-07-23"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    if let Some(span) = index.concurrently {
        let edit = match index.asynchronous {
            Some(_) => helpers::removal(statement, span),
            None => helpers::replacement(span, "ASYNC"),
        };
        found.at(span).suggest("write", edit, true);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn either_order_with_async_is_one_finding() {
        finds(&RULE, "CREATE INDEX CONCURRENTLY ASYNC i ON t (a)", "CONCURRENTLY");
        finds(&RULE, "CREATE INDEX ASYNC CONCURRENTLY i ON t (a)", "CONCURRENTLY");
    }
}
