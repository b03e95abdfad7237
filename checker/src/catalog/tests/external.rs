use super::{clean, found};

#[test]
fn what_the_database_has_already() {
    clean(&[
        "-- dsql: external schema app\n-- dsql: external table app.users (id uuid PRIMARY KEY, email text NOT NULL)\n\
         ALTER TABLE app.users ADD COLUMN note text; CREATE INDEX ASYNC i ON app.users (email)",
        "INSERT INTO app.users (id, email) VALUES ('00000000-0000-4000-8000-000000000001', 'y') ON CONFLICT (id) DO NOTHING",
    ]);
    // Its schema exists too, wherever the line stands.
    clean(&[
        "INSERT INTO app.users (id) VALUES (1)",
        "-- dsql: external table app.users (id int PRIMARY KEY)\nSELECT 1",
    ]);
    assert_eq!(
        found(&["-- dsql: external table users (id int PRIMARY KEY)\nALTER TABLE users DROP COLUMN email"]),
        ["unknown-column 42703 email"]
    );
    clean(&[
        "-- dsql: external table users\nALTER TABLE users DROP COLUMN email; INSERT INTO users VALUES (1, 2)",
    ]);
    clean(&[
        "-- dsql: external view v (a, b)\n-- dsql: external sequence s\n-- dsql: external domain mood AS text\n\
             SELECT a FROM v; ALTER SEQUENCE s RESTART; CREATE TABLE t (id int PRIMARY KEY, m mood)",
    ]);
    clean(&["-- dsql: external function f(int)\nDROP FUNCTION f(int)"]);
    assert_eq!(found(&["-- dsql: external view v (a, b)\nSELECT c FROM v"]), ["unknown-column 42703 c"]);
    clean(&["-- dsql: external table t (id serial PRIMARY KEY)\nDROP TABLE t"]);
    assert_eq!(
        found(&["-- dsql: external table t (id int PRIMARY KEY)\nCREATE TABLE t (id int PRIMARY KEY)"]),
        ["duplicate-object 42P07 t"]
    );
}

#[test]
fn what_cannot_be_read() {
    for wrong in ["tabel users (id int)", "table", "table users (id int", "function f", "role admin"] {
        let sql = format!("-- dsql: external {wrong}\nSELECT 1");
        assert_eq!(found(&[&sql]), [format!("directive - {wrong}")], "{wrong}");
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    // What made the first table cannot be read or is refused: that is said, and nothing of the table.
    assert_eq!(
        found(&[
            "CREATE TABLE a AS SELECT 1 AS x",
            "ALTER TABLE a DROP COLUMN y; INSERT INTO a VALUES (1, 2, 3)"
        ]),
        ["create-table-as 0A000 AS"]
    );
    let files = ["CREATE TABLE a (id int PRIMARY KEY, ??)", "ALTER TABLE a DROP COLUMN y; DROP TABLE a"];
    assert!(!found(&files).iter().any(|one| one.starts_with("unknown-")), "{:?}", found(&files));
    clean(&[
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; END; SELECT f(1); CREATE VIEW v AS SELECT * FROM f(2); SELECT x FROM v",
    ]);
    clean(&["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_class'"]);
}
