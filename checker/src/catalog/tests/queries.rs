//! Names in queries; each wrong one and its answer was compared with a PostgreSQL 15.

use super::{clean, found, help};

const TABLE: &str = "CREATE TABLE items (id int PRIMARY KEY, title text NOT NULL, note text, size int);";
const OTHER: &str = "CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE);";

#[test]
fn names_that_mean_nothing() {
    for (wrong, finding) in [
        ("SELECT zzz.id FROM items", "unknown-relation 42P01 zzz"),
        ("SELECT items.id FROM items i", "unknown-relation 42P01 items"),
        ("DELETE FROM items WHERE x.id = 1", "unknown-relation 42P01 x"),
        ("SELECT x.* FROM items", "unknown-relation 42P01 x"),
        ("SELECT i.id FROM items i JOIN people p ON p.id = j.size", "unknown-relation 42P01 j"),
        ("SELECT l.y FROM items i, (SELECT i.id AS y) AS l", "unknown-relation 42P01 i"),
        ("SELECT 1 FROM items, people p JOIN people q ON q.id = items.id", "unknown-relation 42P01 items"),
        (
            "UPDATE items i SET note = people.name FROM people WHERE people.id = items.id",
            "unknown-relation 42P01 items",
        ),
        ("SELECT id FROM items ORDER BY titel", "unknown-column 42703 titel"),
        ("SELECT id AS x FROM items ORDER BY x + 1", "unknown-column 42703 x"),
        ("SELECT count(*) FROM items GROUP BY titel", "unknown-column 42703 titel"),
        ("SELECT title AS t FROM items WHERE t = 'a'", "unknown-column 42703 t"),
        ("SELECT title, count(*) AS c FROM items GROUP BY title HAVING c > 1", "unknown-column 42703 c"),
        ("SELECT id FROM items UNION SELECT size FROM items ORDER BY title", "unknown-column 42703 title"),
        ("SELECT s.title FROM (SELECT id FROM items) AS s", "unknown-column 42703 title"),
        ("SELECT s.id FROM (SELECT id, title FROM items) AS s (a, b)", "unknown-column 42703 id"),
        ("SELECT i.id FROM items AS i (a, b)", "unknown-column 42703 id"),
        ("SELECT s.a FROM (SELECT id FROM items) AS s (a, b)", "unknown-column 42P10 s"),
        ("WITH c (a) AS (SELECT id FROM items) SELECT c.id FROM c", "unknown-column 42703 id"),
        (
            "WITH a AS (SELECT id FROM items), b AS (SELECT a.note FROM a) SELECT * FROM b",
            "unknown-column 42703 note",
        ),
        (
            "WITH d AS (DELETE FROM items WHERE id = 1 RETURNING id) SELECT d.title FROM d",
            "unknown-column 42703 title",
        ),
        (
            "WITH RECURSIVE r AS (SELECT id AS n FROM items UNION ALL SELECT i.id FROM items i JOIN r ON i.size = r.m) SELECT n FROM r",
            "unknown-column 42703 m",
        ),
        ("SELECT l.x FROM items i, LATERAL (SELECT i.id AS y) AS l", "unknown-column 42703 x"),
        ("SELECT 1 FROM items JOIN people USING (name)", "unknown-column 42703 name"),
        ("SELECT column3 FROM (VALUES (1, 'x')) AS v", "unknown-column 42703 column3"),
        ("SELECT g FROM items i, generate_series(1, i.sise) AS g", "unknown-column 42703 sise"),
        ("INSERT INTO items (id, title) VALUES (1, 'a') RETURNING nope", "unknown-column 42703 nope"),
        (
            "SELECT row_number() OVER w FROM items WINDOW w AS (PARTITION BY kind)",
            "unknown-column 42703 kind",
        ),
        ("SELECT id FROM items, people", "ambiguous-name 42702 id"),
        ("SELECT 1 FROM items, items", "ambiguous-name 42712 items"),
        ("UPDATE items SET title = 'a' FROM items WHERE id = 1", "ambiguous-name 42712 items"),
        (
            "INSERT INTO items (id, title) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET note = note",
            "ambiguous-name 42702 note",
        ),
        ("SELECT nextval('missing')", "unknown-relation 42P01 'missing'"),
    ] {
        assert_eq!(found(&[TABLE, OTHER, wrong]), [finding], "{wrong}");
    }
    assert_eq!(help(&[TABLE, "SELECT items.id FROM items i"]), "here it is called `i`");
    assert_eq!(help(&[TABLE, "SELECT itms.id FROM items"]), "did you mean `items`?");
    assert_eq!(help(&[TABLE, "SELECT s.nte FROM (SELECT note FROM items) AS s"]), "did you mean `note`?");
}

