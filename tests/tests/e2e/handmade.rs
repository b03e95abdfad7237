//! A process dies before its statement is sent, and somebody makes the object by hand before the next one comes.

use crate::support::{Database, database, quick, set};
use dsql_migrate::{Error, ErrorKind, Migrations};
use dsql_migrate_tests::catalog;
use dsql_migrate_tests::relay::Side;

/// A run whose process dies at the message with this text, and the time that the next one would wait.
pub(crate) async fn die_at(database: &Database, migrations: &Migrations, text: &str, side: Side) {
    database.relay.end_at(text, side);
    let (config, dying) = (database.config(), migrations.clone());
    let mut dying = tokio::spawn(async move { dying.with(quick()).run(&config).await });
    tokio::select! {
        () = database.relay.ended() => {}
        ended = &mut dying => panic!("{text} was not reached: {ended:?}"),
    }
    dying.abort();
    let _ = dying.await;
    database.relay.revive();
    expire(database).await;
}

/// What the clock would do in time.
pub(crate) async fn expire(database: &Database) {
    database
        .run(&["UPDATE schema_migrations_lease SET expires_at = now() - interval '1 minute' WHERE holder IS NOT NULL"])
        .await;
}

/// How many databases are at work at the same time.
static AT_ONCE: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(8);

async fn numbered(database: &Database) -> Vec<String> {
    let mut state = Vec::new();
    for query in catalog::numbered("public") {
        state.extend(database.rows(&query).await);
    }
    state
}

