//! What PostgreSQL's analysis says of names, types and shapes.

use super::{clean, found};

/// What PostgreSQL's analysis refuses, and PostgreSQL 16 was asked.
#[test]
fn what_the_analysis_refuses() {
    const TABLES: &str = "CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL, name text, at timestamptz, n int, ok boolean, meta jsonb)";
    let mut wrong = Vec::new();
    for (sql, expected) in [
        ("SELECT nope", "unknown-column 42703 nope"),
        ("CREATE VIEW v AS SELECT $1::int AS x", "parameter 42P02 $1"),
        ("INSERT INTO users (id, email) SELECT 1, 'a'", "value-type 42804 1"),
        ("INSERT INTO users (email) VALUES (\"bob\")", "unknown-column 42703 \"bob\""),
        ("SELECT email users", "unknown-column 42703 email"),
        ("COPY (SELECT nope FROM users) TO STDOUT", "unknown-column 42703 nope"),
        ("SELECT a.b", "unknown-relation 42P01 a"),
        ("SELECT a.b.c.d.e FROM users", "unknown-column 42601 a.b.c.d.e"),
        ("INSERT INTO users (email) VALUES ('a') RETURNING new.id", "unknown-relation 42P01 new"),
        ("CREATE DOMAIN d AS int CHECK (x > 1)", "unknown-column 42703 x"),
        ("SELECT x.public.users.id FROM public.users", "qualified-name 0A000 x.public.users.id"),
        (
            "SELECT 1 FROM users WHERE email IN (SELECT email, name FROM users)",
            "query-shape 42601 SELECT email, name FROM users",
        ),
        ("SELECT (1, 2) IN (SELECT 1)", "query-shape 42601 SELECT 1"),
        ("SELECT ROW(1, 2) = ROW(1, 2, 3)", "query-shape 42601 ROW(1, 2, 3)"),
        ("UPDATE users SET (n, name) = (SELECT 1) WHERE id IS NULL", "query-shape 42601 SELECT 1"),
        ("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql RETURN b", "unknown-column 42703 b"),
        ("WITH a (x, y) AS (SELECT 1) SELECT 1", "query-shape 42P10 a"),
        ("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1", "query-shape 42712 a"),
        ("SELECT nofunction(n) FROM users", "unknown-function - nofunction"),
        ("SELECT now(1)", "unknown-function 42883 now"),
        ("SELECT count() FROM users", "unknown-function 42809 count"),
        ("SELECT row_number() FROM users", "unknown-function 42809 row_number"),
        ("SELECT lower(name) OVER () FROM users", "unknown-function 42809 lower"),
        ("SELECT 1 FROM users WHERE n == 1", "unknown-function - =="),
        ("SELECT n FROM users UNION SELECT n, name FROM users", "query-shape 42601 n, name"),
        ("SELECT * FROM users ORDER BY 9", "query-shape 42P10 9"),
        ("SELECT n FROM users GROUP BY 5", "query-shape 42P10 5"),
        ("SELECT * FROM users LIMIT n", "query-shape 42P10 n"),
        ("SELECT DISTINCT email FROM users ORDER BY n", "query-shape 42P10 n"),
        ("SELECT email FROM users GROUP BY n", "query-shape 42803 email"),
        ("SELECT users.email, count(*) FROM users", "query-shape 42803 users.email"),
        ("SELECT 1 FROM users WHERE n = 'abc'", "value-type 22P02 'abc'"),
        ("SELECT 1 FROM users WHERE id IN ('abc')", "value-type 22P02 'abc'"),
        ("SELECT 1 FROM users WHERE n", "value-type 42804 n"),
        ("UPDATE users SET ok = n AND ok WHERE id = gen_random_uuid()", "value-type 42804 n"),
        ("SELECT CASE WHEN n THEN 1 END FROM users", "value-type 42804 n"),
        ("INSERT INTO users (id, email, at) VALUES (gen_random_uuid(), 'a', 'soon')", "value-type 22007 at"),
        (
            "INSERT INTO users (id, email, meta) VALUES (gen_random_uuid(), 'a', '{bad')",
            "value-type 22P02 meta",
        ),
        ("CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT 'abc')", "value-type 22P02 'abc'"),
        ("CREATE TABLE t (id int PRIMARY KEY, CHECK (id))", "value-type 42804 id"),
        ("CREATE TABLE t (id int PRIMARY KEY, a int CHECK (a = 'x'))", "value-type 22P02 'x'"),
        ("CREATE VIEW a AS SELECT count(*) AS c FROM users; INSERT INTO a VALUES (1)", "wrong-kind 55000 a"),
        ("ALTER TABLE users ALTER CONSTRAINT users_pkey DEFERRABLE", "wrong-kind 42809 users_pkey"),
    ] {
        let found = found(&[TABLES, sql]);
        if found != [expected] {
            wrong.push(format!("{sql}: {found:?} instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What only looks like it.
#[test]
fn what_the_analysis_takes() {
    const TABLES: &str = "CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL, name text, at timestamptz, n int, ok boolean, meta jsonb); CREATE TABLE posts (id uuid PRIMARY KEY, user_id uuid, title text)";
    for sql in [
        "SELECT count(*), max(n), min(at) FROM users WHERE ok AND NOT (n = 1 OR name IS NULL)",
        "SELECT email, count(*) FROM users GROUP BY email HAVING count(*) > 1 ORDER BY 2, max(n)",
        "SELECT lower(email) AS e, count(*) FROM users GROUP BY e",
        "SELECT lower(email), count(*) FROM users GROUP BY 1",
        "SELECT lower(email), count(*) FROM users GROUP BY lower(email)",
        "SELECT u.id, u.email, count(p.id) FROM users u LEFT JOIN posts p ON p.user_id = u.id GROUP BY u.id",
        "SELECT email, n, count(*) FROM users GROUP BY GROUPING SETS ((email), (n))",
        "SELECT n, sum(n) OVER (PARTITION BY email), row_number() OVER (ORDER BY n) FROM users",
        "SELECT (SELECT count(*) FROM posts p WHERE p.user_id = u.id), u.email FROM users u",
        "SELECT DISTINCT email AS e FROM users ORDER BY e",
        "SELECT DISTINCT u.email FROM users u ORDER BY email",
        "SELECT DISTINCT ON (email) email, n FROM users ORDER BY email, at DESC",
        "SELECT 1 UNION ALL SELECT n FROM users ORDER BY 1 LIMIT 10 OFFSET 2 * 3",
        "SELECT name FROM users u WHERE n IN (1, 2) AND n = '3' AND at > '2026-01-01' AND at < 'now' AND ok = 'yes' AND id = '00000000-0000-0000-0000-000000000000'",
        "SELECT u.n, name(u), text(n), date(at), int4(n) FROM users u",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n), mode() WITHIN GROUP (ORDER BY name), string_agg(name, ',' ORDER BY name) FROM users",
        "SELECT json_build_object('a', n, 'b', name), concat(n, name), format('%s', n), greatest(n, 1), nullif(n, 1) FROM users",
        "SELECT make_interval(days => 3), jsonb_path_query_first(meta, '$.a'), meta @> '{}', meta ->> 'a', meta ? 'b', name ~* 'a', name !~~ 'b' FROM users",
        "SELECT x FROM generate_series(1, 3) AS x; SELECT * FROM unnest(ARRAY[1, 2]) WITH ORDINALITY",
        "SELECT now(), current_date, gen_random_uuid(), pg_catalog.lower('A'), 1 OPERATOR(pg_catalog.+) 2",
        "SELECT CASE n WHEN 1 THEN 'a' END, CASE WHEN ok THEN 1 ELSE 2 END FROM users",
        "INSERT INTO users (id, email, n, ok, meta, at) VALUES (gen_random_uuid(), 'a', '3', 'on', ' [1, \"{\"] ', 'tomorrow')",
        "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT '1', b uuid DEFAULT gen_random_uuid(), c jsonb DEFAULT '{}', d boolean DEFAULT 't', e timestamptz DEFAULT 'now', f text DEFAULT 1, CHECK (a > 1 AND d))",
        "CREATE DOMAIN d AS text CHECK (VALUE <> '' AND value ~ 'x')",
        "CREATE VIEW v AS SELECT id, lower(email) AS e FROM users; INSERT INTO v (id) VALUES (gen_random_uuid())",
        "CREATE FUNCTION f(a int, b int DEFAULT 1) RETURNS int LANGUAGE sql RETURN a + b; SELECT f(1), f(1, 2), f(n) FROM users",
        "CREATE FUNCTION g(int, text, OUT a int, INOUT b int DEFAULT 1) LANGUAGE sql AS 'SELECT 1, 2'",
        "SET search_path = app, public; SELECT whatever(1)",
    ] {
        clean(&[TABLES, sql]);
    }
}

/// What an index or a generated column stores: PostgreSQL 16 was asked.
#[test]
fn what_is_stored_is_always_the_same() {
    const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, at timestamptz, d date, ts timestamp, tx text, n int, iv interval)";
    let mut wrong = Vec::new();
    for (expression, changes) in [
        ("date(at)", true),
        ("date(ts)", false),
        ("(at::date)", true),
        ("(ts::date)", false),
        ("(at::text)", true),
        ("(d::text)", true),
        ("(n::text)", false),
        ("(tx::timestamptz)", true),
        ("(tx::int)", false),
        ("(tx::date)", true),
        ("(d::timestamptz)", true),
        ("(d::timestamp)", false),
        ("date_trunc('day', at)", true),
        ("date_trunc('day', ts)", false),
        ("date_trunc('day', at, 'UTC')", false),
        ("date_part('year', at)", true),
        ("(EXTRACT(year FROM at))", true),
        ("(EXTRACT(year FROM ts))", false),
        ("(at + interval '1 day')", true),
        ("(ts + interval '1 day')", false),
        ("(at AT TIME ZONE 'UTC')", false),
        ("((at AT TIME ZONE 'UTC')::date)", false),
        ("(tx || n)", false),
        ("(tx || 'x')", false),
        ("(tx || tx)", false),
        ("lower(tx)", false),
        ("to_char(ts, 'YYYY')", true),
        ("concat(tx, 'a')", true),
        ("md5(tx)", false),
        ("length(tx)", false),
        ("age(at, at)", false),
        ("age(at)", true),
        ("(at > d)", true),
        ("(at > at)", false),
        ("coalesce(tx, 'a')", false),
        ("abs(n)", false),
    ] {
        let sql = format!("CREATE INDEX ASYNC ON t ({expression})");
        let found = found(&[TABLE, &sql]);
        if found.iter().any(|one| one.starts_with("immutable-expression 42P17")) != changes
            || !changes && !found.is_empty()
        {
            wrong.push(format!("{expression}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