#[test]
fn names_that_mean_something() {
    for right in [
        "SELECT id AS x FROM items ORDER BY x, size + 1",
        "SELECT title AS t, count(*) FROM items GROUP BY t HAVING max(size) > 1 ORDER BY count(*)",
        "SELECT id FROM items UNION SELECT size FROM items ORDER BY id",
        "SELECT s.id FROM (SELECT id, title FROM items) AS s ORDER BY title",
        "SELECT l.y FROM items i, LATERAL (SELECT i.id AS y) AS l",
        "SELECT id FROM items JOIN people USING (id) ORDER BY name, title",
        "SELECT id FROM items NATURAL JOIN people",
        "SELECT x.id FROM (items JOIN people USING (id)) AS x",
        "SELECT i.a, i.note FROM items AS i (a, b)",
        "SELECT (items).title, items IS NULL, row_to_json(items) FROM items",
        "SELECT a, b FROM (VALUES (1, 'x')) AS v (a, b) JOIN items ON items.id = v.a",
        "WITH RECURSIVE r (n, d) AS (SELECT id, 0 FROM items UNION ALL SELECT i.id, r.d + 1 FROM items i JOIN r ON i.size = r.n) SELECT n, max(d) FROM r GROUP BY n",
        "WITH d AS (DELETE FROM items WHERE id = 1 RETURNING id, title) INSERT INTO items (id, title) SELECT d.id + 1, d.title FROM d",
        "INSERT INTO items AS i (id, title) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET note = i.note || excluded.note WHERE i.size > excluded.size RETURNING i.id, title",
        "DELETE FROM items WHERE id IN (SELECT size FROM people)",
        "SELECT DISTINCT ON (size) id FROM items ORDER BY size, note DESC",
    ] {
        clean(&[TABLE, OTHER, right]);
    }
    clean(&[
        "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY, a int); CREATE TABLE t (id int PRIMARY KEY, b int)",
        "SELECT app.t.a, public.t.b FROM app.t, public.t",
    ]);
}

#[test]
fn columns_of_views() {
    let view = "CREATE VIEW v AS SELECT id, title FROM items;";
    for (wrong, finding) in [
        ("CREATE VIEW w AS SELECT id, id FROM items", "view-columns 42701 w"),
        ("CREATE VIEW w AS SELECT * FROM items i JOIN people p ON i.id = p.id", "view-columns 42701 w"),
        ("CREATE VIEW w (a, b) AS SELECT id FROM items", "view-query 42601 b"),
        ("CREATE VIEW w (a, b) AS SELECT * FROM (SELECT id FROM items) AS s", "view-columns 42601 b"),
        ("CREATE VIEW w (a, a) AS SELECT id, title FROM items", "view-columns 42701 a"),
        ("CREATE OR REPLACE VIEW v AS SELECT id FROM items", "view-columns 42P16 v"),
        ("CREATE OR REPLACE VIEW v AS SELECT id, title AS t FROM items", "view-columns 42P16 v"),
        ("CREATE OR REPLACE VIEW v AS SELECT id, size AS title FROM items", "view-columns 42P16 v"),
        ("CREATE OR REPLACE VIEW v AS SELECT title, id FROM items", "view-columns 42P16 v"),
        ("ALTER VIEW v RENAME COLUMN title TO id", "duplicate-object 42701 id"),
        ("INSERT INTO v (id, name) VALUES (1, 'a')", "unknown-column 42703 name"),
        ("INSERT INTO v VALUES (1, 'a', 'b')", "insert-values 42601 v"),
        (
            "CREATE VIEW w AS SELECT size, count(*) AS n FROM items GROUP BY size; DELETE FROM w WHERE n = 1",
            "wrong-kind 55000 w",
        ),
    ] {
        assert_eq!(found(&[TABLE, OTHER, view, wrong]), [finding], "{wrong}");
    }
    clean(&[
        TABLE,
        OTHER,
        view,
        "CREATE OR REPLACE VIEW v AS SELECT id, title, note FROM items; CREATE VIEW w (a) AS SELECT id, title FROM v; SELECT a, title FROM w; INSERT INTO v (id, title) VALUES (1, 'a'); CREATE VIEW x AS SELECT * FROM items JOIN people USING (id)",
    ]);
}

