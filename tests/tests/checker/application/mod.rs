//! Statements as applications send them, each prepared by PostgreSQL 16, which is DSQL's version, over the same schema: what it
//! prepares is taken here, and what it does not prepare is refused.
//!
//! Statements are made of parts that fit; then one of their names is misspelt, or one of their parameters gets another number.

mod generate;

use dsql_migrate_check::{Head, Input, Judged, Options, Severity, Source};
use tokio_postgres::Client;

use generate::{Maker, mistaken};

use crate::number;
use crate::postgres::Postgres;
use crate::random::Random;

const SET: &str = include_str!("set.sql");
const WRITTEN: &str = include_str!("statements.sql");

/// How many statements are made, unless `CHECKER_STATEMENTS` says otherwise.
const GENERATED: u64 = 2_000;

fn head() -> Head {
    let name = "0001_set.sql".to_owned();
    let (report, head) =
        Head::of_set(vec![Input { path: name.clone(), name, bytes: SET.into() }], Options::default());
    assert_eq!(report.count(Severity::Error), 0, "{:?}", report.diagnostics);
    head
}

fn judged(head: &mut Head, sql: &str) -> Judged {
    head.check(Source::new("main.rs", sql))
}

fn errors(judged: &Judged) -> Vec<String> {
    let errors = judged.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    errors.map(|one| format!("{}: {}", one.rule.id, one.message)).collect()
}

async fn prepared(client: &Client, sql: &str) -> Result<(), String> {
    match client.prepare(sql).await {
        Ok(_) => Ok(()),
        Err(error) => {
            let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error:?}"));
            Err(format!("{} {}", error.code().code(), error.message()))
        }
    }
}

async fn server() -> (Postgres, Client) {
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    client.batch_execute(&SET.replace("INDEX ASYNC", "INDEX")).await.expect("the schema");
    (server, client)
}

/// Statements written for this, each by both.
#[tokio::test]
async fn written_statements_are_judged_as_the_server_prepares_them() {
    let (_server, client) = server().await;
    let mut head = head();
    let (mut taken, mut refused, mut wrong) = (0, 0, Vec::new());
    for sql in WRITTEN.lines().filter(|line| !line.is_empty() && !line.starts_with("--")) {
        let judged = judged(&mut head, sql);
        let errors = errors(&judged);
        match prepared(&client, sql).await {
            Ok(()) => {
                taken += 1;
                if !errors.is_empty() {
                    wrong.push(format!("{sql}\n    prepared; here: {errors:?}"));
                }
            }
            // What only some clients can have prepared is a warning: they name the types of parameters.
            Err(words) => {
                refused += 1;
                if errors.is_empty() && judged.diagnostics.iter().all(|one| one.rule.id != "parameter") {
                    wrong.push(format!("{sql}\n    {words}; here: nothing"));
                }
            }
        }
    }
    println!("{taken} prepared, {refused} refused");
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
    assert!(taken >= 60 && refused >= 25, "{taken} prepared, {refused} refused: the list has become short");
}

/// What is refused for its types is the server's to tell: all else is told here as well.
const OF_NAMES: &[&str] = &["42703", "42P01", "42702", "42P18", "42P02", "42883 function"];

/// Statements that are made, as they are and with a mistake.
#[tokio::test]
async fn made_statements_are_judged_as_the_server_prepares_them() {
    let (_server, client) = server().await;
    let mut head = head();
    let seed = number("CHECKER_SEED", 20_261_201);
    println!("CHECKER_SEED={seed}");
    let mut random = Random::new(seed);
    let (mut taken, mut refused, mut wrong) = (0, 0, Vec::new());
    for _ in 0..number("CHECKER_STATEMENTS", GENERATED) {
        let right = Maker::statement(&mut random);
        let mistake = mistaken(&right, &mut random);
        for sql in [right, mistake] {
            let errors = errors(&judged(&mut head, &sql));
            match prepared(&client, &sql).await {
                Ok(()) => {
                    taken += 1;
                    if !errors.is_empty() {
                        wrong.push(format!("{sql}\n    prepared; here: {errors:?}"));
                    }
                }
                Err(words) if OF_NAMES.iter().any(|code| words.starts_with(code)) => {
                    refused += 1;
                    if errors.is_empty() {
                        wrong.push(format!("{sql}\n    {words}; here: nothing"));
                    }
                }
                Err(_) => {}
            }
        }
    }
    println!("{taken} prepared, {refused} refused for names and parameters");
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
    assert!(taken > refused && refused > 0);
}
