use crate::ast::{ColumnClauseKind, IndexOptionKind, Kind, TokenRange};
use crate::catalog::builtin::never_immutable;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "immutable-expression",
    title: "this expression must not change from one moment to the next",
    why: "What an index or a generated column stores is computed once. A function whose result depends on the clock, \
          the session or chance cannot be part of it; neither can a query, an aggregate or a window function.",
    wrong: "CREATE INDEX ASYNC recent_idx ON items (id) WHERE created_at > now();",
    right: "CREATE INDEX ASYNC recent_idx ON items (id) WHERE created_at > '2026-01-01 00:00:00+00';",
    sqlstate: "42P17",
    evidence: &[
        "dsql-lint 0.2.22 cluster fixtures (random, now)",
        "PostgreSQL: function volatility categories",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::CreateIndex(index) => {
            for key in index.keys.iter().filter(|key| key.column.is_none()) {
                expression(statement, key.expression, "index expression", found);
            }
            for option in &index.options {
                if let IndexOptionKind::Where(predicate) = option.kind {
                    expression(statement, predicate, "index predicate", found);
                }
            }
        }
        Kind::CreateTable(_) => {
            for clause in statement.columns().flat_map(|column| &column.clauses) {
                if let ColumnClauseKind::Generated(range) = clause.kind {
                    expression(statement, range, "generation expression", found);
                }
            }
        }
        _ => {}
    }
}

fn expression(statement: &Statement<'_>, range: TokenRange, what: &str, found: &mut Findings<'_>) {
    for call in statement.calls_in(range) {
        let name = call.name.object();
        let keyword = crate::calls::KEYWORD_FUNCTIONS.iter().any(|word| name.eq_ignore_ascii_case(word));
        let own = call.name.schema().is_none_or(|schema| schema.value == "pg_catalog");
        let changes = own && never_immutable(name) && !found.schema().has_function(None, name);
        if changes || (keyword && call.keyword) {
            let finding = found.at(call.span);
            finding.message(format!("`{name}` changes from one moment to the next"));
            finding.server(if what.starts_with("generation") {
                "generation expression is not immutable".to_owned()
            } else {
                format!("functions in {what} must be marked IMMUTABLE")
            });
            finding.help(
                "compute the value when the row is written, in a column with a DEFAULT, and use that column",
            );
        }
    }
    let of_the_set = |name: &str| found.schema().has_function(None, name);
    let plural = if what.starts_with("generation") {
        "column generation expressions".to_owned()
    } else {
        format!("{what}s")
    };
    let singular = plural.trim_end_matches('s').to_owned();
    for (kind, span) in crate::expr::misplaced(statement, range, of_the_set) {
        let (sqlstate, words) = kind.answer(&singular, &plural);
        found
            .at(span)
            .message(format!("{} cannot stand in an {what}", kind.noun()))
            .answer(sqlstate, words)
            .help("keep the value in a column of the table");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn keys_predicates_and_generated_columns() {
        finds(&RULE, "CREATE INDEX ASYNC i ON t (a, (random() * b))", "random");
        finds(&RULE, "CREATE INDEX ASYNC i ON t (a) WHERE b < CURRENT_DATE", "CURRENT_DATE");
        finds(&RULE, "CREATE INDEX ASYNC i ON t (a) WHERE b = system_user", "system_user");
        finds(
            &RULE,
            "CREATE TABLE t (a int, b text GENERATED ALWAYS AS (a || pg_catalog.clock_timestamp()) STORED)",
            "pg_catalog.clock_timestamp",
        );
        finds(&RULE, "CREATE INDEX ASYNC i ON t (a) WHERE b IN (SELECT c FROM u)", "SELECT");
        finds(&RULE, "CREATE INDEX ASYNC i ON t ((a IN (TABLE u)))", "TABLE");
        finds(&RULE, "CREATE INDEX ASYNC i ON t (max(a))", "max");
        finds(&RULE, "CREATE INDEX ASYNC i ON t ((rank() OVER (ORDER BY a)))", "OVER");
        finds(&RULE, "CREATE INDEX ASYNC i ON t (a) WHERE generate_series(1, a) > 1", "generate_series");
        accepts("CREATE INDEX ASYNC max ON t (max, count, (min + 1))");
        accepts(
            "CREATE INDEX ASYNC i ON t (lower(a), (b::text), (coalesce(c, 'now')), \"now\") WHERE d IS NOT NULL AND e > 3",
        );
        accepts(
            "CREATE TABLE t (a timestamptz DEFAULT now(), b uuid DEFAULT gen_random_uuid(), c int GENERATED ALWAYS AS (length('x')) STORED)",
        );
    }
}
