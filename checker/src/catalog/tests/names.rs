use super::{clean, found, help, only, words};

const TABLE: &str = "CREATE TABLE items (id int PRIMARY KEY, title text);";

#[test]
fn names_are_folded_quoted_and_cut_as_the_server_does_it() {
    clean(&[
        TABLE,
        "ALTER TABLE ITEMS ADD COLUMN a int; ALTER TABLE \"items\" RENAME \"title\" TO \"Title\";",
    ]);
    clean(&["CREATE TABLE Items (Id int PRIMARY KEY)", "CREATE INDEX ASYNC ON items (ID)"]);
    assert_eq!(found(&[TABLE, "DROP TABLE \"Items\""]), ["unknown-relation 42P01 \"Items\""]);
    assert_eq!(help(&[TABLE, "DROP TABLE \"Items\""]), "did you mean `items`?");
    assert_eq!(
        help(&["CREATE TABLE \"Items\" (id int PRIMARY KEY)", "ALTER TABLE items ADD a int"]),
        "did you mean `\"Items\"`?"
    );
}

#[test]
fn names_that_differ_in_case_only() {
    let (_, files) = words(&[TABLE, "CREATE TABLE \"Items\" (id int PRIMARY KEY)"]);
    assert_eq!(files, [0]);
    assert_eq!(found(&[TABLE, "ALTER TABLE items ADD \"Title\" text"]), ["name-case - \"Title\""]);
    clean(&[TABLE, "ALTER TABLE items RENAME TO \"Items\""]);
    clean(&[TABLE, "DROP TABLE items", "CREATE TABLE \"Items\" (id int PRIMARY KEY)"]);
}

#[test]
fn schemas_and_the_search_path() {
    clean(&["CREATE SCHEMA app", "CREATE TABLE app.a (id int PRIMARY KEY); ALTER TABLE app.a ADD b int"]);
    assert_eq!(
        found(&["CREATE SCHEMA app", "CREATE TABLE app.a (id int PRIMARY KEY); ALTER TABLE a ADD b int"]),
        ["unknown-relation 42P01 a"]
    );
    clean(&[
        "CREATE SCHEMA app; SET search_path TO app, public; CREATE TABLE a (id int PRIMARY KEY); DROP TABLE app.a",
        TABLE,
    ]);
    // The path ends with its file.
    assert_eq!(
        found(&[
            "CREATE SCHEMA app; SET search_path = app; CREATE TABLE a (id int PRIMARY KEY)",
            "DROP TABLE a"
        ]),
        ["unknown-relation 42P01 a"]
    );
    clean(&[
        "CREATE SCHEMA app; BEGIN; SET LOCAL search_path = app; CREATE TABLE a (id int PRIMARY KEY); COMMIT; DROP TABLE app.a",
    ]);
    let found = found(&[
        "CREATE SCHEMA app; SELECT pg_catalog.set_config('search_path', 'app', false); CREATE TABLE a (id int PRIMARY KEY); DROP TABLE app.a",
    ]);
    // The server refuses the call itself, which is another rule's.
    assert_eq!(found, ["unknown-function 0A000 pg_catalog.set_config"]);
    clean(&[
        "SELECT * FROM pg_class; SELECT relname FROM pg_catalog.pg_class; SELECT * FROM sys.jobs; SELECT x FROM information_schema.tables",
    ]);
}

#[test]
fn unknown_and_duplicate_schemas() {
    assert_eq!(found(&["CREATE TABLE ap.a (id int PRIMARY KEY)"]), ["unknown-object 3F000 ap"]);
    assert_eq!(
        help(&["CREATE SCHEMA app", "CREATE TABLE ap.a (id int PRIMARY KEY); DROP TABLE ap.b"]),
        "did you mean `app`?"
    );
    let (server, files) = words(&["CREATE SCHEMA app", "CREATE SCHEMA app"]);
    assert_eq!((server.as_str(), files), ("schema \"app\" already exists", vec![0]));
    clean(&["CREATE SCHEMA app", "CREATE SCHEMA IF NOT EXISTS app; DROP SCHEMA IF EXISTS other"]);
    assert_eq!(found(&["DROP SCHEMA app"]), ["unknown-object 3F000 app"]);
    clean(&[
        "CREATE SCHEMA a; CREATE TABLE a.t (id int PRIMARY KEY); ALTER SCHEMA a RENAME TO b; DROP TABLE b.t",
    ]);
    assert_eq!(
        found(&["CREATE SCHEMA a; ALTER SCHEMA a RENAME TO b; ALTER SCHEMA a RENAME TO c"]),
        ["unknown-object 3F000 a"]
    );
}

