//! `new`, `lock` and `plan` over a folder.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn call(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_dsql-migrate")).args(arguments).current_dir(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn new_files_are_numbered_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(text(&call(&["new", "Add items"], folder.path()).stdout), "migrations/0001_add_items.sql\n");
    assert_eq!(text(&call(&["new", "more"], folder.path()).stdout), "migrations/0002_more.sql\n");
    // What a crate embeds looks edited, so that cargo sees to the new file.
    let first = folder.path().join("migrations/0002_more.sql");
    let long_ago = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().append(true).open(&first).unwrap().set_modified(long_ago).unwrap();
    let before = fs::read(&first).unwrap();
    assert_eq!(text(&call(&["new", "third"], folder.path()).stdout), "migrations/0003_third.sql\n");
    assert_ne!(fs::metadata(&first).unwrap().modified().unwrap(), long_ago);
    assert_eq!(fs::read(&first).unwrap(), before);
    let stamped = text(&call(&["new", "late", "--timestamp"], folder.path()).stdout);
    assert!(
        stamped.starts_with("migrations/20") && stamped.len() == "migrations/20261121150305_late.sql\n".len(),
        "{stamped}"
    );
    fs::create_dir(folder.path().join("flyway")).unwrap();
    fs::write(folder.path().join("flyway/V9__First.sql"), "CREATE DOMAIN a AS text;\n").unwrap();
    let prefixed = call(&["new", "more", "--path", "flyway"], folder.path());
    assert_eq!(text(&prefixed.stdout), "flyway/V10__more.sql\n");
    assert_eq!(call(&["new", "!"], folder.path()).status.code(), Some(2));
    // A file that nobody has written yet is noticed.
    let check = call(&["check"], folder.path());
    assert_eq!(check.status.code(), Some(1));
    assert!(text(&check.stdout).contains("error[empty-migration]"));
}

#[test]
fn the_lock_guards_what_was_locked() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join("migrations").join(name);
    fs::create_dir(folder.path().join("migrations")).unwrap();
    fs::write(file("0001_a.sql"), "CREATE DOMAIN a AS text;\n").unwrap();
    assert_eq!(call(&["lock", "--check"], folder.path()).status.code(), Some(1), "there is no lock yet");
    assert_eq!(
        text(&call(&["lock"], folder.path()).stdout),
        "wrote migrations/migrations.lock (1 migrations)\n"
    );
    assert_eq!(call(&["lock", "--check"], folder.path()).status.code(), Some(0));
    fs::write(file("0001_a.sql"), "-- said better\r\nCREATE DOMAIN a AS text;\r\n").unwrap();
    assert_eq!(
        call(&["lock", "--check"], folder.path()).status.code(),
        Some(0),
        "comments and line ends may change"
    );
    fs::write(file("0001_a.sql"), "CREATE DOMAIN a AS bigint;\n").unwrap();
    for arguments in [&["check"][..], &["lock", "--check"][..], &["lock"][..]] {
        let output = call(arguments, folder.path());
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("`0001_a.sql` was edited after it was locked"), "{said}");
    }
    assert_eq!(call(&["lock", "--accept-history"], folder.path()).status.code(), Some(0));
    assert_eq!(call(&["check"], folder.path()).status.code(), Some(0));
    fs::write(file("0002_b.sql"), "CREATE DOMAIN b AS text;\n").unwrap();
    let behind = call(&["lock", "--check"], folder.path());
    assert_eq!((behind.status.code(), text(&behind.stderr).contains("not up to date")), (Some(1), true));
    assert_eq!(call(&["check"], folder.path()).status.code(), Some(0));
}

#[test]
fn names_of_flyway_and_refinery_are_taken_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join("migrations").join(name);
    fs::create_dir(folder.path().join("migrations")).unwrap();
    fs::write(file("V2__Add_items.sql"), "CREATE DOMAIN a AS text;\n").unwrap();
    fs::write(file("V10__more.sql"), "DROP DOMAIN a;\n").unwrap();
    assert_eq!(call(&["check"], folder.path()).status.code(), Some(0));
    assert_eq!(call(&["lock"], folder.path()).status.code(), Some(0));
    assert_eq!(call(&["lock", "--check"], folder.path()).status.code(), Some(0));
    let plan = text(&call(&["plan"], folder.path()).stdout);
    assert!(plan.starts_with("2 Add_items  "), "{plan}");
    for (name, words) in [
        ("U2__Add_items.sql", "what is to be undone is undone by a new migration"),
        ("V1.5__between.sql", "the version is one whole number"),
        ("0011_x.down.sql", "files that undo are not run"),
    ] {
        fs::write(file(name), "SELECT 1;\n").unwrap();
        let refused = call(&["check"], folder.path());
        let said = text(&refused.stdout);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{said}");
        fs::remove_file(file(name)).unwrap();
    }
}

#[test]
fn a_plan_shows_transactions_waits_and_proofs() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let human = text(&call(&["plan"], &samples).stdout);
    for part in [
        "0003 drop_items  contract  (migrations/0003_drop_items.sql, ",
        "proof: table items is gone",
        "  2. DDL that starts a job, a transaction of its own\n      line 18: CREATE INDEX ASYNC items_type_idx ON items (type)",
        "wait for all 5 jobs",
        "proof: constraint items_v2_finished_not_null of items_v2 is validated",
        "DML, one transaction together with its record",
    ] {
        assert!(human.contains(part), "{part}\n{human}");
    }
    let document: Value =
        serde_json::from_slice(&call(&["plan", "--format", "json"], &samples).stdout).unwrap();
    assert_eq!(document["migrations"].as_array().unwrap().len(), 6);
    assert_eq!(document["migrations"][2]["phase"], "contract");
    assert_eq!(document["migrations"][2]["steps"][0]["statements"][0]["sql"], json!("DROP TABLE items"));
}
