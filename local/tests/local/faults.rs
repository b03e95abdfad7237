//! Faults strike where they were asked to, and the same way again from the same seed.

use std::time::{Duration, Instant};

use dsql_local::{Fault, Point, Strike};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use crate::support::{client, commit_at_last, endpoint, endpoint_with, job_end, options, said, value};

const OC000: &str = "change conflicts with another transaction (OC000)";

#[tokio::test]
async fn conflicts_come_as_often_as_asked_for() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    endpoint.control().inject(Fault::new(Point::Commit, Strike::Oc000).times(2));
    for _ in 0..2 {
        assert_eq!(
            said(client.execute("INSERT INTO t VALUES (1)", &[]).await),
            ("40001".into(), OC000.into())
        );
    }
    client.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    assert_eq!(
        value(&client, "SELECT count(*) FROM t").await.as_deref(),
        Some("1"),
        "conflicts leave nothing"
    );
    endpoint.control().inject(Fault::new(Point::Statement, Strike::Oc001).matching("SELECT count"));
    client.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
    assert!(said(client.query("SELECT count(*) FROM t", &[]).await).1.ends_with("(OC001)"));
    assert_eq!(value(&client, "SELECT count(*) FROM t").await.as_deref(), Some("2"));
}

#[tokio::test]
async fn a_connection_can_be_lost_before_in_the_middle_of_and_after_a_commit() {
    let endpoint = endpoint().await;
    let watcher = client(&endpoint).await;
    watcher.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    for (strike, rows) in [
        (Strike::CloseBefore, "0"),
        (Strike::CloseMiddle, "1"),
        (Strike::CloseAfter, "2"),
        (Strike::CloseBefore, "2"),
    ] {
        let mut victim = client(&endpoint).await;
        endpoint.control().inject(Fault::new(Point::Commit, strike).matching("INSERT"));
        let transaction = victim.transaction().await.unwrap();
        transaction.execute("INSERT INTO t VALUES (1)", &[]).await.unwrap();
        let lost = transaction.commit().await.unwrap_err();
        assert!(lost.as_db_error().is_none(), "{lost}");
        assert_eq!(value(&watcher, "SELECT count(*) FROM t").await.as_deref(), Some(rows), "{strike:?}");
    }
    // The same by the message, and for DDL outside a block.
    let victim = client(&endpoint).await;
    endpoint
        .control()
        .inject(Fault::new(Point::Message, Strike::CloseAfter).matching("CREATE TABLE u").skip(1));
    victim.batch_execute("CREATE TABLE u1 (i int)").await.unwrap();
    victim.batch_execute("CREATE TABLE u2 (i int)").await.unwrap_err();
    assert_eq!(value(&watcher, "SELECT to_regclass('u2')").await.as_deref(), Some("u2"));
}

#[tokio::test]
async fn a_frozen_writer_does_not_freeze_the_others() {
    let endpoint = endpoint().await;
    let (mut frozen, mut other) = (client(&endpoint).await, client(&endpoint).await);
    other.batch_execute("CREATE TABLE t (id int PRIMARY KEY, n int)").await.unwrap();
    other.batch_execute("INSERT INTO t VALUES (1, 0)").await.unwrap();
    endpoint.control().inject(Fault::new(Point::Commit, Strike::Freeze).matching("UPDATE"));
    let (told, written) = tokio::sync::oneshot::channel();
    let hangs = tokio::spawn(async move {
        let transaction = frozen.transaction().await.unwrap();
        transaction.execute("UPDATE t SET n = 1", &[]).await.unwrap();
        told.send(()).unwrap();
        transaction.commit().await
    });
    written.await.unwrap();
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert!(!hangs.is_finished());
    commit_at_last(&mut other, "UPDATE t SET n = 2").await;
    assert_eq!(value(&other, "SELECT n FROM t").await.as_deref(), Some("2"));
    endpoint.control().close_connections();
    assert!(hangs.await.unwrap().is_err());
}

#[tokio::test]
async fn jobs_can_fail_and_be_forgotten() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    endpoint.control().fail_next_job("the disk is full");
    let id = value(&client, "CREATE INDEX ASYNC i ON t (i)").await.unwrap();
    assert_eq!(job_end(&client, &id).await, ("failed".to_string(), Some("the disk is full".to_string())));
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass";
    assert_eq!(value(&client, valid).await.as_deref(), Some("f"));
    endpoint.control().forget_job(&id).await.unwrap();
    assert_eq!(value(&client, "SELECT count(*) FROM sys.jobs").await.as_deref(), Some("0"));
}

#[tokio::test]
async fn a_delay_is_a_delay() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    endpoint.control().inject(Fault::new(Point::Statement, Strike::Delay(150)));
    let before = Instant::now();
    client.simple_query("SELECT 1").await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_statements() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let endpoint = endpoint_with(options().seed(seed)).await;
        let client = client(&endpoint).await;
        endpoint.control().inject(Fault::new(Point::Statement, Strike::Oc000).probability(0.3));
        let mut struck = Vec::new();
        for n in 0..40 {
            if client.simple_query("SELECT 1").await.is_err() {
                struck.push(n);
            }
        }
        runs.push(struck);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    assert!((4..25).contains(&runs[0].len()), "{:?}", runs[0]);
}

#[tokio::test]
async fn what_a_connection_does_is_counted() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    client.batch_execute("INSERT INTO t VALUES (1); SELECT 1").await.unwrap();
    let prepared = client.prepare("SELECT i FROM t").await.unwrap();
    client.query(&prepared, &[]).await.unwrap();
    let counts = endpoint.control().counts();
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].round_trips, counts[0].statements, counts[0].writes), (4, 4, 2));
}

#[tokio::test]
async fn the_handle_is_reached_over_a_socket_too() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("control");
    let _listening = endpoint.control().listen(&path).unwrap();
    let (read, mut write) = tokio::net::UnixStream::connect(&path).await.unwrap().into_split();
    let mut answers = BufReader::new(read).lines();
    let requests = [
        (r#"{"inject": {"point": "statement", "strike": "oc000", "matching": "SELECT 7"}}"#, r#""ok":true"#),
        (r#""counts""#, r#""counts":[{"#),
        (r#"{"inject": {"point": "statement", "strike": {"delay": 1}}}"#, r#""ok":true"#),
        (r#"{"break": 1}"#, r#""error":"#),
    ];
    for (request, part) in requests {
        write.write_all(format!("{request}\n").as_bytes()).await.unwrap();
        let answer = answers.next_line().await.unwrap().unwrap();
        assert!(answer.contains(part), "{answer}");
    }
    assert_eq!(said(client.simple_query("SELECT 7").await).1, OC000);
    client.simple_query("SELECT 7").await.unwrap();
}
