//! The job as CI and people run it, against an emulator behind TLS and IAM tokens.

// Clippy knows the tests themselves, but not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use dsql_local::{Cluster, Endpoint, Options};
use dsql_migrate::{Connector, Dsql};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

async fn endpoint(options: Options) -> Endpoint {
    let options = options.insecure(false);
    let cluster =
        CLUSTER.get_or_init(|| async { Cluster::start(options.clone()).await.expect("it starts") }).await;
    cluster.new_endpoint_with(options).await.expect("it opens")
}

/// With the endpoint as that of one stage, and nothing else that could say where.
fn with(mut command: Command, stage: &str, endpoint: &Endpoint) -> Command {
    let variable = format!("DSQL_ENDPOINT_{}", stage.to_uppercase());
    command
        .env_clear()
        .env("STAGE", stage)
        .env(variable, format!("{}:{}", endpoint.host(), endpoint.port()))
        .env("DSQL_CA", endpoint.ca_file().expect("an authority"))
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm");
    command
}

fn deploy(stage: &str, endpoint: &Endpoint, arguments: &[&str]) -> Output {
    let mut command = with(Command::new(env!("CARGO_BIN_EXE_deploy")), stage, endpoint);
    command.args(arguments).stdin(Stdio::null()).output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_plan_is_printed_and_then_carried_out() {
    let endpoint = endpoint(Options::new()).await;
    for _ in 0..2 {
        let plan = deploy("test", &endpoint, &["--dry-run"]);
        let (shown, code) = (text(&plan.stdout), plan.status.code());
        assert_eq!(code, Some(0), "{plan:?}");
        assert!(shown.starts_with("test (localhost): 6 pending\n"), "it changes nothing: {shown}");
        assert!(shown.contains("CREATE INDEX ASYNC items_type_idx"), "{shown}");
    }
    let run = deploy("test", &endpoint, &[]);
    let log = text(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(text(&run.stdout).contains("6 applied, 0 already there"), "{run:?}");
    for part in [
        "0001_items.sql: 6 steps\n",
        "0001: step 1 of 6 done in ",
        "job succeeded after ",
        "0006_seed.sql: applied in ",
    ] {
        assert!(log.contains(part), "{part:?} is missing: {log}");
    }
    assert!(!log.contains('\u{1b}') && !log.contains('\r'), "plain lines in a log: {log}");
    // Nothing is pending, so nobody has to be asked.
    let again = deploy("prod", &endpoint, &[]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert!(text(&again.stdout).contains("nothing to apply"), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_asks_for_its_name() {
    let endpoint = endpoint(Options::new()).await;
    let refused = deploy("prod", &endpoint, &[]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(text(&refused.stderr).contains("no terminal to ask at: give --yes"), "{refused:?}");
    // util-linux's script gives it a terminal.
    let typed = |answer: &'static [u8]| {
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", env!("CARGO_BIN_EXE_deploy"), "/dev/null"]);
        let mut child = with(command, "prod", &endpoint)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script is installed");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(answer).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        drop(stdin);
        output
    };
    let refused = typed(b"yes\n");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    let shown = text(&refused.stdout);
    assert!(shown.contains("not confirmed; nothing was changed"), "{shown}");
    let before = shown.split("Type prod to migrate it").next().expect("a part");
    assert!(before.len() < shown.len() && before.contains("CREATE INDEX ASYNC items_type_idx"), "{shown}");
    let run = typed(b"prod\n");
    let shown = text(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{shown}");
    assert!(
        shown.contains("migrations") && shown.contains("00:00:0") && shown.contains("job "),
        "bars: {shown}"
    );
    assert!(shown.contains("6 applied, 0 already there"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_and_a_wrong_environment_are_told_apart() {
    let endpoint = endpoint(Options::new()).await;
    let database = Dsql::builder()
        .endpoint(format!("{}:{}", endpoint.host(), endpoint.port()))
        .ca_pem(endpoint.ca_pem().expect("an authority"))
        .static_credentials("AKIDEXAMPLE", "secret", None)
        .build()
        .expect("the settings are right");
    let connection = database.connect().await.expect("it connects");
    connection.client().batch_execute("CREATE TABLE items (id text)").await.expect("a table in the way");
    let run = deploy("prod", &endpoint, &["--yes"]);
    let why = text(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{why}");
    assert!(why.contains("0001_items.sql") && why.contains("42P07"), "{why}");
    assert!(!why.contains("AKIDEXAMPLE") && !why.contains("X-Amz"), "{why}");
    let other = deploy("dev", &endpoint, &["--stage", "test"]);
    assert_eq!(other.status.code(), Some(2), "{other:?}");
    assert!(text(&other.stderr).contains("DSQL_ENDPOINT_TEST is not set"), "{other:?}");
    assert_eq!(deploy("beta", &endpoint, &[]).status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_job_stops_in_good_order_and_the_next_goes_on() {
    let endpoint = endpoint(Options::new().job_time(Duration::from_secs(3))).await;
    let mut command = with(Command::new(env!("CARGO_BIN_EXE_deploy")), "test", &endpoint);
    let log = tempfile::NamedTempFile::new().expect("a file");
    let mut job = command.stderr(log.reopen().expect("a log")).spawn().expect("it runs");
    let told = || std::fs::read_to_string(log.path()).expect("a log");
    let begun = Instant::now();
    while !told().contains("job started") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", told());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-TERM", &job.id().to_string()]).status().expect("kill").success());
    assert_eq!(job.wait().expect("it ends").code(), Some(3), "{}", told());
    let run = deploy("test", &endpoint, &[]);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(text(&run.stdout).contains("6 applied"), "{run:?}");
}
