//! A crate of its own, built by a real cargo.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    target: PathBuf,
}

pub(crate) const MAIN: &str = r#"
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

pub(crate) const BUILD: &str = "fn main() { println!(\"cargo::rerun-if-changed=migrations\"); }\n";

impl Project {
    pub(crate) fn new(name: &str) -> Self {
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

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join("migrations").join(name)
    }

    pub(crate) fn write(&self, name: &str, sql: &str) {
        fs::write(self.file(name), sql).unwrap();
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> (String, String) {
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
    pub(crate) fn run(&self) -> String {
        let (out, err) = self.cargo(&["run", "--quiet"]);
        assert!(!out.is_empty(), "{err}");
        out
    }
}
