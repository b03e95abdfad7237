//! The function as Lambda runs it: a process that asks the runtime API for invocations, here an emulation of it, with an
//! emulator of the cluster behind TLS and IAM tokens.

// Clippy knows the tests themselves, but not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod runtime_api;

use dsql_local::{Cluster, Endpoint, Fault, Options, Point, Strike};
use dsql_migrate::{Connection, Connector, Dsql};
use runtime_api::Function;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// Longer than any of these tests should take, on a loaded machine.
const LONG: Duration = Duration::from_secs(240);
const ALL: usize = 6;

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

async fn endpoint(options: Options) -> Endpoint {
    let options = options.insecure(false);
    let cluster =
        CLUSTER.get_or_init(|| async { Cluster::start(options.clone()).await.expect("it starts") }).await;
    cluster.new_endpoint_with(options).await.expect("it opens")
}

fn of(endpoint: &Endpoint) -> Vec<(&'static str, String)> {
    vec![
        ("DSQL_ENDPOINT", format!("{}:{}", endpoint.host(), endpoint.port())),
        ("DSQL_CA", endpoint.ca_file().expect("an authority").display().to_string()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".into()),
        ("AWS_SECRET_ACCESS_KEY", "secret".into()),
    ]
}

async fn connection(endpoint: &Endpoint) -> Connection {
    let database = Dsql::builder()
        .endpoint(format!("{}:{}", endpoint.host(), endpoint.port()))
        .ca_pem(endpoint.ca_pem().expect("an authority"))
        .static_credentials("AKIDEXAMPLE", "secret", None)
        .build()
        .expect("the settings are right");
    database.connect().await.expect("it connects")
}

fn versions(of: &Value) -> usize {
    of.as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_deployment_looks_migrates_and_looks_again() {
    let endpoint = endpoint(Options::new()).await;
    let mut function = Function::start(&of(&endpoint)).await;
    let plan = function.invoke(json!({"action": "dry-run"}), LONG).await.unwrap();
    assert_eq!((plan["action"].as_str(), versions(&plan["pending"])), (Some("dry-run"), ALL));
    assert!(
        plan["pending"][0]["steps"][0]["statements"][0]["sql"].as_str().unwrap().contains("CREATE TABLE")
    );
    let status = function.invoke(json!({"action": "status"}), LONG).await.unwrap();
    assert_eq!((status["current"].as_bool(), versions(&status["migrations"])), (Some(false), ALL));
    let report = function.invoke(json!({"action": "migrate"}), LONG).await.unwrap();
    assert_eq!(versions(&report["applied"]), ALL, "{report}");
    // A warm function again, and without a word as CDK does it.
    let report = function.invoke(json!({}), LONG).await.unwrap();
    assert_eq!((versions(&report["applied"]), versions(&report["already_applied"])), (0, ALL), "{report}");
    let status = function.invoke(json!({"action": "status"}), LONG).await.unwrap();
    assert_eq!(status["current"], true, "{status}");
    let plan = function.invoke(json!({"action": "dry-run"}), LONG).await.unwrap();
    assert_eq!(versions(&plan["pending"]), 0, "{plan}");
}

#[tokio::test]
async fn what_goes_wrong_fails_the_invocation() {
    let endpoint = endpoint(Options::new()).await;
    connection(&endpoint).await.client().batch_execute("CREATE TABLE items (id text)").await.unwrap();
    let mut function = Function::start(&of(&endpoint)).await;
    let failed = function.invoke(json!({"action": "migrate"}), LONG).await.unwrap_err();
    let message = failed["errorMessage"].as_str().unwrap();
    assert_eq!(failed["errorType"], "refused", "{failed}");
    assert!(message.contains("0001_items.sql") && message.contains("items"), "{message}");
    let failed = function.invoke(json!({"key1": "value1"}), LONG).await.unwrap_err();
    assert_eq!(failed["errorType"], "action", "{failed}");
    // It serves on.
    assert!(function.invoke(json!({"action": "status"}), LONG).await.is_ok());
    let failed = Function::start(&[]).await.invoke(json!({}), LONG).await.unwrap_err();
    assert_eq!(failed["errorType"], "connect", "{failed}");
    assert!(failed["errorMessage"].as_str().unwrap().contains("DSQL_ENDPOINT"), "{failed}");
    for secret in ["AKIDEXAMPLE", "X-Amz-Signature"] {
        assert!(!function.log().contains(secret), "{}", function.log());
    }
}

#[tokio::test]
async fn before_the_deadline_it_stops_in_good_order_and_the_next_goes_on() {
    let endpoint = endpoint(Options::new().job_time(Duration::from_secs(12))).await;
    let mut function = Function::start(&of(&endpoint)).await;
    let begun = Instant::now();
    let time = Duration::from_secs(15);
    let failed = function.invoke(json!({"action": "migrate"}), time).await.unwrap_err();
    assert!(begun.elapsed() < time, "Lambda would have ended it: {:?}", begun.elapsed());
    assert_eq!(failed["errorType"], "deadline", "{failed}");
    let status = function.invoke(json!({"action": "status"}), LONG).await.unwrap();
    assert_eq!(status["migrations"][0]["state"], "in_flight", "{status}");
    assert!(status["lease"].is_null(), "the lease is given back: {status}");
    let report = function.invoke(json!({"action": "migrate"}), LONG).await.unwrap();
    assert_eq!(versions(&report["applied"]), ALL, "{report}");
}

#[tokio::test]
async fn a_database_that_never_answers_does_not_keep_it_beyond_its_time() {
    let endpoint = endpoint(Options::new()).await;
    endpoint.control().inject(Fault::new(Point::Statement, Strike::Freeze).matching("CREATE TABLE items"));
    let mut function = Function::start(&of(&endpoint)).await;
    let begun = Instant::now();
    let time = Duration::from_secs(20);
    let failed = function.invoke(json!({"action": "migrate"}), time).await.unwrap_err();
    assert!(begun.elapsed() < time, "Lambda would have ended it: {:?}", begun.elapsed());
    assert_eq!(failed["errorType"], "deadline", "{failed}");
    assert!(failed["errorMessage"].as_str().unwrap().contains("has not answered"), "{failed}");
    // The lease is not given back, so the next waits for its end.
    let report = function.invoke(json!({"action": "migrate"}), LONG).await.unwrap();
    assert_eq!(versions(&report["applied"]), ALL, "{report}");
}
