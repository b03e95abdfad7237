use super::{clean, found, only, words};

const TABLE: &str = "CREATE TABLE items (id int PRIMARY KEY, title text, size int);";
const VIEW: &str = "CREATE VIEW titles AS SELECT id, title FROM items;";

#[test]
fn what_a_view_reads() {
    let (server, files) = words(&[TABLE, VIEW, "DROP TABLE items"]);
    assert_eq!(
        (server.as_str(), files),
        ("cannot drop table items because other objects depend on it", vec![1])
    );
    let (server, _) = words(&[TABLE, VIEW, "ALTER TABLE items DROP COLUMN title"]);
    assert_eq!(server, "cannot drop column title of table items because other objects depend on it");
    clean(&[TABLE, VIEW, "ALTER TABLE items DROP COLUMN size"]);
    clean(&[TABLE, VIEW, "DROP VIEW titles; DROP TABLE items"]);
    clean(&[TABLE, VIEW, "CREATE OR REPLACE VIEW titles AS SELECT 1 AS id, 'a' AS title; DROP TABLE items"]);
    assert_eq!(
        found(&[TABLE, "CREATE VIEW v AS SELECT * FROM items", "ALTER TABLE items DROP size"]),
        ["dependent-object 2BP01 size"]
    );
    // A view has the columns that its table had when it was made.
    clean(&[
        TABLE,
        "CREATE VIEW v AS SELECT * FROM items",
        "ALTER TABLE items ADD more int; ALTER TABLE items DROP more",
    ]);
    assert_eq!(
        found(&[TABLE, VIEW, "CREATE VIEW w AS SELECT id FROM titles; DROP VIEW titles"]),
        ["dependent-object 2BP01 titles"]
    );
    // Columns behind an alias, a join and a condition.
    assert_eq!(
        found(&[
            TABLE,
            "CREATE VIEW v AS SELECT a.id FROM items a JOIN items b ON b.size = a.id WHERE a.title > 'x'",
            "ALTER TABLE items DROP title; ALTER TABLE items DROP size"
        ]),
        ["dependent-object 2BP01 title"]
    );
}

/// Parentheses around a query or an expression change nothing.
#[test]
fn what_stands_in_parentheses_is_read() {
    for open in ["", "(", "(("] {
        let close = ")".repeat(open.len());
        let view = |query: &str| format!("CREATE VIEW v AS {open}{query}{close}");
        let reads = view("SELECT id FROM items");
        assert_eq!(found(&[TABLE, &reads, "DROP TABLE items"]), ["dependent-object 2BP01 items"]);
        assert_eq!(found(&[TABLE, &reads, "SELECT title FROM v"]), ["unknown-column 42703 title"]);
        assert_eq!(found(&[TABLE, &view("SELECT nope FROM items")]), ["unknown-column 42703 nope"]);
        let index = format!("CREATE INDEX ASYNC i ON items (({open}title || 'x'{close}))");
        assert_eq!(found(&[TABLE, &index.replace("title", "nope")]), ["unknown-column 42703 nope"]);
        let check = format!("CREATE TABLE t (id int PRIMARY KEY, a int, CHECK ({open}nope > 1{close}))");
        assert_eq!(found(&[&check]), ["table-columns 42703 nope"]);
    }
}

#[test]
fn cascade_drops_what_depends() {
    clean(&[
        TABLE,
        VIEW,
        "DROP TABLE items CASCADE",
        VIEW.replace("items", "pg_class").replace("id, title", "oid AS id").as_str(),
    ]);
    assert_eq!(
        found(&[TABLE, VIEW, "DROP TABLE items CASCADE", "DROP VIEW titles"]),
        ["unknown-relation 42P01 titles"]
    );
    assert_eq!(
        found(&[TABLE, VIEW, "ALTER TABLE items DROP title CASCADE", "SELECT id FROM titles"]),
        ["unknown-relation 42P01 titles"]
    );
}

#[test]
fn renames_are_followed_by_views_and_foreign_keys() {
    assert_eq!(
        found(&[
            TABLE,
            VIEW,
            "ALTER TABLE items RENAME TO things; ALTER TABLE things RENAME title TO name",
            "ALTER TABLE things DROP name"
        ]),
        ["dependent-object 2BP01 name"]
    );
    let child = "CREATE TABLE parts (id int PRIMARY KEY, item int REFERENCES items);";
    assert_eq!(
        found(&[TABLE, child, "ALTER TABLE items RENAME TO things", "DROP TABLE things"]),
        ["dependent-object 2BP01 things"]
    );
    clean(&[TABLE, child, "ALTER TABLE items RENAME TO things", "DROP TABLE parts; DROP TABLE things"]);
    clean(&[TABLE, child, "DROP TABLE items, parts"]);
    clean(&[TABLE, child, "ALTER TABLE parts DROP CONSTRAINT parts_item_fkey; DROP TABLE items"]);
    clean(&[TABLE, child, "ALTER TABLE parts DROP COLUMN item; DROP TABLE items"]);
    clean(&[TABLE, child, "DROP TABLE items CASCADE", "ALTER TABLE parts DROP COLUMN item"]);
    clean(&["CREATE TABLE t (id int PRIMARY KEY, up int REFERENCES t (id)); DROP TABLE t"]);
}