#[test]
fn values_that_a_column_cannot_have() {
    let table = "CREATE DOMAIN d AS text NOT NULL; CREATE TABLE t (id uuid PRIMARY KEY, ok boolean, n varchar(3), i int, m d DEFAULT '', g int GENERATED ALWAYS AS (i + 1) STORED);";
    let id = "'00000000-0000-4000-8000-000000000001'";
    for (wrong, finding) in [
        ("INSERT INTO t (id) VALUES ('nonsense')".to_owned(), "value-type 22P02 id"),
        ("INSERT INTO t (id) VALUES (1)".to_owned(), "value-type 42804 id"),
        (format!("INSERT INTO t (id, ok) VALUES ({id}, 1)"), "value-type 42804 ok"),
        (format!("INSERT INTO t (id, n) VALUES ({id}, 'toolong')"), "value-type 22001 n"),
        (format!("INSERT INTO t (id, i) VALUES ({id}, 'abc')"), "value-type 22P02 i"),
        (format!("INSERT INTO t (id, g) VALUES ({id}, 3)"), "insert-values 428C9 g"),
        ("UPDATE t SET g = 3 WHERE i = 1".to_owned(), "insert-values 428C9 g"),
        (format!("INSERT INTO t (id, m) VALUES ({id}, NULL)"), "missing-value 23502 t"),
    ] {
        assert_eq!(found(&[table, &wrong]), [finding], "{wrong}");
    }
    clean(&[
        table,
        &format!(
            "INSERT INTO t (id, ok, n, i, g) VALUES ({id}, 'yes', 'abc  ', ' 7 ', DEFAULT), ({id}, true, 5, -1, DEFAULT); UPDATE t SET g = DEFAULT WHERE i = 1; INSERT INTO t (id) VALUES ({id})"
        ),
    ]);
}

#[test]
fn functions_and_domains_in_use() {
    let f = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;";
    for (files, finding) in [
        (vec!["DROP FUNCTION f"], "unknown-object 42883 f"),
        (vec![f, "DROP FUNCTION f(text)"], "unknown-object 42883 f"),
        (
            vec![f, "CREATE FUNCTION f(b integer) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$"],
            "duplicate-object 42723 f",
        ),
        (
            vec![f, "CREATE OR REPLACE FUNCTION f(a int) RETURNS text LANGUAGE sql AS $$ SELECT 'a' $$"],
            "duplicate-object 42P13 f",
        ),
        (vec![f, "CREATE VIEW v AS SELECT f(1) AS a; DROP FUNCTION f"], "dependent-object 2BP01 f"),
        (
            vec![f, "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT f(1)); DROP FUNCTION f(int)"],
            "dependent-object 2BP01 f",
        ),
        (
            vec![
                TABLE,
                "CREATE FUNCTION g(x items) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$; DROP TABLE items",
            ],
            "dependent-object 2BP01 items",
        ),
        (
            vec![
                TABLE,
                "CREATE FUNCTION g(n int) RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE items SET size = n WHERE id = n; END",
                "ALTER TABLE items DROP COLUMN size",
            ],
            "dependent-object 2BP01 size",
        ),
        (vec!["CREATE DOMAIN a AS text; CREATE DOMAIN b AS a; DROP DOMAIN a"], "dependent-object 2BP01 a"),
        (vec!["CREATE DOMAIN a AS text; ALTER DOMAIN a DROP CONSTRAINT c"], "unknown-object 42704 c"),
        (
            vec!["CREATE SCHEMA app; CREATE DOMAIN app.d AS int; DROP SCHEMA app"],
            "dependent-object 2BP01 app",
        ),
    ] {
        assert_eq!(found(&files), [finding], "{files:?}");
    }
    clean(&[
        f,
        "CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql AS $$ SELECT 2 $$; DROP FUNCTION f(int); DROP FUNCTION f; DROP FUNCTION IF EXISTS f",
    ]);
    clean(&[
        f,
        "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT f(1)); ALTER TABLE t ALTER a DROP DEFAULT; DROP FUNCTION f",
    ]);
    clean(&[
        "CREATE DOMAIN a AS text CHECK (length(value) > 1); ALTER DOMAIN a DROP CONSTRAINT a_check; DROP DOMAIN a",
    ]);
}

