use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "query-shape",
    title: "this query does not give the columns that it must",
    why: "Both sides of UNION give as many columns, a query in the place of a value gives one, a position in ORDER BY \
          and GROUP BY is that of a column, and beside an aggregate stands only what the rows are grouped by. These are \
          PostgreSQL's rules.",
    wrong: "SELECT (SELECT id, title FROM items LIMIT 1);",
    right: "SELECT (SELECT title FROM items LIMIT 1);",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: SELECT"],
    check: Check::Parts(VALUES, check),
    ..Rule::REFUSED
};

/// What holds a query as a value.
const VALUES: &[NodeKind] = &[
    NodeKind::Target,
    NodeKind::Binary,
    NodeKind::Unary,
    NodeKind::Call,
    NodeKind::Special,
    NodeKind::Case,
    NodeKind::Cast,
    NodeKind::ValueRow,
    NodeKind::Where,
    NodeKind::Paren,
    NodeKind::Is,
    NodeKind::Between,
    NodeKind::Like,
];

fn check(part: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let children = part.children();
    // `(a, b) = (SELECT …)` compares rows.
    if children.iter().any(|child| child.is(NodeKind::Row)) {
        return;
    }
    for query in children.into_iter().filter(|child| child.is(NodeKind::Query)) {
        let width = match helpers::first_select(query) {
            Some(select) if select.is(NodeKind::Values) => select.first().map(|row| row.children().len()),
            Some(select) => helpers::selected(select).map(|(width, _)| width),
            None => None,
        };
        if width.is_some_and(|width| width != 1) {
            found
                .at(query.span())
                .message("a query in the place of a value gives one column")
                .server("subquery must return only one column")
                .help("select one column, or write EXISTS to ask whether there is a row");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn a_value_is_one_column() {
        finds(&RULE, "SELECT (SELECT 1, 2)", "SELECT 1, 2");
        finds(&RULE, "SELECT 1 + (VALUES (1, 2))", "VALUES (1, 2)");
        for sql in [
            "SELECT EXISTS (SELECT 1, 2)",
            "SELECT (1, 2) IN (SELECT 1, 2), (1, 2) = (SELECT 1, 2)",
            "SELECT ARRAY(SELECT 1), (SELECT * FROM t LIMIT 1)",
            "UPDATE t SET (a, b) = (SELECT 1, 2) WHERE id = 1",
            "SELECT * FROM (SELECT 1, 2) AS x",
        ] {
            accepts(sql);
        }
    }
}
