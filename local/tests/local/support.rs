//! One cluster for all tests, and short words for what they do.

use std::time::{Duration, Instant};

use dsql_local::{Cluster, Endpoint, Options};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// How long anything may take on a loaded machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// Short jobs, and no OC001 but where a test is about it: it would come to whoever asks after a job has ended.
pub(crate) fn options() -> Options {
    Options::new().job_time(Duration::from_millis(100)).catalog_conflicts(false)
}

pub(crate) async fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| async { Cluster::start(options()).await.expect("the emulator starts") }).await
}

pub(crate) async fn endpoint() -> Endpoint {
    cluster().await.new_endpoint().await.expect("an endpoint opens")
}

pub(crate) async fn endpoint_with(options: Options) -> Endpoint {
    cluster().await.new_endpoint_with(options).await.expect("an endpoint opens")
}

pub(crate) async fn client(endpoint: &Endpoint) -> Client {
    let (client, connection) = tokio_postgres::connect(&endpoint.url(), NoTls).await.expect("it connects");
    tokio::spawn(connection);
    client
}

/// The SQLSTATE and message of a refusal.
pub(crate) fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, String) {
    let error = result.expect_err("an error is expected");
    let error = error.as_db_error().expect("the server's own error");
    (error.code().code().to_string(), error.message().to_string())
}

pub(crate) fn refusal(message: &str) -> (String, String) {
    ("0A000".into(), message.into())
}

/// The first value of a simple query.
pub(crate) async fn value(client: &Client, sql: &str) -> Option<String> {
    let messages = client.simple_query(sql).await.expect("the query runs");
    messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_string),
        _ => None,
    })
}

/// Runs a statement in a transaction of its own, again after each conflict until it is committed.
pub(crate) async fn commit_at_last(client: &mut Client, sql: &str) {
    let begun = Instant::now();
    loop {
        let transaction = client.transaction().await.expect("it begins");
        transaction.batch_execute(sql).await.expect("the statement itself succeeds");
        let Err(error) = transaction.commit().await else { return };
        assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some("40001"), "{error}");
        assert!(begun.elapsed() < LIMIT, "the other stands in the way");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a job has ended and returns its status and details.
pub(crate) async fn job_end(client: &Client, id: &str) -> (String, Option<String>) {
    let begun = Instant::now();
    while begun.elapsed() < LIMIT {
        let row = client
            .query_one("SELECT status, details FROM sys.jobs WHERE job_id = $1", &[&id])
            .await
            .expect("the job has a row");
        let status: String = row.get(0);
        if status == "completed" || status == "failed" {
            return (status, row.get(1));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("job {id} does not end");
}
