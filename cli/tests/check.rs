//! `dsql-migrate check` as CI and editors call it.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

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
        ("0001_a.sql", "CREATE TABLE é (\r\n  a int PRIMARY KEY,\r\n  b money\r\n);"),
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
           = help: use numeric(19,4)\n  \
           = see: `dsql-migrate explain column-type`\n\n\
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

#[test]
fn a_fix_keeps_comments_and_layout_and_is_done_once() {
    let wrong = "-- c1\r\nCREATE INDEX /* c2 */ i ON t\r\n  USING btree -- c3\r\n  (a ASC, b DESC);\r\nCREATE SEQUENCE s; -- c4\r\n\
                 ALTER TABLE t VALIDATE CONSTRAINT c;\r\nCREATE TABLE k (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);";
    let mended = "-- c1\r\nCREATE INDEX ASYNC /* c2 */ i ON t -- c3\r\n  (a, b DESC);\r\nCREATE SEQUENCE s CACHE 1; -- c4\r\n\
                  ALTER TABLE ASYNC t VALIDATE CONSTRAINT c;\r\nCREATE TABLE k (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY);";
    let folder = folder(&[("0001_a.sql", wrong)]);
    let file = folder.path().join("migrations/0001_a.sql");
    let output = check(&["--fix", "--dry-run"], folder.path());
    assert_eq!(fs::read_to_string(&file).unwrap(), wrong);
    let diff = text(&output.stdout);
    assert!(diff.starts_with("--- a/migrations/0001_a.sql\n+++ b/migrations/0001_a.sql\n"), "{diff}");
    assert!(diff.contains("+ALTER TABLE ASYNC t VALIDATE CONSTRAINT c;"), "{diff}");
    let output = check(&["--fix"], folder.path());
    assert_eq!(fs::read_to_string(&file).unwrap(), mended);
    assert!(text(&output.stderr).contains("mended 6 findings"), "{}", text(&output.stderr));
    // DESC changes the index; that is left to its author.
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("error[index-sort-order]"));
    check(&["--fix"], folder.path());
    assert_eq!(fs::read_to_string(&file).unwrap(), mended);
}

#[test]
fn annotations_for_pull_requests() {
    let folder = folder(&[("0001_a.sql", "TRUNCATE a;")]);
    let output = check(&["--format", "github"], folder.path());
    assert_eq!(
        text(&output.stdout),
        "::error file=migrations/0001_a.sql,line=1,endLine=1,col=1,endColumn=9,title=truncate::`TRUNCATE` is not supported%0A\
         server: 0A000 unsupported statement: Truncate%0A\
         help: delete in slices of 1,000 rows, or drop the table and make it anew\n"
    );
}

#[test]
fn sarif_names_rules_places_and_fixes() {
    let folder = folder(&[("0001_a.sql", "CREATE INDEX i ON t (a);")]);
    let output = check(&["--format", "sarif"], folder.path());
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let run = &document["runs"][0];
    let result = &run["results"][0];
    assert_eq!(
        (&document["version"], &result["ruleId"], &result["level"]),
        (&json!("2.1.0"), &json!("index-async"), &json!("error"))
    );
    let index = result["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "index-async");
    assert_eq!(
        result["locations"][0]["physicalLocation"],
        json!({"artifactLocation": {"uri": "migrations/0001_a.sql"}, "region": {"startLine": 1, "startColumn": 8, "endLine": 1, "endColumn": 13}})
    );
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        " ASYNC"
    );
}

#[test]
fn statements_can_be_judged_by_themselves() {
    let folder = folder(&[("0001_a.sql", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 1) NOT VALID;")]);
    assert!(text(&check(&[], folder.path()).stdout).contains("warning[not-validated]"));
    assert!(!text(&check(&["--no-catalog"], folder.path()).stdout).contains("not-validated"));
}

#[test]
fn a_rule_explains_itself() {
    let explain = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_dsql-migrate")).arg("explain").args(arguments).output().unwrap()
    };
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules/index-async.md"))
        .unwrap();
    assert_eq!(text(&explain(&["index-async"]).stdout), page);
    let document: Value =
        serde_json::from_slice(&explain(&["index-async", "--format", "json"]).stdout).unwrap();
    assert_eq!((&document["id"], &document["severity"]), (&json!("index-async"), &json!("error")));
    assert_eq!(document["page"], page);
    let all: Value = serde_json::from_slice(&explain(&["--format", "json"]).stdout).unwrap();
    assert!(all["rules"].as_array().unwrap().iter().any(|rule| rule["id"] == "down-section"));
    let unknown = explain(&["index-asynk"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("did you mean `index-async`?"));
    assert!(text(&explain(&[]).stdout).contains("truncate"));
}
