//! Each tool's table, as that tool makes and fills it.

use std::fs;

use serde_json::{Value, json};

use super::place::{FILES, Place, text};

#[tokio::test(flavor = "multi_thread")]
async fn three_columns() {
    let place = Place::new().await;
    place.made().await;
    place
        .sql(&[
            "CREATE TABLE schema_migrations (version text PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
            "INSERT INTO schema_migrations VALUES ('1', 'items', '2026-01-02 03:04:05Z'), ('2', 'index', now())",
        ])
        .await;
    place.adopted(&[]).await;
    let rows = place
        .sql(&["SELECT version, extract(epoch FROM applied_at)::bigint, length(checksum) FROM schema_migrations ORDER BY 1"])
        .await;
    assert_eq!(rows[0], "1|1767323045|32");
    // From now on an edit is noticed.
    place.file("1_items.sql", "CREATE TABLE items (id uuid PRIMARY KEY);\n");
    assert_eq!(place.call(&["verify"]).status.code(), Some(1));
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refinery() {
    let place = Place::new().await;
    place.made().await;
    for (from, to) in
        [("1_items.sql", "V1__items.sql"), ("2_index.sql", "V2__index.sql"), ("3_more.sql", "V3__more.sql")]
    {
        place.rename(from, to);
    }
    // What refinery 0.9 writes: its own checksums.
    let mut sets = vec![
        "CREATE TABLE IF NOT EXISTS refinery_schema_history(version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))"
            .to_owned(),
    ];
    for (version, name, text) in [(1, "items", FILES[0].1), (2, "index", "another text")] {
        let migration = refinery_core::Migration::unapplied(&format!("V{version}__{name}"), text).unwrap();
        sets.push(format!(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES ({version}, '{name}', '2026-01-02T03:04:05.123456789Z', '{}')",
            migration.checksum()
        ));
    }
    place.sql(&sets.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let shown = place.adopted(&[]).await;
    assert_eq!((&shown["from"], &shown["record"][0]["row"]), (&json!("refinery"), &json!("V1__items")));
    assert_eq!(shown["record"][0]["note"], Value::Null);
    assert_eq!(shown["record"][1]["note"], "the file was edited since: its checksum is another");
    let rows = place
        .sql(&["SELECT extract(epoch FROM applied_at)::bigint FROM schema_migrations ORDER BY version"])
        .await;
    assert_eq!(rows[0], "1767323045");
    assert_eq!(place.sql(&["SELECT count(*) FROM refinery_schema_history"]).await, ["2"]);
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlx() {
    let place = Place::new().await;
    place.made().await;
    place
        .sql(&[
            "CREATE TABLE IF NOT EXISTS _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL)",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (1, 'items', TRUE, '\\x00', -1), (2, 'index', FALSE, '\\x00', -1)",
        ])
        .await;
    let dirty = place.call(&["adopt", "--yes"]);
    assert_eq!(dirty.status.code(), Some(1));
    assert!(text(&dirty.stdout).contains("REFUSED  2 index: it failed half-way"), "{}", text(&dirty.stdout));
    assert_eq!(place.call(&["status"]).status.code(), Some(3));
    place.sql(&["UPDATE _sqlx_migrations SET success = TRUE"]).await;
    place.adopted(&["--from", "sqlx"]).await;
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn golang_migrate_has_a_table_of_our_name() {
    let place = Place::new().await;
    place.made().await;
    place
        .sql(&[
            "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)",
            "INSERT INTO schema_migrations VALUES (2, false)",
        ])
        .await;
    // Before anybody has read the manual.
    let run = place.call(&["run"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(text(&run.stderr).contains("dsql-migrate adopt"), "{}", text(&run.stderr));
    let collides = place.call(&["adopt", "--yes"]);
    assert_eq!(collides.status.code(), Some(1));
    assert!(text(&collides.stderr).contains("--table dsql_migrations"), "{}", text(&collides.stderr));
    assert_eq!(place.sql(&["SELECT * FROM schema_migrations"]).await, ["2|f"], "it is left as it is");
    place.adopted(&["--table", "dsql_migrations"]).await;
    assert_eq!(place.sql(&["SELECT * FROM schema_migrations"]).await, ["2|f"]);
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn goose() {
    let place = Place::new().await;
    place.made().await;
    place
        .sql(&[
            "CREATE TABLE goose_db_version (id integer PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now())",
            "INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (1, 0, true), (2, 1, true), (3, 2, true), (4, 3, true), (5, 3, false)",
        ])
        .await;
    place.adopted(&[]).await;
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn flyway() {
    let place = Place::new().await;
    place.made().await;
    for (from, to) in
        [("1_items.sql", "V1__items.sql"), ("2_index.sql", "V2__index.sql"), ("3_more.sql", "V3__more.sql")]
    {
        place.rename(from, to);
    }
    place
        .sql(&[
            "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, \
             type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int, installed_by varchar(100) NOT NULL, \
             installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL)",
            // The checksum is zlib's CRC-32 of the one line, as a signed number.
            "INSERT INTO flyway_schema_history VALUES (1, '1', 'items', 'SQL', 'V1__items.sql', -1, 'admin', now(), 5, true), \
             (2, '2', 'index', 'SQL', 'V2__index.sql', 563483798, 'admin', now(), 5, true)",
        ])
        .await;
    // A baseline of which nobody can tell which files it stands for.
    place.sql(&["INSERT INTO flyway_schema_history VALUES (3, '1.0', 'b', 'BASELINE', 'b', null, 'admin', now(), 0, true)"]).await;
    let dotted = place.call(&["adopt", "--yes"]);
    assert_eq!(dotted.status.code(), Some(1));
    assert!(text(&dotted.stdout).contains("it is a baseline at version \"1.0\""), "{dotted:?}");
    assert_eq!(place.sql(&["SELECT to_regclass('schema_migrations')"]).await, ["NULL"], "nothing is written");
    place.sql(&["DELETE FROM flyway_schema_history WHERE installed_rank = 3"]).await;
    let shown = place.adopted(&[]).await;
    assert_eq!(shown["record"][0]["note"], "the file was edited since: its checksum is another");
    assert_eq!(shown["record"][1]["note"], Value::Null);
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drizzle() {
    let place = Place::new().await;
    place.made().await;
    let journal = json!({"version": "7", "dialect": "postgresql", "entries": [
        {"idx": 0, "version": "7", "when": 1_700_000_000_001_u64, "tag": "1_items", "breakpoints": true},
        {"idx": 1, "version": "7", "when": 1_700_000_000_002_u64, "tag": "2_index", "breakpoints": true},
        {"idx": 2, "version": "7", "when": 1_700_000_000_003_u64, "tag": "3_more", "breakpoints": true},
    ]});
    fs::create_dir(place.folder.path().join("migrations/meta")).unwrap();
    place.file("meta/_journal.json", &journal.to_string());
    place
        .sql(&[
            "CREATE SCHEMA drizzle",
            "CREATE TABLE drizzle.__drizzle_migrations (id bigint PRIMARY KEY, hash text NOT NULL, created_at bigint)",
            "INSERT INTO drizzle.__drizzle_migrations VALUES (1, 'x', 1700000000001), (2, 'y', 1700000000002)",
        ])
        .await;
    let shown = place.adopted(&[]).await;
    assert_eq!(shown["table"], "drizzle.__drizzle_migrations");
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_tables_and_none() {
    let place = Place::new().await;
    let none = place.call(&["adopt", "--yes"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("dsql-migrate baseline"), "{}", text(&none.stderr));
    place
        .sql(&[
            "CREATE TABLE goose_db_version (id integer PRIMARY KEY, version_id bigint, is_applied boolean, tstamp timestamp)",
            "CREATE TABLE old_history (version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))",
            "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))",
            "INSERT INTO old_history VALUES (1, 'items', '2026-01-02T03:04:05Z', '7')",
        ])
        .await;
    let both = place.call(&["adopt", "--yes"]);
    assert!(
        text(&both.stderr).contains("several tables are here: goose (public.goose_db_version), refinery"),
        "{both:?}"
    );
    let other =
        place.call(&["adopt", "--dry-run", "--from", "refinery", "--from-table", "public.old_history"]);
    assert_eq!(other.status.code(), Some(0));
    let said = text(&other.stdout);
    assert!(said.contains("record   1_items.sql  <- V1__items, 2026-01-02T03:04:05Z"), "{said}");
    assert!(said.contains("pending  2_index.sql: a run would apply it"), "{said}");
    let unasked = place.call(&["adopt", "--from", "refinery", "--from-table", "old_history"]);
    assert_eq!(unasked.status.code(), Some(2), "{unasked:?}");
    assert!(text(&unasked.stderr).contains("give --yes"));
    place.cluster.stop().await;
}
