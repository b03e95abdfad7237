use super::{clean, found, help, words};

const TABLE: &str =
    "CREATE TABLE items (id int PRIMARY KEY, title text NOT NULL, size bigint NOT NULL, n bigint);";

#[test]
fn columns() {
    let (server, files) = words(&[TABLE, "ALTER TABLE items ADD COLUMN title text"]);
    assert_eq!((server.as_str(), files), ("column \"title\" of relation \"items\" already exists", vec![0]));
    clean(&[TABLE, "ALTER TABLE items ADD COLUMN IF NOT EXISTS title text"]);
    for change in ["DROP COLUMN titel", "ALTER COLUMN titel DROP NOT NULL", "ALTER titel SET DEFAULT 'x'"] {
        let sql = format!("ALTER TABLE items {change}");
        assert_eq!(found(&[TABLE, &sql]), ["unknown-column 42703 titel"], "{change}");
        assert_eq!(help(&[TABLE, &sql]), "did you mean `title`?");
    }
    clean(&[
        TABLE,
        "ALTER TABLE items DROP COLUMN IF EXISTS nothing; ALTER TABLE items DROP title, ADD title int",
    ]);
    let (_, files) = words(&[TABLE, "ALTER TABLE items DROP title", "ALTER TABLE items DROP title"]);
    assert_eq!(files, [1]);
    assert_eq!(found(&[TABLE, "ALTER TABLE items RENAME titel TO t"]), ["unknown-column 42703 titel"]);
    assert_eq!(found(&[TABLE, "ALTER TABLE items RENAME title TO size"]), ["duplicate-object 42701 size"]);
    clean(&[
        TABLE,
        "ALTER TABLE items RENAME title TO t; ALTER TABLE items ADD title int; ALTER TABLE items DROP t",
    ]);
}

#[test]
fn tables() {
    assert_eq!(found(&["ALTER TABLE items ADD a int"]), ["unknown-relation 42P01 items"]);
    clean(&["ALTER TABLE IF EXISTS items ADD a int; DROP TABLE IF EXISTS items"]);
    assert_eq!(
        found(&[TABLE, "CREATE TABLE b (id int PRIMARY KEY); ALTER TABLE b RENAME TO items"]),
        ["duplicate-object 42P07 items"]
    );
    clean(&[TABLE, "ALTER TABLE items RENAME TO things; ALTER TABLE things ADD a int"]);
    clean(&[
        "CREATE SCHEMA app",
        TABLE,
        "ALTER TABLE items SET SCHEMA app; DROP INDEX IF EXISTS app.x; DROP TABLE app.items",
    ]);
    assert_eq!(found(&[TABLE, "ALTER TABLE items SET SCHEMA app"]), ["unknown-object 3F000 app"]);
    assert_eq!(
        found(&[TABLE, "CREATE VIEW v AS SELECT id FROM items; ALTER TABLE v ADD COLUMN a int"]),
        ["wrong-kind 42809 ADD COLUMN a int"]
    );
}

#[test]
fn constraints() {
    let check = "ALTER TABLE items ADD CONSTRAINT c CHECK (size > 0) NOT VALID;";
    let (server, files) = words(&[TABLE, check, check]);
    assert_eq!((server.as_str(), files), ("constraint \"c\" for relation \"items\" already exists", vec![1]));
    clean(&[
        TABLE,
        check,
        "ALTER TABLE ASYNC items VALIDATE CONSTRAINT c",
        "ALTER TABLE items DROP CONSTRAINT c",
        check,
    ]);
    assert_eq!(found(&[TABLE, "ALTER TABLE ASYNC items VALIDATE CONSTRAINT c"]), ["unknown-object 42704 c"]);
    assert_eq!(
        found(&[TABLE, "ALTER TABLE ASYNC items VALIDATE CONSTRAINT items_pkey"]),
        ["wrong-kind 42809 items_pkey"]
    );
    assert_eq!(
        help(&[
            TABLE,
            check,
            "ALTER TABLE items RENAME CONSTRAINT c TO size_check; ALTER TABLE items DROP CONSTRAINT size_chek"
        ]),
        "did you mean `size_check`?"
    );
    assert_eq!(found(&[TABLE, "ALTER TABLE items RENAME CONSTRAINT c TO d"]), ["unknown-object 42704 c"]);
    assert_eq!(
        found(&[TABLE, check, "ALTER TABLE items RENAME CONSTRAINT c TO items_pkey"]),
        ["duplicate-object 42710 items_pkey"]
    );
    // A check goes with its column.
    assert_eq!(
        found(&[TABLE, check, "ALTER TABLE items DROP size", "ALTER TABLE items DROP CONSTRAINT c"]),
        ["unknown-object 42704 c"]
    );
}

#[test]
fn the_primary_key_stays() {
    let (server, files) = words(&[TABLE, "ALTER TABLE items DROP COLUMN id"]);
    assert_eq!((server.as_str(), files), ("cannot drop primary key column id", vec![0]));
    let (server, _) = words(&[TABLE, "ALTER TABLE items DROP CONSTRAINT items_pkey"]);
    assert_eq!(server, "unsupported ALTER TABLE DROP CONSTRAINT statement");
    clean(&[TABLE, "ALTER TABLE items DROP COLUMN title"]);
}

