//! `dsql-migrate check` as CI and editors call it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn check(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dsql-migrate"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("migrations")).unwrap();
    for (name, sql) in files {
        fs::write(folder.path().join("migrations").join(name), sql).unwrap();
    }
    folder
}

#[test]
fn the_sample_set_is_clean() {
    let output = check(&["../migrations"], Path::new(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(
        text(&output.stdout),
        "6 files, 29 statements: no errors, no warnings (Aurora DSQL as of 2026-10-16)\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_finding_is_shown_with_its_place_and_ends_with_one() {
    let folder = folder(&[
        ("0001_a.sql", "CREATE TABLE é (\r\n  a int,\r\n  b money\r\n);"),
        ("0002_b.sql", "SELECT 1"),
    ]);
    let output = check(&[], folder.path());
    assert_eq!(
        text(&output.stdout),
        "error[column-type]: a column cannot be of type `money`\n \
         --> migrations/0001_a.sql:3:5\n  \
           |\n\
         3 |   b money \n  \
           |     ^^^^^\n  \
           |\n  \
           = server: 0A000 datatype money not supported\n  \
           = help: use numeric(19,4)\n\n\
         2 files, 2 statements: 1 error, no warnings (Aurora DSQL as of 2026-10-16)\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn json_is_one_document_on_standard_output() {
    let folder = folder(&[("x.txt", "BEGIN;\n/* é */ CREATE INDEX i\n ON t (a)")]);
    let output = check(&["migrations/x.txt", "--format", "json"], folder.path());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["format"], 1);
    assert_eq!((&document["files"], &document["statements"]), (&json!(1), &json!(2)));
    assert_eq!(document["dialect"], "2026-10-16");
    let index = &document["diagnostics"][1];
    assert_eq!(
        *index,
        json!({
            "rule": "index-async", "severity": "error", "file": "migrations/x.txt",
            "line": 2, "column": 16, "end_line": 2, "end_column": 21,
            "message": "`CREATE INDEX` without `ASYNC`",
            "help": "write `CREATE INDEX ASYNC i\n ON t (a)`",
            "server": {"sqlstate": "0A000", "message": "unsupported mode. please use CREATE INDEX ASYNC."},
            "evidence": "live recording 2026-09-16, probe create_index_sync",
        })
    );
    let open = &document["diagnostics"][0];
    assert_eq!((&open["rule"], &open["server"]), (&json!("open-transaction"), &Value::Null));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn an_older_dialect_refuses_what_came_later() {
    let folder = folder(&[("0001_a.sql", "CREATE TABLE t (id uuid PRIMARY KEY, extra jsonb)")]);
    assert_eq!(check(&["--dialect", "2026-06-08"], folder.path()).status.code(), Some(0));
    let output = check(&["--dialect", "2026-06-07"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("judged as of 2026-06-07; DSQL has taken this since 2026-06-08"));
}

#[test]
fn what_cannot_be_read_or_understood_ends_with_two() {
    let folder = folder(&[]);
    for (arguments, words) in [
        (&["nowhere"][..], "nowhere: No such file"),
        (&["migrations"][..], "there is no .sql file in migrations"),
        (&["--format", "xml"][..], "invalid value 'xml'"),
        (&["--dialect", "yesterday"][..], "`yesterday` is not a day"),
    ] {
        let output = check(arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}
