mod slices;

use crate::ast::ObjectName;
use crate::catalog::builtin::is_aggregate;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unbounded-change",
    title: "this may change more rows than a transaction takes",
    why: "A transaction on DSQL changes 3,000 rows at most; the 3,001st fails the statement, on the day when the table \
          has grown. The record of a step changes 3 rows in the same transaction, so that 2,997 are left for the step. Rows that a foreign key's ON DELETE or ON UPDATE changes count too.",
    wrong: "UPDATE items SET shelf = 'read';",
    right: "UPDATE items SET shelf = 'read' WHERE id IN (SELECT id FROM items WHERE shelf = 'wanted' LIMIT 1000);",
    evidence: &["live recordings 2026-09-18, probes row_cap, row_cap_boundary and row_cap_implicit"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

const CHANGES: &[NodeKind] = &[NodeKind::Insert, NodeKind::Update, NodeKind::Delete];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(mut root) = statement.part() else { return };
    if root.is(NodeKind::Explain) {
        root = root.last().unwrap_or(root);
    }
    // The queries of a WITH that give few rows.
    let mut small = Vec::new();
    for part in with(root) {
        let (Some(name), Some(body)) = (part.ident(), part.children().into_iter().find(is_body)) else {
            continue;
        };
        if body.is_any(CHANGES) {
            change(body, &small, found);
        }
        // What a change returns is as much as it changes, which is said where it stands.
        if body.is_any(CHANGES) || has_limit(body) || read_table(body).is_none() {
            small.push(name.value);
        }
    }
    if root.is_any(CHANGES) {
        change(root, &small, found);
    }
}

fn is_body(part: &Part<'_>) -> bool {
    part.is(NodeKind::Query) || part.is_any(CHANGES)
}

