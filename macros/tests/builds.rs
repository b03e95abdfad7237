//! Where crates are built that embed a set: folders outside of the crate, names with blanks and letters of other
//! alphabets, libraries, examples, documentation tests, editors, packages.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

mod project;

use std::fs;
use std::path::{Path, PathBuf};

use project::{MAIN, Project};

const LIBRARY: &str = r#"
//! ```
//! assert_eq!(outside::SET.iter().len(), 1);
//! static HERE: dsql_migrate::Migrations = dsql_migrate::embed_migrations!("../sql für alle");
//! assert_eq!(HERE.digest(), outside::SET.digest());
//! ```
dsql_migrate::embed_migrations!(pub static SET = "../sql für alle");
"#;

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn a_set_outside_of_the_crate_under_odd_names() {
    let project = Project::new("builds with ünïcode");
    // The crate is one of a workspace, and the folder stands beside it.
    let (root, member) = (&project.folder, project.folder.join("outside"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    fs::create_dir_all(member.join("src")).unwrap();
    fs::create_dir_all(member.join("examples")).unwrap();
    fs::create_dir_all(root.join("sql für alle")).unwrap();
    let member_manifest =
        manifest.replace("name = \"stale\"", "name = \"outside\"").replace("\n[workspace]\n", "");
    fs::write(member.join("Cargo.toml"), member_manifest).unwrap();
    fs::write(root.join("Cargo.toml"), "[workspace]\nmembers = [\"outside\"]\nresolver = \"3\"\n").unwrap();
    fs::write(member.join("src/lib.rs"), LIBRARY).unwrap();
    let build = "fn main() { println!(\"cargo::rerun-if-changed=../sql für alle\"); }\n";
    fs::write(member.join("build.rs"), build).unwrap();
    let example = MAIN.replace("\"migrations\"", "\"../sql für alle\"");
    fs::write(member.join("examples/tell.rs"), example).unwrap();
    fs::write(root.join("sql für alle/0001_a.sql"), "CREATE DOMAIN a AS text;").unwrap();
    for unused in ["src", "migrations", "build.rs"] {
        let path = root.join(unused);
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
    let before = files(root);

    // What an editor asks for.
    let (_, said) = project.cargo(&["check", "--message-format=short"]);
    assert!(said.contains("Finished") && !said.contains("warning"), "{said}");
    let (out, err) = project.cargo(&["run", "--quiet", "--example", "tell"]);
    assert!(out.starts_with("0001_a:"), "{out}{err}");
    let (out, err) = project.cargo(&["test"]);
    assert!(out.contains("test set_is_fresh ... ok"), "{out}{err}");
    assert!(out.contains("test outside/src/lib.rs - (line 2) ... ok"), "{out}{err}");

    // A mistake is told with the place of the file.
    fs::write(root.join("sql für alle/0002_b.sql"), "CREATE INDEX i ON a (b);").unwrap();
    let (_, said) = project.cargo(&["check"]);
    assert!(said.contains("sql für alle/0002_b.sql:1:"), "{said}");
    fs::remove_file(root.join("sql für alle/0002_b.sql")).unwrap();

    // Nothing is written beside the sources: they may be vendored, and read-only.
    assert_eq!(files(root), before);
}

#[test]
fn a_package_has_the_migrations() {
    let project = Project::new("builds-package");
    project.write("0001_a.sql", "CREATE DOMAIN a AS text;");
    assert!(project.run().starts_with("0001_a:"));
    let (listed, said) = project.cargo(&["package", "--list", "--allow-dirty"]);
    assert!(listed.lines().any(|line| line == "migrations/0001_a.sql"), "{listed}{said}");
}