async fn built(database: &Database) {
    let building = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    while database.rows(building).await != ["0"] {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

const SETUP: (&str, &str) = (
    "0001_setup.sql",
    "CREATE TABLE items (id int PRIMARY KEY, a int, b int);\nCREATE TABLE orders (id int PRIMARY KEY, a int, b int);",
);
const TABLE: &str = "CREATE TABLE r (id uuid PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email <> ''))";

/// The statement, what is made by hand, and what each of both is called in the error.
const REFUSED: &[(&str, &str, &[&str])] = &[
    (TABLE, "CREATE TABLE r (id uuid, email text)", &["id uuid", "email text", "PRIMARY KEY"]),
    (
        TABLE,
        "CREATE TABLE r (id uuid, email text NOT NULL UNIQUE CHECK (email <> ''))",
        &["id uuid", "without", "PRIMARY KEY"],
    ),
    (TABLE, "CREATE TABLE r (id uuid PRIMARY KEY, email text UNIQUE CHECK (email <> ''))", &["NOT NULL"]),
    (TABLE, "CREATE TABLE r (id uuid PRIMARY KEY, email text NOT NULL CHECK (email <> ''))", &["UNIQUE"]),
    (TABLE, "CREATE TABLE r (id uuid PRIMARY KEY, email text NOT NULL UNIQUE)", &["CHECK"]),
    (
        TABLE,
        "CREATE TABLE r (id bigint PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email <> ''))",
        &["id uuid", "id bigint"],
    ),
    (
        TABLE,
        "CREATE TABLE r (email text NOT NULL UNIQUE CHECK (email <> ''), id uuid PRIMARY KEY)",
        &["id uuid", "email text"],
    ),
    (
        TABLE,
        "CREATE TABLE r (id uuid PRIMARY KEY, email text NOT NULL UNIQUE CHECK (email <> ''), more int)",
        &["more integer"],
    ),
    (TABLE, "CREATE VIEW r AS SELECT 1 AS id", &["r"]),
    (
        "CREATE INDEX ASYNC by_a ON orders (a)",
        "CREATE INDEX ASYNC by_a ON items (a)",
        &["by_a", "orders", "items"],
    ),
    (
        "CREATE UNIQUE INDEX ASYNC IF NOT EXISTS by_a ON orders (a)",
        "CREATE UNIQUE INDEX ASYNC by_a ON items (a)",
        &["by_a", "orders", "items"],
    ),
    ("CREATE INDEX ASYNC by_a ON orders (a)", "CREATE INDEX ASYNC by_a ON orders (b)", &["(a)", "(b)"]),
    ("CREATE INDEX ASYNC by_a ON orders (a)", "CREATE INDEX ASYNC by_a ON orders (a, b)", &["(a)", "(a, b)"]),
    (
        "CREATE INDEX ASYNC by_a ON orders (a)",
        "CREATE INDEX ASYNC by_a ON orders (a) INCLUDE (b)",
        &["INCLUDE"],
    ),
    (
        "CREATE INDEX ASYNC by_a ON orders (a) INCLUDE (b)",
        "CREATE INDEX ASYNC by_a ON orders (a)",
        &["INCLUDE"],
    ),
    ("CREATE UNIQUE INDEX ASYNC by_a ON orders (a)", "CREATE INDEX ASYNC by_a ON orders (a)", &["UNIQUE"]),
    (
        "CREATE UNIQUE INDEX ASYNC by_a ON orders (a) NULLS NOT DISTINCT",
        "CREATE UNIQUE INDEX ASYNC by_a ON orders (a)",
        &["NULLS NOT DISTINCT"],
    ),
    ("CREATE INDEX ASYNC by_a ON orders (a)", "CREATE TABLE by_a (id int PRIMARY KEY)", &["by_a"]),
    ("CREATE INDEX ASYNC IF NOT EXISTS by_a ON orders (a)", "CREATE VIEW by_a AS SELECT 1 AS id", &["by_a"]),
    // Of another kind than the statement makes.
    ("CREATE VIEW r AS SELECT 1 AS id", "CREATE TABLE r (id int PRIMARY KEY)", &["r"]),
    ("CREATE VIEW r AS SELECT 1 AS id", "CREATE SEQUENCE r CACHE 1", &["r"]),
    ("CREATE SEQUENCE r CACHE 1", "CREATE VIEW r AS SELECT 1 AS id", &["r"]),
    // A part of a rename.
    ("ALTER TABLE orders RENAME TO r", "CREATE TABLE r (id int PRIMARY KEY)", &["r"]),
];

/// Other objects of the name that the statement makes, which nobody compares with it: they are taken for its own, or
/// refused.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("CREATE VIEW x AS SELECT 1 AS id", "CREATE VIEW x AS SELECT 2 AS other"),
    ("CREATE SEQUENCE x CACHE 1", "CREATE SEQUENCE x CACHE 65536 INCREMENT BY 7"),
    ("CREATE DOMAIN x AS int", "CREATE DOMAIN x AS text"),
    (
        "CREATE FUNCTION x(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a'",
        "CREATE FUNCTION x(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a * 2'",
    ),
    (
        "CREATE FUNCTION x(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a'",
        "CREATE FUNCTION x(a text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT a'",
    ),
    ("ALTER TABLE orders ADD COLUMN x int", "ALTER TABLE orders ADD COLUMN x text"),
    (
        "ALTER TABLE orders ADD CONSTRAINT x CHECK (a > 0) NOT VALID",
        "ALTER TABLE orders ADD CONSTRAINT x CHECK (a < 7) NOT VALID",
    ),
    ("CREATE STATISTICS x ON a, b FROM orders", "CREATE STATISTICS x ON a, b FROM items"),
];

fn file(statement: &str) -> Migrations {
    set(&[SETUP, ("0002_it.sql", &format!("{statement};"))])
}

/// What the next run says, after the process died before it sent its statement and somebody has made another object.
async fn next_run(database: &Database, statement: &str, by_hand: &str) -> Result<(), Error> {
    let migrations = file(statement);
    // What is renamed is sent with its schema.
    let sent = statement.strip_prefix("ALTER TABLE ").unwrap_or(statement);
    die_at(database, &migrations, sent, Side::Before).await;
    database.run(&by_hand.split("; ").collect::<Vec<_>>()).await;
    built(database).await;
    migrations.with(quick()).run(&database.config()).await.map(|_| ())
}

#[tokio::test]
async fn what_was_made_by_hand_in_between_is_not_taken_for_ours() {
    let mut running = tokio::task::JoinSet::new();
    for &(statement, by_hand, words) in REFUSED {
        running.spawn(async move {
            let _turn = AT_ONCE.acquire().await.expect("it is never closed");
            let what = format!("{statement}\n{by_hand}");
            let database = database().await;
            let error = next_run(&database, statement, by_hand).await.expect_err(&what);
            assert!(
                matches!(error.kind(), ErrorKind::Different | ErrorKind::Refused),
                "{what}: {:?}: {error}",
                error.kind()
            );
            let text = error.to_string();
            let missing: Vec<&&str> = words.iter().filter(|word| !text.contains(**word)).collect();
            assert!(missing.is_empty(), "{what}\nsays nothing of {missing:?}: {text}");
            // However often it is tried, nothing of it is recorded, and nothing of what is there is touched.
            let before = numbered(&database).await;
            for _ in 0..2 {
                expire(&database).await;
                file(statement).with(quick()).run(&database.config()).await.expect_err(&what);
            }
            assert_eq!(numbered(&database).await, before, "{what}");
            assert_eq!(database.ledger().await, ["0001"], "{what}");
            // Once it is out of the way the file is applied.
            let kind = ["TABLE", "VIEW", "SEQUENCE", "INDEX"]
                .into_iter()
                .find(|kind| by_hand.contains(&format!("{kind} ")));
            let name = if by_hand.contains("by_a") { "by_a" } else { "r" };
            database.run(&[&format!("DROP {} {name}", kind.unwrap_or_default())]).await;
            expire(&database).await;
            let run = file(statement).with(quick()).run(&database.config()).await;
            run.unwrap_or_else(|error| panic!("{what}: {error}"));
            database.assert_at_rest().await;
        });
    }
    let mut failed = Vec::new();
    while let Some(ended) = running.join_next().await {
        failed.extend(ended.err().map(|error| error.to_string()));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// Whatever is recorded of it, nothing that somebody has made by hand is touched.
#[tokio::test]
async fn what_nobody_compares_is_not_touched() {
    for &(statement, by_hand) in NOT_COMPARED {
        let database = database().await;
        let run = next_run(&database, statement, by_hand).await;
        let made = numbered(&database).await;
        if let Err(error) = run {
            assert_eq!(error.kind(), ErrorKind::Refused, "{statement}: {error}");
        }
        expire(&database).await;
        let _ = file(statement).with(quick()).run(&database.config()).await;
        assert_eq!(numbered(&database).await, made, "{statement}");
    }
}

/// The table is made anew by hand, with the column: the old one is gone, but so is the table that the intent means.
#[tokio::test]
async fn a_column_of_a_table_that_is_gone_proves_nothing() {
    let database = database().await;
    let again = "DROP TABLE orders; CREATE TABLE orders (id int PRIMARY KEY, a int, b int)";
    let run = next_run(&database, "ALTER TABLE orders DROP COLUMN a", again).await;
    let column = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attname = 'a'";
    assert!(run.is_err() || database.rows(column).await == ["0"], "recorded, and the column is there");
}

/// The same thing made by hand: it may be taken for ours, or refused, but clearly.
#[tokio::test]
async fn the_same_thing_made_by_hand_ends_clearly() {
    for (statement, by_hand) in [
        (TABLE, TABLE),
        ("CREATE INDEX ASYNC by_a ON orders (a)", "CREATE INDEX ASYNC by_a ON orders (a)"),
        ("CREATE VIEW v AS SELECT 1 AS id", "CREATE VIEW v AS SELECT 1 AS id"),
    ] {
        let database = database().await;
        match next_run(&database, statement, by_hand).await {
            Ok(()) => assert_eq!(database.ledger().await, ["0001", "0002"], "{statement}"),
            Err(error) => {
                assert!(
                    matches!(error.kind(), ErrorKind::Different | ErrorKind::Refused),
                    "{statement}: {error}"
                );
                assert_eq!(database.ledger().await, ["0001"], "{statement}");
            }
        }
    }
}

/// The names in the rest of the file would mean others.
#[tokio::test]
async fn settings_of_a_half_applied_file_cannot_be_edited() {
    let file = |path: &str, rest: &str| {
        let sql = format!("SET search_path = {path};\nCREATE TABLE one (id int PRIMARY KEY);\n{rest}");
        set(&[("0001_schemas.sql", "CREATE SCHEMA ra;\nCREATE SCHEMA rb;"), ("0002_path.sql", &sql)])
    };
    let database = database().await;
    let wrong = "INSERT INTO one VALUES (1), (1);";
    file("ra", wrong).run(&database.config()).await.expect_err("1 is there twice");
    let right = "INSERT INTO one VALUES (1);";
    for path in ["rb", "ra, rb"] {
        let error = file(path, right).run(&database.config()).await.expect_err("it is another path");
        assert_eq!(
            (error.kind(), error.file()),
            (ErrorKind::EditedInFlight, Some("migrations/0002_path.sql"))
        );
    }
    assert_eq!(database.rows("SELECT count(*) FROM ra.one").await, ["0"]);
    file("ra", right).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT id FROM ra.one").await, ["1"]);
    database.assert_at_rest().await;
}

/// A step that was started counts as well as one that is done.
#[tokio::test]
async fn settings_of_a_started_step_cannot_be_edited() {
    let file = |path: &str| {
        let sql = format!("SET search_path = {path};\nCREATE TABLE one (id int PRIMARY KEY);");
        set(&[("0001_schemas.sql", "CREATE SCHEMA ra;\nCREATE SCHEMA rb;"), ("0002_path.sql", &sql)])
    };
    for side in [Side::Before, Side::After] {
        let database = database().await;
        die_at(&database, &file("ra"), "CREATE TABLE one", side).await;
        let error = file("rb").with(quick()).run(&database.config()).await.expect_err("it is another path");
        assert_eq!(error.kind(), ErrorKind::EditedInFlight, "{side:?}: {error}");
        file("ra").with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            database.rows("SELECT to_regclass('ra.one') IS NULL, to_regclass('rb.one')").await,
            ["f|-"]
        );
        database.assert_at_rest().await;
    }
}