#[test]
fn identities() {
    let add = |column: &str| {
        format!("ALTER TABLE items ALTER COLUMN {column} ADD GENERATED ALWAYS AS IDENTITY (CACHE 1)")
    };
    clean(&[TABLE, &add("size")]);
    let (server, files) = words(&[TABLE, &add("id")]);
    assert_eq!(
        (server.as_str(), files),
        ("datatype integer not supported, identity column type must be bigint", vec![0])
    );
    assert_eq!(found(&[TABLE, &add("n")]), ["identity-column 55000 n"]);
    assert_eq!(found(&[TABLE, &add("size"), &add("size")]), ["identity-column 55000 size"]);
    // Its sequence has the name that the server gives it.
    clean(&[
        TABLE,
        &add("size"),
        "ALTER SEQUENCE items_size_seq RESTART; ALTER TABLE items ALTER size DROP IDENTITY; CREATE SEQUENCE items_size_seq CACHE 1",
    ]);
}

#[test]
fn unique_using_index() {
    let add = "ALTER TABLE items ADD CONSTRAINT k UNIQUE USING INDEX i";
    clean(&[
        TABLE,
        "CREATE UNIQUE INDEX ASYNC i ON items (title)",
        add,
        "ALTER TABLE items DROP CONSTRAINT k; CREATE INDEX ASYNC k ON items (n)",
    ]);
    for (index, sqlstate, server) in [
        ("CREATE INDEX ASYNC i ON items (title)", "42809", "\"i\" is not a unique index"),
        ("CREATE UNIQUE INDEX ASYNC i ON items (title) WHERE n > 1", "42809", "\"i\" is a partial index"),
        ("CREATE UNIQUE INDEX ASYNC i ON items (lower(title))", "42809", "index \"i\" contains expressions"),
        ("CREATE UNIQUE INDEX ASYNC j ON items (title)", "42704", "index \"i\" does not exist"),
        (
            "CREATE TABLE o (id int PRIMARY KEY); CREATE UNIQUE INDEX ASYNC i ON o (id)",
            "55000",
            "index \"i\" does not belong to table \"items\"",
        ),
    ] {
        assert_eq!(found(&[TABLE, index, add]), [format!("unusable-index {sqlstate} i")], "{index}");
        assert_eq!(words(&[TABLE, index, add]).0, server);
    }
}

#[test]
fn indexes() {
    assert_eq!(found(&[TABLE, "CREATE INDEX ASYNC i ON items (titel)"]), ["unknown-column 42703 titel"]);
    assert_eq!(
        found(&[TABLE, "CREATE INDEX ASYNC i ON items (title) INCLUDE (nn)"]),
        ["unknown-column 42703 nn"]
    );
    assert_eq!(found(&["CREATE INDEX ASYNC i ON items (titel)"]), ["unknown-relation 42P01 items"]);
    assert_eq!(
        found(&[TABLE, "CREATE VIEW v AS SELECT id FROM items; CREATE INDEX ASYNC i ON v (id)"]),
        ["wrong-kind 42809 v"]
    );
    assert_eq!(found(&[TABLE, "DROP INDEX i"]), ["unknown-relation 42704 i"]);
    clean(&[
        TABLE,
        "DROP INDEX IF EXISTS i; CREATE INDEX ASYNC i ON items (title)",
        "ALTER INDEX i RENAME TO j; DROP INDEX j",
    ]);
    assert_eq!(found(&[TABLE, "ALTER INDEX i RENAME TO j"]), ["unknown-object 42P01 i"]);
    // An index goes with its column and with its table.
    let index = "CREATE INDEX ASYNC i ON items (title);";
    assert_eq!(
        found(&[TABLE, index, "ALTER TABLE items DROP title", "DROP INDEX i"]),
        ["unknown-relation 42704 i"]
    );
    clean(&[TABLE, index, "DROP TABLE items", TABLE, index]);
}

#[test]
fn comments_and_grants() {
    clean(&[
        TABLE,
        "COMMENT ON TABLE items IS 'x'; COMMENT ON COLUMN items.title IS 'x'; COMMENT ON CONSTRAINT items_pkey ON items IS 'x'; COMMENT ON INDEX items_pkey IS 'x'; COMMENT ON SCHEMA public IS 'x'; GRANT SELECT, INSERT ON items TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; GRANT admins TO reader; GRANT EXECUTE ON FUNCTION f(int) TO reader; ANALYZE items",
    ]);
    assert_eq!(found(&[TABLE, "COMMENT ON TABLE itmes IS 'x'"]), ["unknown-relation 42P01 itmes"]);
    assert_eq!(found(&[TABLE, "COMMENT ON COLUMN items.name IS 'x'"]), ["unknown-column 42703 name"]);
    assert_eq!(found(&[TABLE, "COMMENT ON CONSTRAINT c ON items IS 'x'"]), ["unknown-object 42704 c"]);
    assert_eq!(found(&[TABLE, "GRANT SELECT ON items, itmes TO reader"]), ["unknown-relation 42P01 itmes"]);
    assert_eq!(found(&["GRANT USAGE ON SCHEMA app TO reader"]), ["unknown-object 3F000 app"]);
    assert_eq!(found(&["ANALYZE items"]), ["unknown-relation 42P01 items"]);
}
