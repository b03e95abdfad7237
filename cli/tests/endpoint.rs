//! The flags and variables that say where the database is, against an emulator with TLS and tokens.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![cfg(feature = "iam")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use dsql_local::{Cluster, Options};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDLOCAL"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];

/// Runs the binary with these variables and none of the machine's that are about AWS or databases.
fn call(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_dsql-migrate"));
    for (name, _) in std::env::vars() {
        if name.starts_with("AWS_") || name.starts_with("DSQL_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    // No profile and no instance's credentials, whatever machine this is.
    command.envs([
        ("AWS_CONFIG_FILE", "/no/such/file"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/no/such/file"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]);
    let output =
        command.args(arguments).envs(variables.iter().copied()).current_dir(samples).output().unwrap();
    let Output { status, stdout, stderr } = output;
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(!said.contains("hunter2") && !said.contains("X-Amz-Signature"), "{said}");
    (status.code(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_migrated_with_tokens_over_verified_tls() {
    let cluster = Cluster::start(Options::new().insecure(false)).await.unwrap();
    let endpoint = format!("localhost:{}", cluster.port());
    let ca = cluster.endpoint().ca_file().unwrap().to_str().unwrap();
    let flags = ["--endpoint", &endpoint, "--ca", ca];

    let (code, said) = call(&[&["run"], &flags[..]].concat(), &KEYS);
    let applied = said.lines().filter(|line| line.starts_with("applied ")).count();
    assert_eq!((code, applied), (Some(0), 6), "{said}");
    // The same by variables; and a URL asks for the same authority.
    let variables = [("DSQL_ENDPOINT", endpoint.as_str()), ("DSQL_CA", ca)];
    let (code, said) = call(&["status"], &[&KEYS[..], &variables].concat());
    assert_eq!(code, Some(0), "{said}");
    let url = cluster.url();
    let (code, said) = call(&["status", "--url", &url, "--ca", ca], &[]);
    assert_eq!(code, Some(0), "{said}");
    let verifying = format!("{}&sslrootcert={ca}", url.replace("=require", "=verify-full"));
    let (code, said) = call(&["status"], &[("DATABASE_URL", &verifying)]);
    assert_eq!(code, Some(0), "{said}");

    // What is wrong is told apart.
    let (code, said) = call(&["status", "--endpoint", &endpoint], &KEYS);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("authority is not known") && said.contains("--ca"), "{said}");
    let (code, said) = call(&[&["status"], &flags[..]].concat(), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("no AWS credentials") && said.contains("AWS_PROFILE"), "{said}");
    let (code, said) = call(&[&["status", "--user", "nobody"], &flags[..]].concat(), &KEYS);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("AWS IAM GRANT \"nobody\"") && said.contains("dsql:DbConnect "), "{said}");
    cluster.stop().await;
}

#[test]
fn one_database_is_meant() {
    for (arguments, variables, part) in [
        (&["status"][..], &[][..], "no database is given"),
        (
            &["status", "--region", "us-east-1"],
            &[("DATABASE_URL", "postgres://a@localhost/d")],
            "no endpoint",
        ),
        (
            &["status"],
            &[("DATABASE_URL", "postgres://a@localhost/d"), ("DSQL_ENDPOINT", "localhost")],
            "both DATABASE_URL and DSQL_ENDPOINT",
        ),
        (
            &["status", "--url", "postgres://a@localhost/d", "--endpoint", "localhost"],
            &[],
            "cannot be used with",
        ),
        (&["status", "--endpoint", "https://localhost"], &[], "no port"),
        (&["status", "--endpoint", "localhost", "--ca", "/no/such.pem"], &[], "/no/such.pem"),
    ] {
        let (code, said) = call(arguments, variables);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}