#[test]
fn what_was_reported_once_is_not_said_again() {
    assert_eq!(
        found(&[
            "ALTER TABLE users ADD a int; ALTER TABLE users ADD b int; INSERT INTO users VALUES (1)",
            "DROP TABLE users"
        ]),
        ["unknown-relation 42P01 users"]
    );
    let finding = only(&["ALTER TABLE users ADD a int"]);
    let help = finding.help.unwrap();
    assert!(help.contains("-- dsql: external table users (id uuid PRIMARY KEY, …)"), "{help}");
    assert!(help.contains("--no-catalog"), "{help}");
}

#[test]
fn what_has_gone_is_shown_where_it_went() {
    let (server, files) = words(&[TABLE, "DROP TABLE items", "DELETE FROM items WHERE id = 1"]);
    assert_eq!((server.as_str(), files), ("relation \"items\" does not exist", vec![1]));
    let (server, files) = words(&[TABLE, "ALTER TABLE items RENAME TO things", "DROP TABLE items"]);
    assert_eq!((server.as_str(), files), ("table \"items\" does not exist", vec![1]));
}

#[test]
fn one_namespace_for_tables_views_indexes_and_sequences() {
    let index = "CREATE INDEX ASYNC things ON items (title);";
    for second in [
        "CREATE TABLE things (id int PRIMARY KEY)",
        "CREATE VIEW things AS SELECT 1 AS a",
        "CREATE SEQUENCE things CACHE 1",
        "CREATE INDEX ASYNC things ON items (id)",
    ] {
        let (server, files) = words(&[TABLE, index, second]);
        assert_eq!((server.as_str(), files), ("relation \"things\" already exists", vec![1]), "{second}");
    }
    assert_eq!(found(&[TABLE, "CREATE DOMAIN items AS int"]), ["duplicate-object 42710 items"]);
    assert_eq!(
        found(&["CREATE DOMAIN d AS int; CREATE TABLE d (id int PRIMARY KEY)"]),
        ["duplicate-object 42710 d"]
    );
    assert_eq!(found(&[TABLE, "DROP VIEW items"]), ["wrong-kind 42809 items"]);
    assert_eq!(found(&[TABLE, "DROP TABLE IF EXISTS items_pkey"]), ["wrong-kind 42809 items_pkey"]);
}

#[test]
fn names_that_the_server_chooses() {
    // t_pkey, t_b_key, t_c_check, t_d_fkey, t_e_seq and the name of an index.
    let table = "CREATE TABLE t (id int PRIMARY KEY, b int UNIQUE, c int CHECK (c > 0), d int REFERENCES t (id), \
                 e bigint GENERATED ALWAYS AS IDENTITY (CACHE 1)); CREATE INDEX ASYNC ON t (c);";
    for fine in [
        "ALTER TABLE t DROP CONSTRAINT t_b_key, DROP CONSTRAINT t_c_check, DROP CONSTRAINT t_d_fkey",
        "ALTER SEQUENCE t_e_seq RESTART",
        "DROP INDEX t_c_idx",
        "ALTER INDEX t_pkey RENAME TO k",
    ] {
        clean(&[table, fine]);
    }
    assert_eq!(
        found(&[table, "CREATE TABLE t_b_key (id int PRIMARY KEY)"]),
        ["duplicate-object 42P07 t_b_key"]
    );
    assert_eq!(found(&[table, "DROP INDEX t_c_idx1"]), ["unknown-relation 42704 t_c_idx1"]);
}

#[test]
fn what_the_server_names_by_itself_is_there() {
    const TABLES: &str = "CREATE TABLE users (id uuid PRIMARY KEY, tenant_id uuid, email text); \
        CREATE INDEX ASYNC ui ON users (tenant_id); \
        CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY, a text)";
    for sql in [
        "CREATE TABLE q (LIKE users INCLUDING INDEXES); DROP INDEX q_tenant_id_idx",
        "CREATE TABLE q (LIKE orders INCLUDING IDENTITY); COMMENT ON SEQUENCE q_id_seq IS 'x'; SELECT nextval('q_id_seq')",
        "CREATE STATISTICS ON tenant_id, email FROM users; DROP STATISTICS users_tenant_id_email_stat",
        "CREATE STATISTICS ON lower(email), tenant_id FROM users; DROP STATISTICS users_expr_tenant_id_stat",
        "CREATE INDEX ASYNC ON users (tenant_id) INCLUDE (email); DROP INDEX users_tenant_id_email_idx",
        "CREATE INDEX ASYNC ON users ((id::text)); DROP INDEX users_id_idx",
    ] {
        clean(&[TABLES, sql]);
    }
}
