use std::collections::BTreeSet;

use super::files::File;
use super::mapping::{Mapping, map};
use super::tool::{Folder, Row};
use super::tools::TOOLS;

fn file(name: &str, text: &str) -> File {
    let stem = name.strip_suffix(".sql").unwrap();
    let counted = stem.strip_prefix('V').unwrap_or(stem);
    let (version, rest) = counted.split_once('_').unwrap();
    File {
        version: version.to_owned(),
        name: rest.trim_start_matches('_').to_owned(),
        file: name.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

fn files() -> Vec<File> {
    ["0001_a.sql", "0002_b.sql", "0003_c.sql"].map(|name| file(name, "SELECT 1;")).to_vec()
}

fn rows(rows: &[&[&str]]) -> Vec<Row> {
    let value = |text: &&str| (*text != "NULL").then(|| (*text).to_owned());
    rows.iter().map(|row| row.iter().map(value).collect()).collect()
}

fn mapped(tool: &str, files: &[File], journal: Option<&str>, table: &[&[&str]]) -> Mapping {
    let tool = TOOLS.iter().find(|one| one.name == tool).unwrap();
    let text_versions = table.iter().all(|row| row.get(3) == Some(&"text"));
    let folder = Folder { files, journal, same_table: tool.name == "three-columns", text_versions };
    map(files, (tool.read)(&rows(table), &folder), &BTreeSet::new())
}

fn recorded(mapping: &Mapping) -> Vec<&str> {
    mapping.record.iter().map(|one| one.version.as_str()).collect()
}

#[test]
fn versions_are_one_whatever_zeros_stand_before_them() {
    let found = mapped(
        "refinery",
        &files(),
        None,
        &[&["1", "a", "2026-01-01T00:00:00Z", "0"], &["9", "gone", "", "0"]],
    );
    assert_eq!(recorded(&found), ["0001"]);
    assert_eq!(found.record[0].applied_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(found.record[0].note.as_deref(), Some("the file was edited since: its checksum is another"));
    assert_eq!(found.unmatched[0].row, "V9__gone");
    assert_eq!(
        found.pending.iter().map(|one| one.file.as_str()).collect::<Vec<_>>(),
        ["0002_b.sql", "0003_c.sql"]
    );
}

#[test]
fn a_file_that_a_run_would_find_late_is_said() {
    let found = mapped("goose", &files(), None, &[&["0", "t", ""], &["1", "t", ""], &["3", "t", ""]]);
    assert_eq!(recorded(&found), ["0001", "0003"]);
    assert!(found.pending[0].late);
}

#[test]
fn goose_logs_what_was_undone() {
    let table: &[&[&str]] = &[
        &["0", "t", ""],
        &["1", "t", "x"],
        &["2", "t", "x"],
        &["2", "f", "x"],
        &["1", "f", "x"],
        &["1", "t", "y"],
    ];
    let found = mapped("goose", &files(), None, table);
    assert_eq!(recorded(&found), ["0001"]);
    assert_eq!(found.record[0].applied_at.as_deref(), Some("y"));
}

#[test]
fn golang_migrate_means_all_files_up_to_its_version() {
    assert_eq!(recorded(&mapped("golang-migrate", &files(), None, &[&["2", "f"]])), ["0001", "0002"]);
    let dirty = mapped("golang-migrate", &files(), None, &[&["2", "t"]]);
    assert!(dirty.record.is_empty() && dirty.refused[0].why.contains("dirty"), "{dirty:?}");
    let unknown = mapped("golang-migrate", &files(), None, &[&["7", "f"]]);
    assert_eq!((recorded(&unknown).len(), unknown.unmatched.len()), (3, 1));
    assert_eq!(mapped("golang-migrate", &files(), None, &[]).pending.len(), 3);
}

#[test]
fn flyway_baselines_undoes_and_fails() {
    let row = |version: &'static str, kind: &'static str, success: &'static str| -> [&'static str; 7] {
        [version, "d", kind, "s.sql", "0", "t", success]
    };
    let table = [
        row("2", "BASELINE", "t"),
        row("3", "SQL", "t"),
        row("3", "UNDO_SQL", "t"),
        row("NULL", "SQL", "t"),
        row("1.1", "SQL", "t"),
    ];
    let table: Vec<&[&str]> = table.iter().map(<[&str; 7]>::as_slice).collect();
    let found = mapped("flyway", &files(), None, &table);
    assert_eq!(recorded(&found), ["0001", "0002"]);
    assert_eq!(found.unmatched.len(), 2);
    let failed = row("2", "SQL", "f");
    let found = mapped("flyway", &files(), None, &[&failed]);
    assert!(found.refused[0].why.contains("flyway repair"), "{found:?}");
}

#[test]
fn a_flyway_baseline_counts_what_it_stands_for_and_no_more() {
    let files: Vec<File> =
        ["V0__zero.sql", "V1__a.sql", "V2__b.sql", "V10__c.sql"].map(|name| file(name, "SELECT 1;")).to_vec();
    let row = |version: &'static str, kind: &'static str| [version, "d", kind, "s.sql", "0", "t", "t"];
    for kind in ["SQL_BASELINE", "JDBC_BASELINE", "BASELINE"] {
        let found = mapped("flyway", &files, None, &[&row("2", kind)]);
        assert_eq!(recorded(&found), ["0", "1", "2"], "{kind}");
    }
    for version in ["1.0", "0.1", "2024.01", "NULL", "-1"] {
        let found = mapped("flyway", &files, None, &[&row(version, "BASELINE")]);
        assert!(found.record.is_empty(), "{version}: {found:?}");
        assert!(found.refused[0].why.contains("no whole number"), "{version}: {found:?}");
    }
    // A row without a version is about no file, be it the one of version 0.
    let found = mapped("flyway", &files, None, &[&row("0", "SQL"), &row("NULL", "DELETE")]);
    assert_eq!(recorded(&found), ["0"]);
    assert!(mapped("sqlx", &files, None, &[&["NULL", "x", "t", "t", ""]]).record.is_empty());
    assert!(mapped("golang-migrate", &files, None, &[&["-1", "f"]]).record.is_empty());
}

#[test]
fn drizzle_goes_by_its_journal_and_by_hashes() {
    let files = [file("0000_brave_hulk.sql", "SELECT 1;"), file("0001_sad_thor.sql", "SELECT 2;")];
    let journal = r#"{"version":"7","entries":[{"idx":0,"when":1700000000000,"tag":"0000_brave_hulk","breakpoints":true}]}"#;
    let hash = "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a";
    let by_time = mapped("drizzle", &files, Some(journal), &[&[hash, "1700000000000"]]);
    assert_eq!((recorded(&by_time), by_time.record[0].note.as_deref()), (vec!["0000"], None));
    assert_eq!(recorded(&mapped("drizzle", &files, None, &[&[hash, "1"]])), ["0000"]);
    let edited = mapped("drizzle", &files, Some(journal), &[&["abc", "1700000000000"]]);
    assert!(edited.record[0].note.is_some(), "{edited:?}");
    assert_eq!(mapped("drizzle", &files, None, &[&["abc", "1"]]).unmatched.len(), 1);
}

#[test]
fn a_drizzle_migration_that_is_applied_in_part_is_refused() {
    let files = [file("0000_a.sql", "SELECT 1;\n--> statement-breakpoint\nSELECT 2;")];
    let journal = r#"{"entries":[{"when":5,"tag":"0000_a"}]}"#;
    let part = mapped("drizzle-dsql", &files, Some(journal), &[&["h", "5", "0", "t"]]);
    assert!(part.refused[0].why.contains("1 of its 2 statements"), "{part:?}");
    let whole =
        mapped("drizzle-dsql", &files, Some(journal), &[&["h", "5", "0", "t"], &["h", "5", "1", "u"]]);
    assert_eq!((recorded(&whole), whole.record[0].applied_at.as_deref()), (vec!["0000"], Some("u")));
}

#[test]
fn our_own_table_must_name_versions_as_the_files_do() {
    let found =
        mapped("three-columns", &files(), None, &[&["0001", "a", "t", "text"], &["2", "b", "t", "text"]]);
    assert_eq!(recorded(&found), ["0001"]);
    assert!(found.refused[0].why.contains("name the file 2_b.sql"), "{found:?}");
    let numbers = mapped("three-columns", &files(), None, &[&["1", "a", "t", "bigint"]]);
    assert!(numbers.refused[0].why.contains("--table"), "{numbers:?}");
}

#[test]
fn what_failed_half_way_is_refused() {
    let found = mapped("sqlx", &files(), None, &[&["1", "a", "t", "f", ""]]);
    assert!(found.record.is_empty() && found.refused[0].why.contains("half-way"), "{found:?}");
}
