//! `adopt` and `baseline` against the stand-in: each tool's table as that tool makes and fills it.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use dsql_local::{Cluster, Options};
use serde_json::{Value, json};
use tokio_postgres::NoTls;

const FILES: [(&str, &str); 3] = [
    ("1_items.sql", "CREATE TABLE items (id uuid PRIMARY KEY, title text);\n"),
    ("2_index.sql", "CREATE INDEX ASYNC items_title ON items (title);\n"),
    (
        "3_more.sql",
        "CREATE TABLE more (id uuid PRIMARY KEY);\nINSERT INTO more VALUES (gen_random_uuid());\n",
    ),
];

struct Place {
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let cluster = Cluster::start(Options::new().insecure(true)).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("migrations")).unwrap();
        let place = Self { cluster, folder };
        FILES.iter().for_each(|(name, text)| place.file(name, text));
        place
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join("migrations").join(name), text).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        let folder = self.folder.path().join("migrations");
        fs::rename(folder.join(from), folder.join(to)).unwrap();
    }

    async fn sql(&self, statements: &[&str]) -> Vec<String> {
        let (client, connection) = tokio_postgres::connect(&self.cluster.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut last = Vec::new();
        for statement in statements {
            let messages =
                client.simple_query(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
            last = messages
                .into_iter()
                .filter_map(|message| match message {
                    tokio_postgres::SimpleQueryMessage::Row(row) => Some(
                        (0..row.len())
                            .map(|at| row.get(at).unwrap_or("NULL").to_owned())
                            .collect::<Vec<_>>()
                            .join("|"),
                    ),
                    _ => None,
                })
                .collect();
        }
        last
    }

    /// The index of the second file, built.
    async fn index(&self) {
        let job = self.sql(&["CREATE INDEX ASYNC items_title ON items (title)"]).await;
        self.sql(&[&format!("CALL sys.wait_for_job('{}')", job[0])]).await;
    }

    /// What the first two files make, as the other tool has made it.
    async fn made(&self) {
        self.sql(&["CREATE TABLE items (id uuid PRIMARY KEY, title text)"]).await;
        self.index().await;
    }

    fn call(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_dsql-migrate"))
            .args(arguments)
            .env("DATABASE_URL", self.cluster.url())
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }

    /// Adopts, and tells whether a run then applies the last file alone.
    async fn adopted(&self, options: &[&str]) -> Value {
        let dry = self.call(&[&["adopt", "--dry-run", "--format", "json"][..], options].concat());
        assert_eq!(dry.status.code(), Some(0), "{dry:?}");
        assert_eq!(document(&dry)["done"], json!(false));
        let done = self.call(&[&["adopt", "--yes", "--format", "json"][..], options].concat());
        assert_eq!(done.status.code(), Some(0), "{done:?}");
        let shown = document(&done);
        assert_eq!((&shown["done"], &shown["record"]), (&json!(true), &document(&dry)["record"]));
        let kept: Vec<&str> =
            options.chunks(2).filter(|pair| pair[0] == "--table").flatten().copied().collect();
        let pending = self.call(&[&["verify"][..], &kept].concat());
        assert_eq!(pending.status.code(), Some(3), "{pending:?}");
        let ran = self.call(&[&["run", "--format", "json"][..], &kept].concat());
        let ran = document(&ran);
        assert_eq!(
            (ran["applied"].as_array().unwrap().len(), &ran["applied"][0]["version"]),
            (1, &json!("3")),
            "{ran}"
        );
        assert_eq!(self.call(&[&["verify"][..], &kept].concat()).status.code(), Some(0));
        shown
    }
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

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
    assert!(text(&other.stdout).contains("found (id uuid)"), "{other:?}");
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

#[test]
fn every_command_has_its_help_completions_and_page() {
    let call = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dsql-migrate")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        text(&output.stdout)
    };
    let commands = [
        "run", "status", "verify", "dry-run", "baseline", "adopt", "new", "check", "plan", "lock", "explain",
    ];
    let all = call(&["--help"]);
    for command in commands {
        let help = call(&[command, "--help"]);
        assert!(all.contains(&format!("  {command} ")), "{all}");
        assert!(help.contains("Exit code"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(call(&["completions", shell]).contains("adopt"), "{shell}");
    }
    assert!(call(&["man"]).contains(".TH dsql-migrate 1"));
    let folder = tempfile::tempdir().unwrap();
    call(&["man", "--out", &folder.path().display().to_string()]);
    assert!(Path::new(&folder.path().join("dsql-migrate-adopt.1")).exists());
}