/// The queries of a WITH.
fn with(part: Part<'_>) -> Vec<Part<'_>> {
    let with = part.child(NodeKind::With).or_else(|| part.child(NodeKind::WithRecursive));
    with.map(Part::children).unwrap_or_default()
}

/// Judges a change; `small` are queries that give few rows.
fn change(change: Part<'_>, small: &[String], found: &mut Findings<'_>) {
    let condition = change.child(NodeKind::Where);
    let table = target(change);
    let bounded = if change.is(NodeKind::Insert) {
        match change.child(NodeKind::Query) {
            Some(query) if with(query).is_empty() => match read_table(query) {
                Some(source) => {
                    has_limit(query)
                        || gives_one_row(query, found)
                        || small.iter().any(|name| name == source.object())
                        || is_bounded(query, &source, found)
                }
                None => true,
            },
            _ => true,
        }
    } else {
        let joined = change.child(NodeKind::From).is_some_and(|from| reads_small(from, small));
        change.child(NodeKind::WhereCurrent).is_some()
            || condition.is_some_and(|condition| {
                joined
                    || table.as_ref().is_some_and(|table| is_bounded(condition, table, found))
                    || reads_small(condition, small)
            })
    };
    if !bounded {
        let key = table.as_ref().and_then(|table| found.schema().keys(table)?.into_iter().next());
        let help = slices::help(change, table.as_ref(), key.as_ref());
        found.at(helpers::verb(change)).help(help);
    }
}

/// The table that a change is about.
fn target(change: Part<'_>) -> Option<ObjectName> {
    let written = change.child(NodeKind::Written).or_else(|| change.child(NodeKind::Aliased));
    written.unwrap_or(change).child(NodeKind::Relation)?.cursor().name()
}

/// Whether rows come from a query that gives few: `id IN (SELECT id FROM d)`.
fn reads_small(part: Part<'_>, small: &[String]) -> bool {
    let mut relations = part.everything().filter(|part| part.is(NodeKind::Relation));
    relations.any(|relation| {
        let name = relation.cursor().name();
        name.is_some_and(|name| name.parts.len() == 1 && small.iter().any(|one| one == name.object()))
    })
}

/// Whether a condition names single rows: equalities with values over a whole key, a list of values, or a query with
/// LIMIT. What it cannot tell it takes for unbounded; the finding is a warning.
fn is_bounded(part: Part<'_>, table: &ObjectName, found: &Findings<'_>) -> bool {
    let mut equal = Vec::new();
    for part in part.everything() {
        match part.kind() {
            NodeKind::Limit => return true,
            NodeKind::In if part.children().into_iter().skip(1).all(is_value) => return true,
            NodeKind::Quantified if is_one_of_values(part) => return true,
            NodeKind::Binary => equal.extend(equal_to_a_value(part)),
            _ => {}
        }
    }
    match found.schema().keys(table) {
        Some(keys) => {
            keys.iter().any(|key| !key.is_empty() && key.iter().all(|column| equal.contains(column)))
        }
        // The set does not make the table: these are what keys are called.
        None => equal.iter().any(|column| is_called_a_key(column, table.object())),
    }
}

/// `column = ANY (values)`.
fn is_one_of_values(part: Part<'_>) -> bool {
    let sides = part.children();
    let [left, right] = sides.as_slice() else { return false };
    let equals = part.cursor().at(left.range().end).is_punct("=");
    equals && is_value(*right) && matches!(part.words().as_str(), "ANY" | "SOME")
}

/// The column of `column = value`, or the other way round.
fn equal_to_a_value(part: Part<'_>) -> Option<String> {
    let sides = part.children();
    let [left, right] = sides.as_slice() else { return None };
    let equals = part.cursor().at(left.range().end).is_punct("=");
    let (column, value) = if left.is(NodeKind::Column) { (left, right) } else { (right, left) };
    let is_equality = equals && column.is(NodeKind::Column) && is_value(*value);
    is_equality.then(|| column.last_ident().map(|name| name.value)).flatten()
}

/// Whether an expression gives the same for every row.
fn is_value(part: Part<'_>) -> bool {
    !part.everything().any(|part| part.is_any(&[NodeKind::Column, NodeKind::Query]))
}

/// `id`, `uuid`, `key`, and `order_id` of a table `orders`.
fn is_called_a_key(column: &str, table: &str) -> bool {
    let of_table = column.strip_suffix("_id").is_some_and(|start| {
        let plural = [table, table.trim_end_matches('s'), table.trim_end_matches("es")];
        plural.contains(&start) || table.strip_suffix("ies").is_some_and(|stem| format!("{stem}y") == start)
    });
    of_table || matches!(column, "id" | "uuid" | "key" | "email" | "version")
}

fn has_limit(query: Part<'_>) -> bool {
    query.everything().any(|part| part.is(NodeKind::Limit))
}

/// Whether a query counts or sums up all that it reads: aggregates without GROUP BY give one row.
fn gives_one_row(query: Part<'_>, found: &Findings<'_>) -> bool {
    let Some(select) = query.first().filter(|part| part.is(NodeKind::Select)) else { return false };
    let grouped = select.child(NodeKind::Group).is_some();
    let targets = select.child(NodeKind::Targets);
    let mut rest: Vec<_> = targets.map(Part::children).unwrap_or_default();
    while let Some(part) = rest.pop() {
        if part.is(NodeKind::Call) && part.child(NodeKind::Over).is_none() {
            let name = part.child(NodeKind::Function).and_then(Part::name);
            let aggregate = |name: &ObjectName| is_aggregate(name) && !found.schema().has_called(name);
            if name.as_ref().is_some_and(aggregate) {
                return !grouped;
            }
        }
        // What stands in a query of its own says nothing about this one's rows.
        if !part.is(NodeKind::Query) {
            rest.extend(part.children());
        }
    }
    false
}

/// The table that a query reads first, where it reads one; what a function gives is taken for little.
fn read_table(query: Part<'_>) -> Option<ObjectName> {
    let select = helpers::first_select(query)?;
    let source = match select.kind() {
        NodeKind::TableQuery => select,
        _ => {
            let mut source = select.child(NodeKind::From)?.first()?;
            while source.is_any(&[NodeKind::Join, NodeKind::NaturalJoin]) {
                source = source.first()?;
            }
            source
        }
    };
    source.child(NodeKind::Relation)?.cursor().name()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::dialect::Dialect;
    use crate::rules::testing::findings_in;

    fn warns(sql: &str) -> bool {
        findings_in(sql, Dialect::LATEST).iter().any(|one| one.rule == &RULE)
    }

    #[test]
    fn changes_that_may_be_large() {
        for sql in [
            "DELETE FROM t",
            "UPDATE t SET a = 1 WHERE b IS NULL",
            "INSERT INTO t SELECT * FROM u",
            "INSERT INTO t (a) SELECT a FROM u WHERE b > 1",
            "INSERT INTO t SELECT a, count(*) FROM u GROUP BY a",
            "INSERT INTO t SELECT a, count(*) OVER () FROM u",
            "INSERT INTO t SELECT a, (SELECT count(*) FROM v) FROM u",
            "INSERT INTO t SELECT count(*) FROM u UNION ALL SELECT a FROM u",
            "DELETE FROM t WHERE created_at < now()",
            "UPDATE t SET a = 1 WHERE user_id = $1",
            "DELETE FROM t WHERE id <> ANY($1)",
            "DELETE FROM t WHERE id = ALL($1)",
            "DELETE FROM t WHERE id = ANY(SELECT id FROM u)",
            "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)); DELETE FROM t WHERE b = 1",
            "WITH d AS (DELETE FROM t RETURNING *) SELECT count(*) FROM d",
            "WITH a (x) AS MATERIALIZED (SELECT 1), d AS (UPDATE t SET a = 1 RETURNING *) INSERT INTO u SELECT * FROM d",
            "WITH d AS (SELECT id FROM t) DELETE FROM t",
            "WITH d AS (SELECT id FROM t) INSERT INTO u SELECT * FROM d",
            "WITH d AS (INSERT INTO u SELECT * FROM t) SELECT 1",
            "CREATE TABLE t (a int PRIMARY KEY, id int); DELETE FROM t WHERE id = 1",
        ] {
            assert!(warns(sql), "{sql}");
        }
    }

    #[test]
    fn changes_that_are_small() {
        for sql in [
            "DELETE FROM t WHERE id = '1'",
            "WITH d AS (DELETE FROM t WHERE id = 1 RETURNING *) INSERT INTO u SELECT * FROM d",
            "WITH d AS (SELECT id FROM t LIMIT 1000) DELETE FROM t USING d WHERE t.id = d.id",
            "WITH d AS (SELECT id FROM t LIMIT 1000) DELETE FROM t WHERE id IN (SELECT id FROM d)",
            "WITH d AS (SELECT id FROM t LIMIT 1000) UPDATE t SET a = 1 FROM d WHERE t.id = d.id",
            "WITH d AS (INSERT INTO t (a) VALUES (1) RETURNING id) INSERT INTO u SELECT id FROM d",
            "UPDATE users SET a = 1 WHERE user_id = $1 AND b = 2",
            "DELETE FROM entries WHERE entry_id = 5",
            "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b)); DELETE FROM t WHERE b = 1 AND t.a = 2",
            "CREATE TABLE t (a int PRIMARY KEY, b text UNIQUE); DELETE FROM t WHERE b = 'x'",
            "INSERT INTO t VALUES (1)",
            "INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT DO NOTHING",
            "INSERT INTO t SELECT 1",
            "INSERT INTO t SELECT * FROM u LIMIT 10",
            "DELETE FROM t WHERE id IN ('1', '2')",
            "DELETE FROM t WHERE id = ANY($1)",
            "UPDATE t SET a = 1 WHERE t.id = SOME (ARRAY[$1, $2]::uuid[])",
            "UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000)",
            "INSERT INTO t DEFAULT VALUES",
            "INSERT INTO t SELECT 'x', count(*) FROM u",
            "INSERT INTO t (a) SELECT coalesce(max(a), 0) + 1 FROM t WHERE b > 2",
        ] {
            assert!(!warns(sql), "{sql}");
        }
    }
}
