use crate::ast::{DmlVerb, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unbounded-change",
    title: "this may change more than 3,000 rows",
    why: "A transaction on DSQL changes 3,000 rows at most; the 3,001st fails the statement, on the day when the table \
          has grown. Rows that a foreign key's ON DELETE or ON UPDATE changes count too.",
    wrong: "UPDATE items SET shelf = 'read';",
    right: "UPDATE items SET shelf = 'read' WHERE id IN (SELECT id FROM items WHERE shelf = 'wanted' LIMIT 3000);",
    evidence: &["live recordings 2026-09-18, probes row_cap, row_cap_boundary and row_cap_implicit"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if !matches!(statement.kind(), Kind::Dml(_)) {
        return;
    }
    let mut cursor = statement.cursor();
    // The queries of a WITH that may give many rows, and the names of those that do not.
    let mut small = Vec::new();
    if cursor.eat("WITH").is_some() {
        cursor.eat("RECURSIVE");
        while let Some(name) = cursor.ident() {
            cursor.ident_list();
            cursor.eat("AS");
            cursor.eat("NOT");
            cursor.eat("MATERIALIZED");
            let Some(inner) = cursor.parens() else { return };
            let body = cursor.within(inner);
            // What a change returns is as much as it changes, which is said where it stands.
            let changes = change(statement, body, &small, found);
            if changes || has_limit(body) || !reads_a_table(body) {
                small.push(name.value);
            }
            if cursor.eat_punct(",").is_none() {
                break;
            }
        }
    }
    change(statement, cursor, &small, found);
}

/// Judges a change; `small` are queries that give few rows. Whether it is one.
fn change(
    statement: &Statement<'_>,
    mut cursor: Cursor<'_>,
    small: &[String],
    found: &mut Findings<'_>,
) -> bool {
    let whole = cursor;
    let verb = match () {
        () if cursor.is("UPDATE") => DmlVerb::Update,
        () if cursor.is("DELETE") => DmlVerb::Delete,
        () if cursor.is("INSERT") => DmlVerb::Insert,
        () => return false,
    };
    let head = cursor.span();
    let table = table(cursor);
    let joins_small = |mut cursor: Cursor<'_>| {
        cursor.skip_until(|cursor| {
            small.iter().any(|name| {
                let mut ahead = *cursor;
                cursor.last_text() != "." && ahead.ident().is_some_and(|ident| ident.value == *name)
            })
        });
        !cursor.at_end()
    };
    let bounded = match verb {
        DmlVerb::Update | DmlVerb::Delete => {
            cursor.skip_until(|cursor| {
                cursor.is_any(&["USING", "FROM"]) && !cursor.last_text().eq_ignore_ascii_case("DELETE")
            });
            let joined = !cursor.at_end() && joins_small(cursor);
            let mut cursor = whole;
            cursor.skip_until(|cursor| cursor.is("WHERE"));
            !cursor.at_end() && (joined || is_bounded(cursor, &table, found) || reads_small(cursor, small))
        }
        _ => {
            cursor.skip_until(|cursor| {
                cursor.is_any(&["SELECT", "VALUES", "DEFAULT", "TABLE", "WITH"]) || cursor.is_punct("(")
            });
            if cursor.is_punct("(") {
                // The list of columns, or a query in parentheses.
                cursor.skip_until(|cursor| {
                    cursor.is_any(&["SELECT", "VALUES", "DEFAULT", "TABLE", "WITH", "OVERRIDING"])
                });
            }
            let reads = cursor.is("SELECT") || cursor.is("TABLE");
            let mut source = cursor;
            source.skip_until(|cursor| cursor.is("FROM"));
            source.advance();
            let source = source.name().map_or_else(String::new, |name| name.object().to_owned());
            !reads
                || !reads_a_table(cursor)
                || has_limit(cursor)
                || small.contains(&source)
                || is_bounded(cursor, &source, found)
        }
    };
    if !bounded {
        let help = slices(statement, whole, verb, found.domains().keys(&table).and_then(<[_]>::first));
        found.at(head).help(help);
    }
    true
}

/// Whether a condition compares with what a query of few rows gives: `id IN (SELECT id FROM d)`.
fn reads_small(mut cursor: Cursor<'_>, small: &[String]) -> bool {
    while !cursor.at_end() {
        if cursor.eat("FROM").is_some() {
            let name = cursor.name();
            if name.is_some_and(|name| name.parts.len() == 1 && small.iter().any(|one| one == name.object()))
            {
                return true;
            }
        } else {
            cursor.advance();
        }
    }
    false
}

/// The name of the table that UPDATE or DELETE changes.
fn table(mut cursor: Cursor<'_>) -> String {
    cursor.advance();
    cursor.eat("FROM");
    cursor.eat("ONLY");
    cursor.name().map_or_else(String::new, |name| name.object().to_owned())
}

/// Whether a condition names single rows: equalities with values over a whole key, a list of values, or a query with
/// LIMIT. What it cannot tell it takes for unbounded; the finding is a warning.
fn is_bounded(mut cursor: Cursor<'_>, table: &str, found: &Findings<'_>) -> bool {
    let value = |cursor: &Cursor<'_>, ahead| {
        cursor.nth(ahead).is_some_and(|token| {
            matches!(
                token.kind,
                TokenKind::String
                    | TokenKind::EscapeString
                    | TokenKind::Number
                    | TokenKind::Param
                    | TokenKind::DollarString
            )
        })
    };
    let mut equal = Vec::new();
    while !cursor.at_end() {
        if cursor.is_punct("=") && value(&cursor, 1) {
            let mut back = cursor;
            back.back();
            equal.extend(back.ident().map(|name| name.value));
        }
        if cursor.is("IN") && cursor.punct_at(1, "(") && value(&cursor, 2) {
            return true;
        }
        if cursor.is("LIMIT") {
            return true;
        }
        cursor.advance();
    }
    match found.domains().keys(table) {
        Some(keys) => {
            keys.iter().any(|key| !key.is_empty() && key.iter().all(|column| equal.contains(column)))
        }
        // The set does not make the table: these are what keys are called.
        None => equal.iter().any(|column| is_called_a_key(column, table)),
    }
}

