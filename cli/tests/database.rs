//! `run` and `status` against the emulator.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use dsql_local::{Cluster, Options};
use serde_json::Value;

fn call(arguments: &[&str], url: &str) -> Output {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Command::new(env!("CARGO_BIN_EXE_dsql-migrate"))
        .args(arguments)
        .args(["--url", url])
        .current_dir(samples)
        .output()
        .unwrap()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_applied_once_and_its_state_is_told() {
    let cluster = Cluster::start(Options::new().insecure(true)).await.unwrap();
    let url = cluster.url();
    let before = call(&["status", "--format", "json"], &url);
    assert_eq!((before.status.code(), &document(&before)["current"]), (Some(3), &Value::Bool(false)));
    let dry = call(&["run", "--dry-run"], &url);
    assert!(String::from_utf8_lossy(&dry.stdout).contains("0001"), "{dry:?}");
    let ran = call(&["run", "--format", "json"], &url);
    assert_eq!((ran.status.code(), document(&ran)["applied"].as_array().unwrap().len()), (Some(0), 6));
    let again = call(&["run"], &url);
    assert_eq!(String::from_utf8_lossy(&again.stdout), "nothing to apply: all 6 migrations are there\n");
    let after = call(&["status", "--format", "json"], &url);
    assert_eq!(after.status.code(), Some(0));
    assert_eq!(document(&after)["migrations"][5]["state"], "applied");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_reached_or_read_is_told_without_secrets() {
    let cluster = Cluster::start(Options::new().insecure(true)).await.unwrap();
    let address = format!("postgres://admin:hunter2@localhost:{}/postgres", cluster.port());
    for (url, code, part) in [
        // The emulator has no TLS here: what is asked for is not made weaker.
        (format!("{address}?sslmode=require"), 1, "TLS"),
        (format!("{address}?sslmode=verify-full&sslrootcert=/no/such.pem"), 2, "/no/such.pem"),
        (format!("{address}?sslmode=hunter2"), 2, "sslmode"),
        ("nonsense hunter2".to_owned(), 2, "postgres://"),
    ] {
        let wrong = call(&["run"], &url);
        let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert_eq!(wrong.status.code(), Some(code), "{said}");
        assert!(said.contains(part) && !said.contains("hunter2"), "{said}");
    }
    cluster.stop().await;
}
