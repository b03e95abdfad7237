use super::{clean, found, help, only, words};

const TABLE: &str = "CREATE TABLE items (id int PRIMARY KEY, title text);";

#[test]
fn tables_twice() {
    let (server, files) = words(&[TABLE, TABLE]);
    assert_eq!((server.as_str(), files), ("relation \"items\" already exists", vec![0]));
    clean(&[TABLE, "DROP TABLE items", TABLE]);
    clean(&[TABLE, "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, title text)"]);
}

#[test]
fn if_not_exists_that_meets_something_else() {
    let one = only(&[TABLE, "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, name text)"]);
    assert_eq!((one.rule.id, one.others.len()), ("different-definition", 1));
    assert!(one.message.contains("no column `name`"), "{}", one.message);
    let one = only(&[TABLE, "CREATE TABLE IF NOT EXISTS items (id bigint PRIMARY KEY, title text)"]);
    assert!(one.message.contains("`integer`, not `bigint`"), "{}", one.message);
    // What the table was, or is by now, is no surprise.
    let add = "ALTER TABLE items ADD COLUMN a int";
    clean(&[TABLE, add, "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, title text)"]);
    clean(&[TABLE, add, "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, title text, a int)"]);
    assert_eq!(
        found(&[TABLE, "ALTER TABLE items ADD COLUMN IF NOT EXISTS title int"]),
        ["different-definition - title int"]
    );
    clean(&[TABLE, "ALTER TABLE items ADD COLUMN IF NOT EXISTS title text"]);
    let index = "CREATE INDEX ASYNC i ON items (title);";
    clean(&[TABLE, index, "CREATE INDEX ASYNC IF NOT EXISTS i ON items (title)"]);
    assert_eq!(
        found(&[TABLE, index, "CREATE INDEX ASYNC IF NOT EXISTS i ON items (id)"]),
        ["different-definition - i"]
    );
}

/// A schema without a name of its own is named like its owner.
#[test]
fn a_schema_of_its_owner() {
    let set = ["CREATE SCHEMA AUTHORIZATION app", "CREATE TABLE app.a (id int PRIMARY KEY)"];
    assert_eq!(found(&set), [""; 0]);
    assert_eq!(
        found(&[
            "CREATE SCHEMA AUTHORIZATION app; SET search_path = app; CREATE TABLE a (id int PRIMARY KEY)"
        ]),
        [""; 0]
    );
}

#[test]
fn like() {
    clean(&[TABLE, "CREATE TABLE b (LIKE items INCLUDING ALL); INSERT INTO b (id, title) VALUES (1, 'a')"]);
    assert_eq!(
        found(&[TABLE, "CREATE TABLE b (LIKE items); INSERT INTO b (name) VALUES ('a')"]),
        ["unknown-column 42703 name"]
    );
    assert_eq!(
        found(&["CREATE TABLE b (LIKE c)", "ALTER TABLE b DROP COLUMN x"]),
        ["unknown-relation 42P01 c"]
    );
}

#[test]
fn domains_in_order() {
    clean(&["CREATE DOMAIN mood AS text", "CREATE TABLE t (id int PRIMARY KEY, m mood)"]);
    assert_eq!(
        found(&["CREATE TABLE t (id int PRIMARY KEY, m mood)", "CREATE DOMAIN mood AS text"]),
        ["unknown-type 42704 mood"]
    );
    let dropped = ["CREATE DOMAIN mood AS text; DROP DOMAIN mood", "SELECT 'a'::mood"];
    assert_eq!(found(&dropped), ["unknown-type 42704 mood"]);
    assert_eq!(words(&dropped).1, [0]);
    assert_eq!(found(&["CREATE DOMAIN a AS int; CREATE DOMAIN a AS int"]), ["duplicate-object 42710 a"]);
    assert_eq!(found(&["DROP DOMAIN a"]), ["unknown-object 42704 a"]);
    clean(&["DROP DOMAIN IF EXISTS a; CREATE DOMAIN b AS int; ALTER DOMAIN b RENAME TO c; DROP DOMAIN c"]);
}

#[test]
fn sequences() {
    let (server, files) = words(&["CREATE SEQUENCE s CACHE 1", "CREATE SEQUENCE s CACHE 1"]);
    assert_eq!((server.as_str(), files), ("relation \"s\" already exists", vec![0]));
    clean(&[
        "CREATE SEQUENCE s CACHE 1; CREATE SEQUENCE IF NOT EXISTS s CACHE 1; ALTER SEQUENCE s RENAME TO r; DROP SEQUENCE r",
    ]);
    assert_eq!(found(&["ALTER SEQUENCE s RESTART"]), ["unknown-relation 42P01 s"]);
    assert!(help(&["ALTER SEQUENCE s RESTART"]).contains("external sequence s"));
    assert_eq!(
        found(&["CREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('s'))"]),
        ["unknown-relation 42P01 's'"]
    );
}

