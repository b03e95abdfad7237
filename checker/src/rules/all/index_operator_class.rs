use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-operator-class",
    title: "an index key cannot have an operator class",
    why: "DSQL orders every type in one way. `text_pattern_ops` is not needed either: collation is C everywhere, so \
          an ordinary index serves `LIKE 'abc%'`.",
    wrong: "CREATE INDEX ASYNC items_title_idx ON items (title text_pattern_ops);",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title);",
    server: "opclass not supported for index keys",
    evidence: &["Dreamescaper rules 2026-09", "AWS dsql skill, observed 2026-10-01"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for span in index.keys.iter().filter_map(|key| key.operator_class) {
        found.at(span).suggest("write", helpers::removal(statement, span), false);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn with_schema_and_parameters_too() {
        finds(
            &RULE,
            "CREATE INDEX ASYNC i ON t (a, b public.gist_ops(siglen = 32))",
            "public.gist_ops(siglen = 32)",
        );
    }
}
