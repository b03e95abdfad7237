use crate::ast::{IndexOptionKind, Kind};
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-storage",
    title: "this part of an index is not supported",
    why: "DSQL decides by itself how an index is stored: there are neither storage parameters nor tablespaces, and \
          no partitions that `ONLY` would leave out. INCLUDE takes columns, not expressions.",
    wrong: "CREATE INDEX ASYNC items_title_idx ON items (title) WITH (fillfactor = 70);",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title);",
    evidence: &["AWS user guide, CREATE INDEX syntax of September 2026: it has none of these clauses"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    let storage =
        |kind: &IndexOptionKind| matches!(kind, IndexOptionKind::With | IndexOptionKind::Tablespace);
    for option in &index.options {
        if let IndexOptionKind::Include(_, Some(span)) = option.kind {
            found
                .at(span)
                .message("an expression cannot be included in an index")
                .server("expressions are not supported in included columns")
                .help("include columns only, or make the expression a key");
        }
    }
    let options = index.options.iter().filter(|option| storage(&option.kind)).map(|option| option.span);
    for span in options.chain(index.only) {
        found.at(span).suggest("write", helpers::removal(statement, span), true);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn every_storage_clause() {
        finds(&RULE, "CREATE INDEX ASYNC i ON ONLY t (a)", "ONLY");
        finds(
            &RULE,
            "CREATE INDEX ASYNC i ON t (a) INCLUDE (b) TABLESPACE fast WHERE a > 1",
            "TABLESPACE fast",
        );
    }
}
