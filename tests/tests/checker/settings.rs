//! The settings that the checker knows, and the values that it takes for them, against PostgreSQL 16. `UPDATE_BUILTIN=1`
//! writes the list anew.

use dsql_migrate_check as check;

use crate::postgres::Postgres;

const KNOWN: &str = include_str!("../../../checker/src/settings/postgres16.tsv");

/// Those that `pg_settings` leaves out.
const HIDDEN: &[&str] = &["is_superuser", "role", "seed", "session_authorization"];

#[tokio::test]
async fn settings_are_postgresqls() {
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    let rows = client.query("SELECT lower(name) FROM pg_settings", &[]).await.expect("the settings");
    let mut names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    names.extend(HIDDEN.iter().map(|name| (*name).to_owned()));
    names.sort();
    client.batch_execute("CREATE ROLE app; SET ROLE app").await.expect("a role that is not a superuser");
    let mut lines = String::new();
    for name in names {
        // A reset of these two would end the role that asks.
        let asks = ["role", "session_authorization"].contains(&name.as_str());
        let resets = asks || client.batch_execute(&format!("RESET {name}")).await.is_ok();
        let by = if resets { "session" } else { "server" };
        lines += &format!("{name}\t{by}\n");
    }
    if std::env::var_os("UPDATE_BUILTIN").is_some() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../checker/src/settings/postgres16.tsv");
        std::fs::write(file, &lines).expect("the list of settings");
        return;
    }
    assert_eq!(lines, KNOWN, "UPDATE_BUILTIN=1 writes the list anew");
}

/// What a session may set, and in which forms; the others are refused by DSQL whatever the value.
const SETTABLE: &[&str] = &[
    "enable_hashjoin",
    "Enable_SeqScan",
    "\"enable_sort\"",
    "extra_float_digits",
    "intervalstyle",
    "\"IntervalStyle\"",
    "datestyle",
    "DateStyle",
    "application_name",
    "search_path",
];

const VALUES: &[&str] = &[
    "on",
    "off",
    "ON",
    "t",
    "T",
    "tr",
    "true",
    "truer",
    "TRUE",
    "f",
    "fals",
    "false",
    "y",
    "ye",
    "yes",
    "n",
    "no",
    "o",
    "of",
    "1",
    "0",
    "2",
    "-1",
    "'on'",
    "' on'",
    "''",
    "'0'",
    "'1'",
    "+1",
    "3",
    "4",
    "-15",
    "-16",
    "'0x1'",
    "'2.4'",
    "'2.6'",
    "2.4",
    "' 2 '",
    "'2kB'",
    "1e0",
    "99999999999",
    "postgres",
    "postgres_verbose",
    "'iso_8601'",
    "ISO",
    "iso",
    "'ISO, MDY'",
    "iso, mdy",
    "'iso mdy'",
    "iso, us, iso",
    "sql, german",
    "mdy, dmy",
    "european",
    "euro",
    "eur",
    "postgresql",
    "postgre",
    "noneuropean",
    "noneur",
    "german",
    "ymd",
    "'german, ymd'",
    "sql_standard",
    "us",
    "'ISO,'",
    "',ISO'",
    "a, b",
    "nope",
    "\"ISO\"",
    "on, off",
    "DEFAULT",
];

#[tokio::test]
async fn values_are_taken_and_refused_as_by_the_server() {
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    let mut wrong = Vec::new();
    let mut refused = 0;
    for name in SETTABLE {
        for value in VALUES {
            let sql = format!("SET {name} = {value}");
            let server = match client.batch_execute(&sql).await {
                Ok(()) => None,
                Err(error) => error.as_db_error().map(|error| error.message().to_owned()),
            };
            refused += usize::from(server.is_some());
            let name = "0001_a.sql".to_owned();
            let input = check::Input { path: name.clone(), name, bytes: sql.clone().into_bytes() };
            let report = check::check_file(input, check::Options::default());
            let first = report.diagnostics.iter().find(|one| one.severity == check::Severity::Error);
            let ours =
                first.map(|one| one.server.as_ref().map_or(String::new(), |server| server.message.clone()));
            if ours != server {
                wrong.push(format!("{sql}: {server:?}, checker: {ours:?}"));
            }
        }
    }
    assert!(refused > 300, "{refused}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