#[test]
fn keys_that_foreign_keys_need() {
    let parent = "CREATE TABLE a (id int PRIMARY KEY, k int UNIQUE, l int);";
    let child = "CREATE TABLE b (id int PRIMARY KEY, k int REFERENCES a (k));";
    let (server, files) = words(&[parent, child, "ALTER TABLE a DROP CONSTRAINT a_k_key"]);
    assert_eq!(
        (server.as_str(), files),
        ("cannot drop constraint a_k_key on table a because other objects depend on it", vec![1])
    );
    assert_eq!(found(&[parent, child, "ALTER TABLE a DROP k"]), ["dependent-object 2BP01 k"]);
    clean(&[parent, child, "ALTER TABLE a DROP l"]);
    clean(&[parent, child, "DROP TABLE b; ALTER TABLE a DROP CONSTRAINT a_k_key"]);
    let (server, _) = words(&[parent, "DROP INDEX a_k_key"]);
    assert_eq!(server, "cannot drop index a_k_key because constraint a_k_key on table a requires it");
    let index = "CREATE UNIQUE INDEX ASYNC i ON a (l);";
    let child = "CREATE TABLE b (id int PRIMARY KEY, l int REFERENCES a (l));";
    assert_eq!(found(&[parent, index, child, "DROP INDEX i"]), ["dependent-object 2BP01 i"]);
    clean(&[parent, index, "DROP INDEX i"]);
}

#[test]
fn sequences_and_domains() {
    let sequence = "CREATE SEQUENCE s CACHE 1;";
    let table = "CREATE TABLE t (id bigint PRIMARY KEY DEFAULT nextval('s'), n bigint);";
    assert_eq!(found(&[sequence, table, "DROP SEQUENCE s"]), ["dependent-object 2BP01 s"]);
    clean(&[sequence, table, "ALTER TABLE t ALTER id DROP DEFAULT; DROP SEQUENCE s"]);
    clean(&[sequence, table, "DROP TABLE t; DROP SEQUENCE s"]);
    assert_eq!(
        found(&[
            "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY); DROP SEQUENCE t_id_seq"
        ]),
        ["dependent-object 2BP01 t_id_seq"]
    );
    // A sequence that a column owns goes with it.
    clean(&[
        sequence,
        table,
        "ALTER SEQUENCE s OWNED BY t.n; ALTER TABLE t ALTER id DROP DEFAULT; ALTER TABLE t DROP n",
        sequence,
    ]);
    let domain = "CREATE DOMAIN d AS int;";
    let (server, files) = words(&[domain, "CREATE TABLE u (id int PRIMARY KEY, a d)", "DROP DOMAIN d"]);
    assert_eq!((server.as_str(), files), ("cannot drop type d because other objects depend on it", vec![1]));
    clean(&[domain, "CREATE TABLE u (id int PRIMARY KEY, a d); ALTER TABLE u DROP a; DROP DOMAIN d"]);
}

#[test]
fn generated_columns() {
    let table =
        "CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int GENERATED ALWAYS AS (a + 1) STORED);";
    assert_eq!(found(&[table, "ALTER TABLE t DROP a"]), ["dependent-object 2BP01 a"]);
    clean(&[table, "ALTER TABLE t DROP b; ALTER TABLE t DROP c; ALTER TABLE t DROP a"]);
}

#[test]
fn schemas_that_are_not_empty() {
    let made = "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY);";
    assert_eq!(found(&[made, "DROP SCHEMA app"]), ["dependent-object 2BP01 app"]);
    clean(&[made, "DROP SCHEMA app CASCADE; CREATE SCHEMA app"]);
    clean(&[made, "DROP TABLE app.t; DROP SCHEMA app"]);
}

#[test]
fn bodies_of_functions() {
    let body = "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT count(title) FROM items $$;";
    let one = only(&[TABLE, body, "ALTER TABLE items RENAME TO things"]);
    assert_eq!((one.rule.id, one.others.len(), one.others[0].file), ("body-reference", 1, 1));
    assert_eq!(found(&[TABLE, body, "DROP TABLE items"]), ["body-reference - items"]);
    assert_eq!(
        found(&[TABLE, body, "ALTER TABLE items DROP title; ALTER TABLE items DROP size"]),
        ["body-reference - DROP title"]
    );
    clean(&[TABLE, body, "ALTER TABLE items RENAME size TO length; DROP FUNCTION f; DROP TABLE items"]);
    clean(&[TABLE, body, "DROP TABLE items", TABLE]);
    let atomic =
        "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(title) FROM items; END;";
    assert_eq!(found(&[TABLE, atomic, "DROP TABLE items"]), ["dependent-object 2BP01 items"]);
    assert_eq!(found(&[TABLE, atomic, "ALTER TABLE items DROP title"]), ["dependent-object 2BP01 title"]);
    clean(&[TABLE, atomic, "ALTER TABLE items RENAME TO things; DROP FUNCTION f(); DROP TABLE things"]);
}