/// `id`, `uuid`, `key`, and `order_id` of a table `orders`.
fn is_called_a_key(column: &str, table: &str) -> bool {
    let of_table = column.strip_suffix("_id").is_some_and(|start| {
        let plural = [table, table.trim_end_matches('s'), table.trim_end_matches("es")];
        plural.contains(&start) || table.strip_suffix("ies").is_some_and(|stem| format!("{stem}y") == start)
    });
    of_table || matches!(column, "id" | "uuid" | "key" | "email" | "version")
}

fn has_limit(mut cursor: Cursor<'_>) -> bool {
    cursor.skip_until(|cursor| cursor.is("LIMIT") || cursor.are("FETCH FIRST") || cursor.are("FETCH NEXT"));
    !cursor.at_end()
}

fn reads_a_table(mut cursor: Cursor<'_>) -> bool {
    if cursor.is("TABLE") {
        return true;
    }
    cursor.skip_until(|cursor| cursor.is("FROM"));
    cursor.advance();
    !cursor.at_end() && !cursor.is_any(&["GENERATE_SERIES", "UNNEST"]) && !cursor.is_punct("(")
}

fn slices(statement: &Statement<'_>, whole: Cursor<'_>, verb: DmlVerb, key: Option<&Vec<String>>) -> String {
    let mut cursor = whole;
    cursor.advance();
    let mut joined = cursor;
    joined.eat("FROM");
    joined.skip_until(|cursor| cursor.is("USING") || cursor.is("FROM") || cursor.is("WHERE"));
    if verb != DmlVerb::Insert && (joined.is("USING") || joined.is("FROM")) {
        return "where the table may have more than 3,000 such rows, change them in slices by its key, each in a transaction \
                of its own"
            .to_owned();
    }
    if verb == DmlVerb::Insert {
        return "where the source may have more than 3,000 rows, copy them in slices by the source's key: \
                … WHERE key > $last ORDER BY key LIMIT 3000"
            .to_owned();
    }
    cursor.eat("FROM");
    cursor.eat("ONLY");
    let table = cursor.name().map_or_else(|| "t".to_owned(), |name| statement.slice(name.span()).to_owned());
    let mut condition = whole;
    condition.skip_until(|cursor| cursor.is("WHERE") || cursor.is("RETURNING"));
    let condition = statement.range_text(condition.skip_until(|cursor| cursor.is("RETURNING")));
    let condition = if condition.is_empty() { String::new() } else { format!(" {condition}") };
    let columns = key.map(|key| key.iter().map(|name| helpers::quoted(name)).collect::<Vec<_>>().join(", "));
    let (lead, row, columns) = match (columns, key) {
        (Some(columns), Some(key)) if key.len() > 1 => {
            (format!("its key ({columns})"), format!("({columns})"), columns)
        }
        (Some(columns), Some(key)) if key.len() == 1 => {
            (format!("its key `{columns}`"), columns.clone(), columns)
        }
        _ => (
            "its key (`key` stands for the columns of the primary key)".to_owned(),
            "key".to_owned(),
            "key".to_owned(),
        ),
    };
    let verb = if verb == DmlVerb::Update { "UPDATE … SET …" } else { "DELETE …" };
    format!(
        "where the table may have more than 3,000 such rows, change them in slices by {lead}:\n\
         {verb} WHERE {row} IN (SELECT {columns} FROM {table}{condition} LIMIT 3000);  -- again until it changes none"
    )
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
            "DELETE FROM t WHERE created_at < now()",
            "UPDATE t SET a = 1 WHERE user_id = $1",
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
            "WITH d AS (SELECT id FROM t LIMIT 3000) DELETE FROM t USING d WHERE t.id = d.id",
            "WITH d AS (SELECT id FROM t LIMIT 3000) DELETE FROM t WHERE id IN (SELECT id FROM d)",
            "WITH d AS (SELECT id FROM t LIMIT 3000) UPDATE t SET a = 1 FROM d WHERE t.id = d.id",
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
            "UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 3000)",
            "INSERT INTO t DEFAULT VALUES",
        ] {
            assert!(!warns(sql), "{sql}");
        }
    }

    #[test]
    fn the_help_names_the_key() {
        let help = |sql: &str| {
            let found = findings_in(sql, Dialect::LATEST);
            found.into_iter().find(|one| one.rule == &RULE).and_then(|one| one.help).unwrap_or_default()
        };
        let of_two =
            help("CREATE TABLE t (a int, \"B\" int, PRIMARY KEY (a, \"B\")); DELETE FROM t WHERE a > 1");
        assert!(
            of_two.contains("WHERE (a, \"B\") IN (SELECT a, \"B\" FROM t WHERE a > 1 LIMIT 3000)"),
            "{of_two}"
        );
        let of_one = help("CREATE TABLE s.t (code text PRIMARY KEY); UPDATE s.t SET a = 1");
        assert!(of_one.contains("WHERE code IN (SELECT code FROM s.t LIMIT 3000)"), "{of_one}");
        assert!(help("DELETE FROM t").contains("`key` stands for"));
        let in_with = help("WITH d AS (DELETE FROM t WHERE a > 1 RETURNING *) SELECT * FROM d WHERE b");
        assert!(in_with.contains("FROM t WHERE a > 1 LIMIT 3000)"), "{in_with}");
    }
}
