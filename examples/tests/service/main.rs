//! The service as an orchestrator sees it: a process, its signals and its answers.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod browser;
mod support;

use dsql_local::Options;
use serde_json::Value;
use std::time::Duration;
use support::{Service, database, rows};

const COUNT: usize = 6;

fn slow() -> Options {
    Options::default().job_time(Duration::from_secs(3))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_lives_at_once_and_is_ready_when_it_has_migrated() {
    let (cluster, url) = database(slow()).await;
    let service = Service::start(&[("DATABASE_URL", &url)]);
    assert_eq!(service.get("/health").status, 200);
    let before = service.get("/ready");
    assert_eq!((before.status, before.body.as_str()), (503, "migrating"));
    let page = service.get("/");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Migrating"), "{}", page.body);
    assert!(page.body.contains("http-equiv=\"refresh\""), "it comes again while something happens");
    service.ready();
    let page = service.get("/");
    assert!(!page.body.contains("http-equiv=\"refresh\""), "then it stands still");
    assert!(page.body.contains("6 of 6"), "{}", page.body);
    let status: Value = serde_json::from_str(&service.get("/migrations").body).expect("it is JSON");
    assert_eq!(status["current"], true);
    assert_eq!(status["migrations"].as_array().map(Vec::len), Some(COUNT));
    assert_eq!(status["migrations"][5]["state"], "applied");
    drop(service);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_setting_it_starts_a_stand_in_and_leaves_nothing_behind() {
    let mut service = Service::start(&[]);
    service.line_with("6 applied, 0 already there");
    service.line_with("ready");
    assert_eq!(service.get("/ready").status, 200);
    assert!(service.said.iter().any(|line| line.contains("not Amazon Aurora DSQL")), "{:#?}", service.said);
    service.terminate();
    assert!(service.ended().success());
    assert_eq!(service.said.last().map(String::as_str), Some("stopped"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clusters_identifier_means_that_cluster_and_no_stand_in() {
    let mut service = Service::start_wrong(&[("DSQL_CLUSTER_ID", "abc"), ("DATABASE_URL", "")]);
    assert!(!service.ended().success());
    let said = service.said.join("\n");
    assert!(said.contains("DSQL_REGION") && !said.contains("emulator"), "{said}");
}

/// As on a cluster: verified TLS, a token for each connection, and no URL anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn by_an_endpoint_it_connects_with_tokens_over_verified_tls() {
    let (cluster, _) = database(Options::default().insecure(false)).await;
    let endpoint = format!("localhost:{}", cluster.port());
    let authority = cluster.endpoint().ca_file().and_then(|path| path.to_str()).expect("it has one");
    let mut service = Service::start(&[
        ("DSQL_ENDPOINT", &endpoint),
        ("DSQL_CA", authority),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "any"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("LOG_FORMAT", "json"),
        ("RUST_LOG", "debug"),
    ]);
    service.line_with("\"message\":\"ready\"");
    assert!(service.get("/").body.contains("6 of 6"));
    service.terminate();
    assert!(service.ended().success());
    let said = service.said.join("\n");
    assert!(!said.contains("hunter2") && !said.contains("X-Amz-Signature"), "{said}");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_migrates_and_both_get_ready() {
    let (cluster, url) = database(slow()).await;
    let mut replicas: Vec<Service> = (0..2).map(|_| Service::start(&[("DATABASE_URL", &url)])).collect();
    for replica in &mut replicas {
        replica.line_with("ready");
        assert_eq!(replica.get("/ready").status, 200);
    }
    let said: Vec<&String> = replicas.iter().flat_map(|replica| &replica.said).collect();
    let applied = said.iter().filter(|line| line.starts_with("applied 0")).count();
    assert_eq!(applied, COUNT, "each migration once: {said:#?}");
    assert_eq!(rows(cluster.endpoint(), "SELECT count(*) FROM schema_migrations").await, ["6"]);
    drop(replicas);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_while_it_migrates_it_gives_the_lease_back() {
    let (cluster, url) = database(Options::default().job_time(Duration::from_secs(3600))).await;
    let mut service = Service::start(&[("DATABASE_URL", &url)]);
    while !service.get("/").body.contains("job running") {
        std::thread::sleep(Duration::from_millis(50));
    }
    service.terminate();
    assert!(service.ended().success(), "{:#?}", service.said);
    assert!(service.said.iter().any(|line| line.contains("the next start goes on")), "{:#?}", service.said);
    assert_eq!(
        rows(cluster.endpoint(), "SELECT holder FROM schema_migrations_lease WHERE id = 1").await,
        ["-"]
    );
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_is_ready_once_another_has_applied_and_one_that_verifies_refuses_until_then() {
    let (cluster, url) = database(Options::default()).await;
    let mut verifying = Service::start(&[("DATABASE_URL", &url), ("MIGRATE", "verify")]);
    assert!(!verifying.ended().success());
    let refusal = verifying.said.join("\n");
    assert!(refusal.contains("not applied: 0001"), "{refusal}");
    let mut waiting = Service::start(&[("DATABASE_URL", &url), ("MIGRATE", "wait")]);
    waiting.line_with("waiting until another process has applied");
    assert_eq!(waiting.get("/ready").status, 503);
    assert!(waiting.get("/").body.contains("Waiting for another instance"));
    assert_eq!(
        rows(cluster.endpoint(), "SELECT to_regclass('schema_migrations')").await,
        ["-"],
        "neither of the two has written anything"
    );
    let applying = Service::start(&[("DATABASE_URL", &url), ("MIGRATE", "apply")]);
    applying.ready();
    waiting.ready();
    let verifying = Service::start(&[("DATABASE_URL", &url), ("MIGRATE", "verify")]);
    verifying.ready();
    drop((applying, waiting, verifying));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_stops_when_it_is_asked_to() {
    let (cluster, url) = database(Options::default()).await;
    let mut waiting = Service::start(&[("DATABASE_URL", &url), ("MIGRATE", "wait")]);
    waiting.line_with("waiting until");
    waiting.terminate();
    assert!(waiting.ended().success());
    let mut wrong = Service::start_wrong(&[("DATABASE_URL", &url), ("MIGRATE", "maybe")]);
    assert!(!wrong.ended().success());
    assert!(wrong.said.join("\n").contains("there is only apply, verify and wait"), "{:#?}", wrong.said);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_log_is_json_with_the_fields_of_the_run() {
    let (cluster, url) = database(Options::default()).await;
    let mut service = Service::start(&[("DATABASE_URL", &url), ("LOG_FORMAT", "json")]);
    service.line_with("\"message\":\"ready\"");
    service.terminate();
    assert!(service.ended().success());
    let lines: Vec<Value> = service
        .said
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect();
    let finished: Vec<&Value> = lines.iter().filter(|line| line["event"] == "migration_finished").collect();
    assert_eq!(finished.len(), COUNT, "{lines:#?}");
    assert_eq!(finished[0]["migration"], "0001");
    assert!(finished[0]["elapsed"].as_f64().is_some_and(|seconds| seconds > 0.0), "{}", finished[0]);
    let job = lines.iter().find(|line| line["event"] == "job").expect("an index is built");
    assert!(job["job"].is_string() && job["state"].is_string(), "{job}");
    cluster.stop().await;
}

/// What somebody else wrote into the ledger is shown as text, and nothing of it is markup.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_markup_is_only_text() {
    let (cluster, url) = database(Options::default()).await;
    let service = Service::start(&[("DATABASE_URL", &url)]);
    service.ready();
    let sql = "INSERT INTO schema_migrations (version, name) \
               VALUES ('0099', '</li><script>alert(1)</script><img src=x onerror=alert(2)>')";
    rows(cluster.endpoint(), sql).await;
    std::thread::sleep(Duration::from_millis(1100));
    let page = service.get("/");
    assert!(page.body.contains("&lt;script&gt;alert(1)"), "{}", page.body);
    assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);
    let policy = page.headers.get("content-security-policy").expect("it has one");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    drop(service);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_goes_away_is_said_to_be_away_without_details() {
    let (cluster, url) = database(Options::default()).await;
    let service = Service::start(&[("DATABASE_URL", &url)]);
    service.ready();
    cluster.stop().await;
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(service.get("/health").status, 200);
    let page = service.get("/");
    assert_eq!(page.status, 503);
    assert!(page.body.contains("role=\"alert\"") && !page.body.contains("127.0.0.1"), "{}", page.body);
    assert_eq!(service.get("/migrations").status, 503);
}
