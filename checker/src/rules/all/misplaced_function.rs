use crate::catalog::builtin::is_aggregate;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "misplaced-function",
    title: "what is computed of many rows cannot stand here",
    why: "WHERE, ON, VALUES and SET are about one row at a time: an aggregate or a window function has no rows to look \
          at there. HAVING asks about groups, and takes aggregates. These are PostgreSQL's rules.",
    wrong: "SELECT title FROM items WHERE max(rating) > 3;",
    right: "SELECT title FROM items GROUP BY title HAVING max(rating) > 3;",
    help: "compute it in a query of its own, in FROM or in parentheses",
    sqlstate: "42803",
    evidence: &["PostgreSQL 16: aggregate and window function calls"],
    check: Check::Parts(PLACES, check),
    ..Rule::REFUSED
};

const PLACES: &[NodeKind] = &[
    NodeKind::Where,
    NodeKind::On,
    NodeKind::ValueRow,
    NodeKind::Assignment,
    NodeKind::Having,
    NodeKind::Group,
    NodeKind::Returning,
];

fn check(place: Part<'_>, statement: &Statement<'_>, found: &mut Findings<'_>) {
    let (aggregates, clause) = match place.kind() {
        NodeKind::Where => (true, "WHERE"),
        NodeKind::On => (true, "JOIN conditions"),
        NodeKind::ValueRow => (true, "VALUES"),
        NodeKind::Assignment => (true, "UPDATE"),
        NodeKind::Group => (true, "GROUP BY"),
        NodeKind::Returning => (true, "RETURNING"),
        _ => (false, "HAVING"),
    };
    for call in place.outside_queries(&[NodeKind::Call]) {
        let Some(name) = call.child(NodeKind::Function).and_then(|function| function.name()) else {
            continue;
        };
        let window = call.child(NodeKind::Over).is_some();
        let aggregate = !window && is_aggregate(&name) && !found.schema().has_called(&name);
        // An aggregate in an inner query may be one of an outer one's rows.
        let wrong = window || aggregate && aggregates && !is_nested(statement, place);
        if !wrong {
            continue;
        }
        let (sqlstate, noun) = if window { ("42P20", "window") } else { ("42803", "aggregate") };
        found.at(name.span()).answer(sqlstate, format!("{noun} functions are not allowed in {clause}"));
        return;
    }
}

/// Whether a part stands in a query inside of a query.
fn is_nested(statement: &Statement<'_>, part: Part<'_>) -> bool {
    let around =
        |root: Part<'_>| root.everything().filter(|one| one.is(NodeKind::Select) && one.holds(part)).count();
    // The rules for indexes and columns speak of their own.
    let query = statement.part().filter(|root| {
        root.is_any(&[
            NodeKind::Query,
            NodeKind::Insert,
            NodeKind::Update,
            NodeKind::Delete,
            NodeKind::CreateView,
        ])
    });
    query.is_none_or(|root| around(root) > 1)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn where_rows_stand_alone() {
        for (sql, place) in [
            ("SELECT a FROM t JOIN u ON max(t.a) = u.a", "max"),
            ("INSERT INTO t (a) VALUES (count(*))", "count"),
            ("UPDATE t SET a = sum(a) WHERE id = 1", "sum"),
            ("DELETE FROM t WHERE row_number() OVER () = 1", "row_number"),
            ("SELECT a FROM t GROUP BY a HAVING rank() OVER () > 1", "rank"),
        ] {
            finds(&RULE, sql, place);
        }
        for sql in [
            "SELECT a FROM t GROUP BY a HAVING count(*) > 1 ORDER BY max(b)",
            "SELECT a FROM t WHERE a = (SELECT max(a) FROM t)",
            "SELECT a FROM t GROUP BY a HAVING EXISTS (SELECT 1 FROM u WHERE u.a = max(t.b))",
            "SELECT count(*) FILTER (WHERE a > 1), sum(a) OVER (ORDER BY count(*)) FROM t GROUP BY a",
            "INSERT INTO t (a) SELECT count(*) FROM u LIMIT 1",
        ] {
            accepts(sql);
        }
    }
}
