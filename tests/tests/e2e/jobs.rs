//! Jobs that fail, vanish or outlive their connection.

use crate::support::{Database, database, database_with, quick, set};
use dsql_migrate::Migrations;
use std::time::Duration;

fn with_index() -> Migrations {
    set(&[("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY, a int);\nCREATE INDEX ASYNC t_a ON t (a);")])
}

async fn is_valid(database: &Database, index: &str) -> bool {
    let sql = format!("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('{index}')");
    database.rows(&sql).await == ["t"]
}

#[tokio::test]
async fn a_job_that_fails_for_no_reason_of_the_rows_is_started_again() {
    let database = database().await;
    database.control().fail_next_job("internal error while building");
    with_index().with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(is_valid(&database, "t_a").await);
    let jobs = database.rows("SELECT status FROM sys.jobs WHERE job_type = 'INDEX_BUILD' ORDER BY 1").await;
    assert!(jobs.contains(&"failed".to_owned()) && jobs.contains(&"completed".to_owned()), "{jobs:?}");
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_vanished_job_row_leaves_it_to_the_catalog() {
    // Rows of finished jobs go at once, as they do on a cluster after half an hour.
    let database = database_with(|options| options.job_retention(Duration::ZERO)).await;
    with_index().with(quick()).run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(is_valid(&database, "t_a").await);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn a_job_whose_row_is_lost_while_it_runs_is_not_taken_for_a_failure() {
    let database = database_with(|options| options.job_time(Duration::from_secs(2))).await;
    let (migrations, config) = (with_index(), database.config());
    let run = tokio::spawn(async move { migrations.with(quick()).run(&config).await });
    let submitted = "SELECT job_id FROM sys.jobs WHERE job_type = 'INDEX_BUILD'";
    let job = loop {
        match database.rows(submitted).await.pop() {
            Some(job) => break job,
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    database.control().forget_job(&job).await.expect("PostgreSQL is there");
    run.await.expect("no panic").unwrap_or_else(|error| panic!("{error}"));
    assert!(is_valid(&database, "t_a").await);
    database.assert_at_rest().await;
}

#[tokio::test]
async fn connections_that_end_while_a_job_runs_are_made_anew() {
    let database = database_with(|options| options.job_time(Duration::from_secs(2))).await;
    let (migrations, config) = (with_index(), database.config());
    let run = tokio::spawn(async move { migrations.with(quick()).run(&config).await });
    while !run.is_finished() {
        tokio::time::sleep(Duration::from_millis(150)).await;
        database.control().close_connections();
    }
    run.await.expect("no panic").unwrap_or_else(|error| panic!("{error}"));
    assert!(is_valid(&database, "t_a").await);
}

#[tokio::test]
async fn a_catalog_that_somebody_keeps_changing_delays_only() {
    let database = database().await;
    let (migrations, config) = (with_index(), database.config());
    let run = tokio::spawn(async move { migrations.with(quick()).run(&config).await });
    while !run.is_finished() {
        tokio::time::sleep(Duration::from_millis(200)).await;
        database.control().change_catalog();
    }
    run.await.expect("no panic").unwrap_or_else(|error| panic!("{error}"));
    assert!(is_valid(&database, "t_a").await);
    database.assert_at_rest().await;
}
