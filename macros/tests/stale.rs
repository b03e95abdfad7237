//! A binary never embeds other migrations than its folder holds: a real crate, built by a real cargo.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

struct Project {
    folder: PathBuf,
    target: PathBuf,
}

const MAIN: &str = r#"
dsql_migrate::embed_migrations!(pub static MIGRATIONS = "migrations");

fn main() {
    match MIGRATIONS.check_fresh() {
        Ok(()) => {
            let names: Vec<_> = MIGRATIONS.iter().map(|one| format!("{}_{}:{}", one.version(), one.name(), one.checksum())).collect();
            println!("{}", names.join(" "));
        }
        Err(error) => println!("{error}"),
    }
}
"#;

const BUILD: &str = "fn main() { println!(\"cargo::rerun-if-changed=migrations\"); }\n";

/// A statement over the set, in a crate that embeds no set.
const STATEMENT: &str = r#"fn main() { println!("{}", dsql_migrate::sql!("SELECT a FROM t")); }"#;

impl Project {
    fn new(name: &str) -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let executable = std::env::current_exe().unwrap();
        let tests = executable.ancestors().nth(3).unwrap().join("tests");
        let folder = tests.join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("migrations")).unwrap();
        let runtime = workspace.join("runtime").canonicalize().unwrap();
        let manifest = format!(
            "[package]\nname = \"stale\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\ndsql-migrate = {{ path = {runtime:?} }}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("src/main.rs"), MAIN).unwrap();
        fs::write(folder.join("build.rs"), BUILD).unwrap();
        // The workspace's choice of versions: nothing is looked up.
        fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self { folder, target: tests.join(format!("{name}-target")) }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join("migrations").join(name)
    }

    fn write(&self, name: &str, sql: &str) {
        fs::write(self.file(name), sql).unwrap();
    }

    fn cargo(&self, arguments: &[&str]) -> (String, String) {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    }

    /// What the program says after whatever cargo finds to build.
    fn run(&self) -> String {
        let (out, err) = self.cargo(&["run", "--quiet"]);
        assert!(!out.is_empty(), "{err}");
        out
    }

    /// The versions and names that the program embeds.
    fn names(&self) -> Vec<String> {
        let run = self.run();
        run.split_whitespace().map(|one| one.split(':').next().unwrap_or_default().to_owned()).collect()
    }
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
    assert_eq!(project.names(), ["0001_a", "0002_b"], "a file that is added");

    fs::rename(project.file("0002_b.sql"), project.file("0003_c.sql")).unwrap();
    assert_eq!(project.names(), ["0001_a", "0003_c"], "a file that is renamed");

    fs::remove_file(project.file("0003_c.sql")).unwrap();
    assert_eq!(project.names(), ["0001_a"], "a file that is removed");

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
