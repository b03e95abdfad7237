//! The emulator over PostgreSQLs newer than DSQL's version, which `.ci/pg` brings.

use std::path::Path;
use std::process::{Command, Stdio};

use tokio_postgres::{Client, Config, NoTls};

use crate::process::{Process, served_over};
use crate::support::{said, value};

const FUNCTIONS: &str = include_str!("../../src/newer/functions.txt");
const LISTED: &str = include_str!("../../src/newer/listed.sql");

/// An emulator over this PostgreSQL, and what it keeps its data in.
struct Over {
    _process: Process,
    url: String,
    data: tempfile::TempDir,
}

impl Over {
    fn start(major: u32) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/pg");
        let found = Command::new(script).arg(major.to_string()).stderr(Stdio::inherit()).output().unwrap();
        assert!(
            found.status.success(),
            "`.ci/pg {major}` brings PostgreSQL {major} by npm; DSQL_PG{major}_BIN names one that is here"
        );
        let programs = String::from_utf8(found.stdout).unwrap();
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().to_str().unwrap();
        let (process, served) = served_over(programs.trim(), &["--insecure", "--data", folder]);
        assert!(served["postgres"].as_str().unwrap().starts_with(&format!("{major}.")), "{served}");
        Self { _process: process, url: served["url"].as_str().unwrap().to_string(), data }
    }

    async fn client(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A superuser's connection to the PostgreSQL behind.
    async fn behind(&self, database: &str) -> Client {
        let mut config = Config::new();
        config.host_path(self.data.path()).user("dsql_local").dbname(database);
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }
}

/// `UPDATE_FUNCTIONS=1` writes the list anew.
#[tokio::test]
async fn the_functions_hidden_are_those_that_sixteen_has_not() {
    let sixteen = Over::start(16);
    // A database that the emulator has not prepared.
    let rows = sixteen.behind("template1").await.query(LISTED, &[]).await.unwrap();
    let mut lines: Vec<String> = rows.iter().map(|row| row.get::<_, String>("signature") + "\n").collect();
    lines.sort();
    if std::env::var_os("UPDATE_FUNCTIONS").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/newer/functions.txt");
        std::fs::write(file, lines.concat()).unwrap();
        return;
    }
    let known: Vec<&str> = FUNCTIONS.split_inclusive('\n').collect();
    assert!(lines == known, "UPDATE_FUNCTIONS=1 writes the list anew");
    // Nothing of 16's own is hidden.
    let hidden = "SELECT count(*) FROM pg_proc WHERE proname ~ '^newer: '";
    assert_eq!(value(&sixteen.client().await, hidden).await.as_deref(), Some("0"));
}

#[tokio::test]
async fn functions_of_newer_postgresqls_do_not_exist() {
    for (major, gone) in [(17, SINCE_17.to_vec()), (18, [SINCE_17, SINCE_18].concat())] {
        let over = Over::start(major);
        let client = over.client().await;
        for (call, signature) in gone {
            let answer = ("42883".to_string(), format!("function {signature} does not exist"));
            let sql = format!("SELECT {call}");
            assert_eq!(said(client.batch_execute(&sql).await), answer, "{major}: {call}");
            assert_eq!(said(client.query(&sql, &[]).await), answer, "{major}: {call}, prepared");
        }
        for (call, result) in STAYING {
            let sql = format!("SELECT ({call})::text");
            assert_eq!(value(&client, &sql).await.as_deref(), Some(*result), "{major}: {call}");
        }
        let cast = said(client.batch_execute("SELECT '\\x01'::bytea::int").await);
        assert_eq!(cast, ("42846".into(), "cannot cast type bytea to integer".into()), "{major}");

        // Whatever PostgreSQL has built on them goes on. One view asks the machine for what it need not have.
        let behind = over.behind("dsql_local_0").await;
        let views = "SELECT format('SELECT count(*) FROM %s', oid::regclass) FROM pg_class
            WHERE relkind = 'v' AND relname <> 'pg_shmem_allocations_numa'
            AND relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)";
        let views = behind.query(views, &[]).await.unwrap();
        assert!(views.len() > 120, "{}", views.len());
        for view in &views {
            let sql: &str = view.get(0);
            behind.batch_execute(sql).await.unwrap_or_else(|error| panic!("{major}: {sql}: {error:?}"));
        }
        for extension in ["btree_gist", "citext", "hstore", "pg_trgm", "intarray", "ltree"] {
            let sql = format!("CREATE EXTENSION {extension}");
            behind.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{major}: {sql}: {error:?}"));
        }
    }
}

/// Calls of what 17 has and 16 has not, and the function that 16 misses.
const SINCE_17: &[(&str, &str)] = &[
    ("random(1, 10)", "random(integer, integer)"),
    ("to_hex(1), to_bin(5)", "to_bin(integer)"),
    ("to_oct(8::bigint)", "to_oct(bigint)"),
    ("uuid_extract_version(gen_random_uuid())", "uuid_extract_version(uuid)"),
    ("unicode_version()", "unicode_version()"),
    ("xmltext('x')", "xmltext(unknown)"),
    ("now() AT LOCAL", "pg_catalog.timezone(timestamp with time zone)"),
];

const SINCE_18: &[(&str, &str)] = &[
    ("uuidv7()", "uuidv7()"),
    ("pg_catalog.uuidv4()", "pg_catalog.uuidv4()"),
    ("uuidv7(interval '1 day')", "uuidv7(interval)"),
    ("array_sort(ARRAY[2, 1])", "array_sort(integer[])"),
    ("array_reverse(ARRAY[2, 1])", "array_reverse(integer[])"),
    ("casefold('X')", "casefold(unknown)"),
    ("crc32('x'::bytea)", "crc32(bytea)"),
    ("gamma(5)", "gamma(integer)"),
    ("max('x'::bytea)", "max(bytea)"),
    ("reverse('x'::bytea)", "reverse(bytea)"),
    ("json_strip_nulls('[]'::json, true)", "json_strip_nulls(json, boolean)"),
];

/// Calls that 16 has as well, of what newer ones have changed.
const STAYING: &[(&str, &str)] = &[
    ("json_strip_nulls('{\"a\": null, \"b\": 1}')", "{\"b\":1}"),
    ("jsonb_strip_nulls('{\"a\": null, \"b\": 1}')", "{\"b\": 1}"),
    ("random() < 1", "true"),
    ("length(gen_random_uuid()::text)", "36"),
    ("reverse('ab')", "ba"),
    ("SELECT avg(i) FROM unnest(ARRAY[interval '1 day', '3 days']) AS i", "2 days"),
    ("now() AT TIME ZONE 'UTC' = timezone('UTC', now())", "true"),
];