#[test]
fn limits() {
    let tables: String = (0..1001).map(|n| format!("CREATE TABLE t{n} (id int PRIMARY KEY);")).collect();
    assert_eq!(found(&[&tables]), ["object-limit 54000 t1000"]);
    let table = "CREATE TABLE t (id int PRIMARY KEY, a int, b int UNIQUE);";
    let indexes = |count: usize| -> String {
        (0..count).map(|n| format!("CREATE INDEX ASYNC i{n} ON t (a);")).collect()
    };
    clean(&[table, &indexes(22)]);
    assert_eq!(found(&[table, &indexes(23)]), ["object-limit 54000 i22"]);
    clean(&[table, &indexes(22), "DROP INDEX i0; CREATE INDEX ASYNC j ON t (a)"]);
    let statistics = |count: usize| -> String {
        (0..count).map(|n| format!("CREATE STATISTICS s{n} ON a, b FROM t;")).collect()
    };
    clean(&[table, &statistics(5)]);
    clean(&[table, &statistics(5), "DROP STATISTICS s1; CREATE STATISTICS s6 ON a, b FROM t"]);
    assert_eq!(found(&[table, &statistics(6)]), ["object-limit - s5"]);
    let schemas = |count: usize| -> String { (0..count).map(|n| format!("CREATE SCHEMA s{n};")).collect() };
    clean(&[&schemas(10)]);
    assert_eq!(found(&[&schemas(11)]), ["object-limit 54000 s10"]);
}

#[test]
fn columns_of_a_life() {
    let add = |from: usize, to: usize| -> String {
        (from..to).map(|n| format!("ALTER TABLE t ADD COLUMN c{n} int;")).collect()
    };
    let table = "CREATE TABLE t (id int PRIMARY KEY);";
    clean(&[table, &add(1, 255)]);
    assert_eq!(found(&[table, &add(1, 257)]), ["object-limit 54011 c256"]);
    let churn: String =
        (0..1599).map(|n| format!("ALTER TABLE t ADD c{n} int; ALTER TABLE t DROP c{n};")).collect();
    clean(&[table, &churn]);
    assert_eq!(found(&[table, &churn, "ALTER TABLE t ADD last int"]), ["object-limit 54011 last"]);
}

#[test]
fn statistics() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, a int, b int);";
    assert_eq!(found(&[table, "CREATE STATISTICS s ON a, c FROM t"]), ["unknown-column 42703 c"]);
    assert_eq!(found(&["CREATE STATISTICS s ON a, c FROM t"]), ["unknown-relation 42P01 t"]);
    assert_eq!(
        found(&[table, "CREATE STATISTICS s ON a, b FROM t; CREATE STATISTICS s ON a, id FROM t"]),
        ["duplicate-object 42710 s"]
    );
    assert_eq!(found(&[table, "DROP STATISTICS s"]), ["unknown-object 42704 s"]);
}

#[test]
fn checks_and_expressions_name_columns() {
    assert_eq!(found(&["CREATE TABLE t (a int PRIMARY KEY, CHECK (b > 1))"]), ["table-columns 42703 b"]);
    clean(&[
        "CREATE TABLE t (a int PRIMARY KEY, b text, CHECK (a > 1 AND lower(b) <> 'x' AND t.a < 9 AND b IS NOT NULL))",
    ]);
    assert_eq!(
        found(&[TABLE, "ALTER TABLE items ADD CONSTRAINT c CHECK (rating > 1) NOT VALID"]),
        ["unknown-column 42703 rating"]
    );
    assert_eq!(
        found(&[TABLE, "CREATE INDEX ASYNC i ON items (lower(name)) WHERE size > 1"]),
        ["unknown-column 42703 name", "unknown-column 42703 size"]
    );
}

#[test]
fn views() {
    assert_eq!(found(&["CREATE VIEW v AS SELECT a FROM t"]), ["unknown-relation 42P01 t"]);
    assert_eq!(found(&[TABLE, "CREATE VIEW v AS SELECT titel FROM items"]), ["unknown-column 42703 titel"]);
    clean(&[
        TABLE,
        "CREATE VIEW v AS SELECT id, title AS t FROM items; CREATE VIEW w AS SELECT t FROM v; CREATE OR REPLACE VIEW v AS SELECT id, title AS t, 1 AS n FROM items",
    ]);
    assert_eq!(
        found(&[TABLE, "CREATE VIEW v AS SELECT id FROM items", "SELECT title FROM v"]),
        ["unknown-column 42703 title"]
    );
    clean(&["CREATE RECURSIVE VIEW n (a) AS VALUES (1) UNION ALL SELECT a + 1 FROM n WHERE a < 9"]);
    assert_eq!(
        found(&["CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW v AS SELECT 2 AS a"]),
        ["duplicate-object 42P07 v"]
    );
}
