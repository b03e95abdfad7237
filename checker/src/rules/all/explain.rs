use crate::rules::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "explain",
    title: "this statement has no plan to explain",
    why: "EXPLAIN shows the plan of a query or of a statement that changes rows. PostgreSQL explains a few others, none \
          of which DSQL has.",
    wrong: "EXPLAIN CREATE TABLE recent AS SELECT 1 AS id;",
    right: "EXPLAIN SELECT 1 AS id;",
    help: "explain the query itself",
    evidence: &["PostgreSQL: EXPLAIN", "live recordings 2026-09-18, probes create_table_as and q_merge"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// What PostgreSQL explains and DSQL does not have, with the server's words where they are known.
const REFUSED: &[(&str, &str)] = &[
    ("MERGE", "unsupported statement type: MERGE"),
    ("CREATE TABLE", "unsupported statement: CreateTableAs"),
    ("CREATE TEMP TABLE", "unsupported statement: CreateTableAs"),
    ("CREATE TEMPORARY TABLE", "unsupported statement: CreateTableAs"),
    ("CREATE UNLOGGED TABLE", "unsupported statement: CreateTableAs"),
    ("CREATE MATERIALIZED VIEW", "unsupported statement: CreateTableAs"),
    ("REFRESH MATERIALIZED VIEW", ""),
    ("DECLARE", "unsupported statement: DeclareCursor"),
    ("EXECUTE", ""),
];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if !cursor.is("EXPLAIN") {
        return;
    }
    crate::parse::skip_explain(&mut cursor);
    if cursor.at_end()
        || cursor.is_punct("(")
        || cursor.is_any(&["SELECT", "VALUES", "TABLE", "WITH", "INSERT", "UPDATE", "DELETE"])
    {
        return;
    }
    let start = cursor.span();
    let near = statement.slice(start);
    let definition = REFUSED.iter().find(|(words, _)| cursor.are(words));
    let as_query = !near.eq_ignore_ascii_case("CREATE") || {
        let mut ahead = cursor;
        ahead.skip_until(|cursor| cursor.is("AS"));
        !ahead.at_end()
    };
    match definition.filter(|_| as_query) {
        Some((words, server)) => {
            let finding = found.at(start);
            finding.message(format!("`{words}` is not supported, and cannot be explained either"));
            if !server.is_empty() {
                finding.server(*server);
            }
        }
        None => {
            found.at(start).answer("42601", format!("syntax error at or near \"{near}\""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_is_explained() {
        for (sql, place) in [
            ("EXPLAIN (ANALYZE, COSTS OFF) CREATE TABLE x AS SELECT 1", "CREATE"),
            ("EXPLAIN TRUNCATE t", "TRUNCATE"),
            ("EXPLAIN CREATE TABLE t (a int)", "CREATE"),
            ("EXPLAIN VERBOSE EXECUTE p", "EXECUTE"),
            ("EXPLAIN SHOW search_path", "SHOW"),
        ] {
            finds(&RULE, sql, place);
        }
        accepts("EXPLAIN (SELECT 1)");
        accepts("EXPLAIN ANALYZE VERBOSE WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a LIMIT 1");
    }
}
