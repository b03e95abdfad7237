use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "view-query",
    title: "a view is made of a query that only reads",
    why: "The query of a view is a SELECT, VALUES or TABLE, which changes no rows and makes no table, and names no more \
          columns than it gives. These are PostgreSQL's rules.",
    wrong: "CREATE VIEW emptied AS WITH gone AS (DELETE FROM items RETURNING id) SELECT id FROM gone;",
    right: "CREATE VIEW emptied AS SELECT id FROM items;",
    help: "write a query that only reads",
    evidence: &["PostgreSQL: CREATE VIEW"],
    check: Check::Parts(&[NodeKind::CreateView, NodeKind::CreateRecursiveView], check),
    ..Rule::REFUSED
};

fn check(view: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    const CHANGES: &[NodeKind] = &[NodeKind::Insert, NodeKind::Update, NodeKind::Delete, NodeKind::Merge];
    let Some(query) = view.child(NodeKind::Query) else { return };
    let names = view.child(NodeKind::Names).map(Part::children).unwrap_or_default();
    let given = helpers::first_select(query).and_then(helpers::selected);
    if let Some((given, extra)) = given.and_then(|(given, _)| Some((given, names.get(given)?))) {
        found
            .at(extra.span())
            .message(format!("the view names {} columns, its query gives {given}", names.len()))
            .answer("42601", "CREATE VIEW specifies more column names than columns")
            .help("name as many columns as the query gives");
    }
    for part in query.everything() {
        if part.is(NodeKind::Into) {
            found
                .at(part.cursor().span())
                .message("a view makes no table")
                .server("views must not contain SELECT INTO");
            return;
        }
        if part.is_any(CHANGES) {
            found
                .at(helpers::verb(part))
                .message("a view changes no rows")
                .server("views must not contain data-modifying statements in WITH");
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn queries() {
        finds(&RULE, "CREATE OR REPLACE VIEW v (a, b) AS SELECT 1 FROM t", "b");
        finds(&RULE, "CREATE VIEW v AS SELECT 1 INTO x", "INTO");
        accepts("CREATE VIEW v (a, b) AS SELECT t.* FROM t");
        accepts("CREATE VIEW v AS (SELECT 1) UNION SELECT count(*) FROM t");
        accepts("CREATE VIEW v (a) AS SELECT 1, 2");
    }
}
