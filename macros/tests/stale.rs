//! A binary never embeds other migrations than its folder holds: a real crate, built by a real cargo.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod project;

use std::fs;

use project::{BUILD, Project};

/// A statement over the set, in a crate that embeds no set.
const STATEMENT: &str = r#"fn main() { println!("{}", dsql_migrate::sql!("SELECT a FROM t")); }"#;

/// The versions and names that the program embeds.
fn names(project: &Project) -> Vec<String> {
    let run = project.run();
    run.split_whitespace().map(|one| one.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_change_of_the_folder_rebuilds_or_fails() {
    let project = Project::new("stale");
    project.write("0001_a.sql", "CREATE DOMAIN a AS text;");
    let first = project.run();
    assert!(first.starts_with("0001_a:"), "{first}");

    project.write("0001_a.sql", "CREATE DOMAIN a AS bigint;");
    assert_ne!(project.run(), first, "an edit");

    project.write("0002_b.sql", "CREATE DOMAIN b AS text;");
    assert_eq!(names(&project), ["0001_a", "0002_b"], "a file that is added");

    fs::rename(project.file("0002_b.sql"), project.file("0003_c.sql")).unwrap();
    assert_eq!(names(&project), ["0001_a", "0003_c"], "a file that is renamed");

    fs::remove_file(project.file("0003_c.sql")).unwrap();
    assert_eq!(names(&project), ["0001_a"], "a file that is removed");

    let before = project.run();
    let text = fs::read(project.file("0001_a.sql")).unwrap();
    fs::write(project.file("0001_a.sql"), text).unwrap();
    assert_eq!(project.run(), before, "a file that is touched");

    // Without the build script: the build says so, and a debug build notices.
    fs::remove_file(project.folder.join("build.rs")).unwrap();
    let (_, said) = project.cargo(&["build"]);
    assert!(said.contains("this crate has no build script"), "{said}");
    assert!(said.contains("println!(\"cargo::rerun-if-changed=migrations\");"), "{said}");
    project.write("0002_b.sql", "CREATE DOMAIN b AS text;");
    let stale = project.run();
    assert!(stale.contains("0002_b.sql is new") && stale.contains("embedded: 0001_a.sql;"), "{stale}");
    // `dsql-migrate new` makes the last file look edited, which is enough.
    let last = fs::File::options().append(true).open(project.file("0001_a.sql")).unwrap();
    last.set_modified(std::time::SystemTime::now()).unwrap();
    assert_eq!(names(&project), ["0001_a", "0002_b"]);

    // A build script that looks elsewhere is noticed as well.
    fs::write(project.folder.join("build.rs"), "fn main() { println!(\"cargo::rerun-if-changed=src\"); }\n")
        .unwrap();
    let (_, said) = project.cargo(&["build"]);
    assert!(said.contains("the build script of this crate does not look at `migrations`"), "{said}");
    fs::write(project.folder.join("build.rs"), BUILD).unwrap();
    let (_, said) = project.cargo(&["build"]);
    assert!(!said.contains("will not be noticed"), "{said}");

    // The test that the macro writes passes where all is well.
    let (out, err) = project.cargo(&["test"]);
    assert!(out.contains("test migrations_is_fresh ... ok"), "{out}{err}");
}

#[test]
fn every_change_of_the_folder_has_statements_judged_anew() {
    let project = Project::new("stale-sql");
    fs::write(project.folder.join("src/main.rs"), STATEMENT).unwrap();
    project.write("0001_t.sql", "CREATE TABLE t (id uuid PRIMARY KEY, a int);");
    assert_eq!(project.run(), "SELECT a FROM t\n");
    let refused = |what: &str| {
        let (_, said) = project.cargo(&["build"]);
        assert!(said.contains("error[unknown-column]: `t` has no column `a`"), "{what}: {said}");
    };

    project.write("0001_t.sql", "CREATE TABLE t (id uuid PRIMARY KEY, b int);");
    refused("an edit");
    project.write("0002_a.sql", "ALTER TABLE t ADD COLUMN a int;");
    assert_eq!(project.run(), "SELECT a FROM t\n", "a file that is added mends it");
    project.write("0003_a.sql", "-- dsql: contract nobody reads it\nALTER TABLE t DROP COLUMN a;");
    refused("a file that is added breaks it");
    fs::remove_file(project.file("0003_a.sql")).unwrap();
    assert_eq!(project.run(), "SELECT a FROM t\n", "a file that is removed");

    // Without the build script the files that there are, are looked at; of others the build says that they are not.
    fs::remove_file(project.folder.join("build.rs")).unwrap();
    let (_, said) = project.cargo(&["build"]);
    assert!(said.contains("this crate has no build script"), "{said}");
    assert_eq!(project.run(), "SELECT a FROM t\n");
    project.write("0002_a.sql", "ALTER TABLE t ADD COLUMN c int;");
    refused("an edit, without the build script");
}
