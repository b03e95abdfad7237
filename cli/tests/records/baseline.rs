//! A baseline is proved from the catalog, or forced.

use serde_json::json;

use super::place::{Place, document, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_is_looked_up_in_the_catalog() {
    let place = Place::new().await;
    let empty = place.call(&["baseline", "2", "--yes"]);
    assert_eq!(empty.status.code(), Some(1));
    let said = text(&empty.stdout);
    assert!(
        said.contains("migrations/1_items.sql:1: the catalog does not show that table items is there with its 2 columns\n  CREATE TABLE items"),
        "{said}"
    );
    assert!(text(&empty.stderr).contains("--force"));
    assert_eq!(place.sql(&["SELECT to_regclass('schema_migrations')"]).await, ["NULL"], "nothing is written");
    place.made().await;
    let dry = document(&place.call(&["baseline", "2", "--dry-run", "--format", "json"]));
    assert_eq!((&dry["record"], &dry["doubts"], &dry["proved"]), (&json!(["1", "2"]), &json!([]), &json!(2)));
    let done = place.call(&["baseline", "002", "--yes"]);
    assert_eq!(
        (done.status.code(), text(&done.stdout).ends_with("recorded 1, 2\n")),
        (Some(0), true),
        "{done:?}"
    );
    let again = place.call(&["baseline", "2"]);
    assert!(text(&again.stdout).contains("nothing to record"), "{again:?}");
    let shown = document(&place.call(&["dry-run", "--format", "json"]));
    assert_eq!(
        (shown["pending"].as_array().unwrap().len(), &shown["pending"][0]["version"]),
        (1, &json!("3"))
    );
    assert_eq!(place.call(&["run"]).status.code(), Some(0));
    let unknown = place.call(&["baseline", "17"]);
    assert!(text(&unknown.stderr).contains("no migration has the version 17"), "{unknown:?}");
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_repeated_is_looked_up_as_well() {
    let place = Place::new().await;
    place.file(
        "1_items.sql",
        "CREATE SCHEMA IF NOT EXISTS app;\nCREATE TABLE IF NOT EXISTS items (id uuid PRIMARY KEY, title text);\n\
         CREATE TABLE old (id uuid PRIMARY KEY);\n",
    );
    place.file(
        "2_index.sql",
        "DROP TABLE IF EXISTS old;\nCREATE INDEX ASYNC items_title ON items (title);\n\
         CREATE DOMAIN mood AS text;\n\
         CREATE FUNCTION f(m mood) RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
    );
    let doubts = || {
        let shown = document(&place.call(&["baseline", "2", "--dry-run", "--format", "json"]));
        let found = shown["doubts"].as_array().unwrap_or_else(|| panic!("{shown}"));
        found.iter().map(|doubt| doubt["found"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        doubts(),
        [
            "the catalog does not show that schema app is there",
            "the catalog does not show that table items is there with its 2 columns",
            "the catalog does not show it",
            "the catalog does not show that domain mood is there",
            // The server does not even know the type that is asked for.
            "the catalog does not show that function f(mood) is there",
        ]
    );
    assert_eq!(place.call(&["baseline", "2", "--yes"]).status.code(), Some(1));
    place.made().await;
    place
        .sql(&[
            "CREATE SCHEMA app",
            "CREATE DOMAIN mood AS text",
            "CREATE FUNCTION f(m mood) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE TABLE old (id uuid PRIMARY KEY)",
        ])
        .await;
    assert_eq!(doubts(), ["the catalog does not show that table old is gone"]);
    place.sql(&["DROP TABLE old"]).await;
    assert!(doubts().is_empty(), "a database that is as the files leave it");
    assert_eq!(place.call(&["baseline", "2", "--yes"]).status.code(), Some(0));
    place.cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_by_force_and_one_under_way() {
    let place = Place::new().await;
    place.sql(&["CREATE TABLE items (id uuid PRIMARY KEY)"]).await;
    let other = place.call(&["baseline", "1", "--yes"]);
    assert!(text(&other.stdout).contains("found (id uuid NOT NULL)"), "{other:?}");
    let forced = place.call(&["baseline", "1", "--yes", "--force", "--format", "json"]);
    assert_eq!(document(&forced)["done"], json!(true));
    // The column is missing, so the next file stops half-way; it is no file for a baseline then.
    place.file(
        "2_index.sql",
        "CREATE TABLE half (id uuid PRIMARY KEY);\nCREATE INDEX ASYNC items_title ON items (title);\n",
    );
    assert_eq!(place.call(&["run"]).status.code(), Some(1));
    place.sql(&["ALTER TABLE items ADD COLUMN title text"]).await;
    place.index().await;
    let begun = place.call(&["baseline", "2", "--yes"]);
    assert_eq!(begun.status.code(), Some(1));
    assert!(
        text(&begun.stderr).contains("a run has applied migrations/2_index.sql in part already"),
        "{begun:?}"
    );
    assert_eq!(place.call(&["baseline", "2", "--yes", "--force"]).status.code(), Some(0));
    assert_eq!(place.sql(&["SELECT count(*) FROM schema_migrations_steps"]).await, ["0"]);
    place.cluster.stop().await;
}
