use crate::finding::{Check, Findings, Rule};
use crate::grammar::NodeKind;
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
    options(statement, found);
    crate::parse::skip_explain(&mut cursor);
    if cursor.at_end()
        || cursor.is_punct("(")
        || cursor.is_any(&["SELECT", "VALUES", "TABLE", "WITH", "INSERT", "UPDATE", "DELETE"])
    {
        return;
    }
    let as_query = !cursor.is("CREATE") || {
        let mut ahead = cursor;
        ahead.skip_until(|cursor| cursor.is("AS"));
        !ahead.at_end()
    };
    // What cannot be explained at all is a syntax error, which is told as such.
    let refused = REFUSED.iter().find_map(|(words, server)| Some((words, server, cursor.eat(words)?)));
    if let Some((words, server, span)) = refused.filter(|_| as_query) {
        let finding = found.at(span);
        finding.message(format!("`{words}` is not supported, and cannot be explained either"));
        if !server.is_empty() {
            finding.server(*server);
        }
    }
}

/// The options in parentheses, which the grammar takes whatever they are called.
fn options(statement: &Statement<'_>, found: &mut Findings<'_>) {
    const OPTIONS: &[&str] = &[
        "ANALYZE",
        "ANALYSE",
        "VERBOSE",
        "COSTS",
        "SETTINGS",
        "GENERIC_PLAN",
        "BUFFERS",
        "WAL",
        "TIMING",
        "SUMMARY",
        "FORMAT",
    ];
    let read = statement.part().is_some_and(|root| root.is(NodeKind::Explain));
    let mut cursor = statement.cursor();
    cursor.advance();
    let Some(inner) = cursor.parens().filter(|_| read) else { return };
    let mut options = cursor.within(inner);
    if options.is_any(&["SELECT", "VALUES", "TABLE", "WITH"]) || options.is_punct("(") {
        return;
    }
    while !options.at_end() {
        let Some(name) = options.ident() else { return };
        if !OPTIONS.iter().any(|known| name.value.eq_ignore_ascii_case(known)) {
            found
                .at(name.span)
                .message(format!("EXPLAIN has no option `{}`", name.value))
                .answer("42601", format!("unrecognized EXPLAIN option \"{}\"", name.value))
                .help("leave it out");
            return;
        }
        options.skip_until(|cursor| cursor.is_punct(","));
        options.advance();
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_is_explained() {
        for (sql, place) in [
            ("EXPLAIN (ANALYZE, COSTS OFF) CREATE TABLE x AS SELECT 1", "CREATE TABLE"),
            ("EXPLAIN VERBOSE EXECUTE p", "EXECUTE"),
        ] {
            finds(&RULE, sql, place);
        }
        accepts("EXPLAIN (SELECT 1)");
        accepts("EXPLAIN ANALYZE VERBOSE WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a LIMIT 1");
    }
}