#[test]
fn an_index_that_is_the_same_in_other_words() {
    let one = "CREATE INDEX ASYNC i ON items (size, note);";
    clean(&[TABLE, one, "CREATE INDEX ASYNC IF NOT EXISTS i ON items (size, note)"]);
    let index = |keys: &str| {
        let sql = format!("CREATE INDEX ASYNC IF NOT EXISTS i ON items {keys}");
        found(&[TABLE, one, &sql]).iter().filter(|one| one.starts_with("different")).count()
    };
    assert_eq!(index("USING btree (size ASC NULLS LAST, note ASC)"), 0);
    assert_eq!(index("(size, note) NULLS DISTINCT"), 0);
    assert_eq!(index("(size NULLS FIRST, note)"), 1);
    assert_eq!(index("(note, size)"), 1);
}

#[test]
fn what_a_review_found_wrongly_refused() {
    const BASE: &str = "CREATE TABLE users (id uuid PRIMARY KEY, email text NOT NULL, created_at timestamptz); \
        CREATE TABLE orders (id uuid PRIMARY KEY, user_id uuid, total int); \
        CREATE TABLE items (order_id uuid, line int, sku text, price int, PRIMARY KEY (order_id, line))";
    for sql in [
        "SELECT x.timezone FROM (SELECT created_at AT TIME ZONE 'utc' FROM users) x",
        "CREATE TABLE copies (order_id uuid PRIMARY KEY, line int, sku text, price int); \
         INSERT INTO copies (order_id, line, sku, price) SELECT (i).* FROM items i",
        "SELECT o.id FROM users u JOIN (orders o CROSS JOIN LATERAL (SELECT u.id AS z) s) ON o.user_id = u.id",
        "SELECT j.x FROM (users u JOIN orders o ON o.user_id = u.id) AS j (x) JOIN users u ON u.id = j.x",
        "SELECT row_to_json(j) FROM users JOIN orders USING (id) AS j WHERE j.id IS NOT NULL AND j IS NOT NULL",
        "WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT 1 AS n) SELECT n FROM a",
        "WITH RECURSIVE x (n) AS (WITH q AS (SELECT 1 AS m) SELECT m FROM q UNION ALL SELECT n + 1 FROM x WHERE n < 3) \
         SELECT n FROM x",
        "CREATE FUNCTION shown(u users) RETURNS text LANGUAGE sql AS 'SELECT u.email'; SELECT u.shown FROM users u",
    ] {
        clean(&[BASE, sql]);
    }
}

/// Each level read twice, or twice as many columns at each level, would be endless.
#[test]
fn nested_queries_take_no_time() {
    let mut nested = "(SELECT 1 AS n) q".to_owned();
    for _ in 0..40 {
        nested = format!(
            "(WITH RECURSIVE a AS (SELECT * FROM {nested} UNION ALL SELECT * FROM a) SELECT * FROM a) q"
        );
    }
    clean(&[&format!("SELECT * FROM {nested}")]);
    let doubled: Vec<String> =
        (1..40).map(|at| format!("c{at} AS (SELECT x.*, y.* FROM c{} x, c{} y)", at - 1, at - 1)).collect();
    clean(&[&format!("WITH c0 AS (SELECT 1 AS n), {} SELECT 1 FROM c39", doubled.join(", "))]);
}
