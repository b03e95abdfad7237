//! What `embed_migrations!` costs a build, beside sqlx 0.9's `migrate!` over the same files, in one run.
//!
//! ```text
//! cargo bench -p dsql-migrate-tests --bench build_speed                  # 25, 100, 300 and 1,000 files
//! cargo bench -p dsql-migrate-tests --bench build_speed -- 10000         # other numbers of files
//! cargo bench -p dsql-migrate-tests --bench build_speed -- release       # how a release binary grows
//! ```
//!
//! Each file has six statements. Both crates are built once; then one file is edited and the crate is built again, five times,
//! of which the best is told: wall time of `cargo build`, and the most memory that rustc had. The program that is built
//! decodes its plan and tells how long that took. Linux only: the memory is read from `/proc`.

#![allow(clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Where the wrapper of rustc writes how much memory it had.
const PEAK: &str = "BUILD_SPEED_PEAK";
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    if let Some(peak) = std::env::var_os(PEAK) {
        return wrapped(Path::new(&peak));
    }
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if arguments.first().is_some_and(|first| first == "release") {
        release();
        return ExitCode::SUCCESS;
    }
    let mut sizes: Vec<usize> = arguments.iter().map(|one| one.parse().expect("a number of files")).collect();
    if sizes.is_empty() {
        sizes = vec![25, 100, 300, 1_000];
    }
    println!("files | embed_migrations! | migrate! of sqlx | ratio | rustc's memory | decoding");
    for files in sizes {
        let (own, sqlx) = (Crate::new(Kind::Own, files), Crate::new(Kind::Sqlx, files));
        let mut best = [Duration::MAX; 2];
        for round in 0..ROUNDS {
            for (best, one) in best.iter_mut().zip([&own, &sqlx]) {
                *best = (*best).min(one.rebuilt(round));
            }
        }
        let [first, second] = best.map(|time| time.as_secs_f64());
        println!(
            "{files:>5} | {first:>15.2} s | {second:>14.2} s | {:>5.2} | {:>11} MB | {}",
            first / second,
            own.peak() / 1024,
            own.decoding()
        );
    }
    ExitCode::SUCCESS
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Own,
    Sqlx,
}

/// A crate that embeds so many files.
struct Crate {
    folder: PathBuf,
    name: String,
    files: usize,
}

impl Crate {
    fn new(kind: Kind, files: usize) -> Self {
        let name = format!("{}-{files}", if kind == Kind::Own { "own" } else { "sqlx-beside" });
        let folder = scratch().join(&name);
        let _ = fs::remove_dir_all(folder.join("migrations"));
        fs::create_dir_all(folder.join("migrations")).expect("a folder");
        fs::create_dir_all(folder.join("src")).expect("a folder");
        let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime");
        let (dependency, main) = match kind {
            Kind::Own => (
                format!("dsql-migrate = {{ path = {runtime:?}, default-features = false }}"),
                "static SET: dsql_migrate::Migrations = dsql_migrate::embed_migrations!(\"migrations\");\n\
                 fn main() {\n    let start = std::time::Instant::now();\n    let files = SET.iter().len();\n\
                 \x20   println!(\"{files} files in {} µs\", start.elapsed().as_micros());\n}\n",
            ),
            Kind::Sqlx => (
                "sqlx = { version = \"0.9\", default-features = false, features = [\"macros\", \"migrate\"] }".to_owned(),
                "static SET: sqlx::migrate::Migrator = sqlx::migrate!(\"./migrations\");\n\
                 fn main() {\n    println!(\"{}\", SET.iter().count());\n}\n",
            ),
        };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
        fs::write(folder.join("src/main.rs"), main).expect("a source");
        // What the build script is for is no part of what is measured; it costs both nothing.
        fs::write(
            folder.join("build.rs"),
            "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n",
        )
        .expect("a build script");
        let one = Self { folder, name, files };
        for number in 0..files {
            one.write(number, 0);
        }
        one.build(&[]);
        one
    }

    /// Writes a file of six statements.
    fn write(&self, number: usize, edit: usize) {
        let file = self.folder.join(format!("migrations/{:05}_step.sql", number + 1));
        fs::write(file, six_statements(number, edit)).expect("a migration");
    }

    fn build(&self, more: &[&str]) {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .args(more)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", scratch().join("target"))
            .env("RUSTC_WRAPPER", std::env::current_exe().expect("this program"))
            .env(PEAK, self.folder.join("peak"))
            .status()
            .expect("cargo runs");
        assert!(status.success(), "{} is not built", self.name);
    }

    /// How long a build takes after a file has been edited.
    fn rebuilt(&self, round: usize) -> Duration {
        self.write(self.files / 2, round + 1);
        let start = Instant::now();
        self.build(&[]);
        start.elapsed()
    }

    /// The most memory that rustc had for this crate, in KiB.
    fn peak(&self) -> u64 {
        let text = fs::read_to_string(self.folder.join("peak")).expect("what rustc had");
        text.trim().parse().expect("a number")
    }

    fn decoding(&self) -> String {
        let program = scratch().join("target/debug").join(&self.name);
        let output = Command::new(program).output().expect("the program runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

fn six_statements(number: usize, edit: usize) -> String {
    let table = format!("readings_{}", number / 10);
    let mut sql = if number.is_multiple_of(10) {
        format!(
            "CREATE TABLE {table} (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), value int NOT NULL, note text);\n\
             CREATE INDEX ASYNC ON {table} (note);\n"
        )
    } else {
        format!(
            "ALTER TABLE {table} ADD COLUMN c_{number} text;\nCOMMENT ON COLUMN {table}.c_{number} IS 'step {number}';\n"
        )
    };
    for row in 0..3 {
        let _ =
            writeln!(sql, "INSERT INTO {table} (value, note) VALUES ({}, 'edit {edit}');", number * 3 + row);
    }
    let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    sql + &format!("UPDATE {table} SET note = 'seen' WHERE id = '{id}';\n")
}

/// A folder of this bench's own, which is kept between runs: other crates are built once.
fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("build_speed")
}

/// Bytes that a release binary grows by, beside those of the SQL that is added.
fn release() {
    let size = |files: usize| {
        let one = Crate::new(Kind::Own, files);
        one.build(&["--release"]);
        let binary = scratch().join("target/release").join(&one.name);
        let binary = fs::metadata(binary).expect("the program").len();
        let sql: u64 = (0..files).map(|number| six_statements(number, 0).len() as u64).sum();
        (binary, sql)
    };
    let ((small, few), (large, many)) = (size(25), size(1_000));
    let (grown, sql) = (large - small, many - few);
    #[allow(clippy::cast_precision_loss)]
    let ratio = grown as f64 / sql as f64;
    println!("975 files more: {sql} bytes of SQL, {grown} bytes of the binary: {ratio:.2} times the SQL");
}

/// Runs rustc, and tells how much memory it had for the crate that is measured.
fn wrapped(peak: &Path) -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let rustc = arguments.next().expect("cargo names rustc");
    let arguments: Vec<_> = arguments.collect();
    let is_measured = arguments.iter().any(|one| one.to_string_lossy().starts_with("own_"));
    let mut child = Command::new(rustc).args(&arguments).stdin(Stdio::inherit()).spawn().expect("rustc runs");
    let mut most = 0_u64;
    let status = loop {
        let about = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = about.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let bytes = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
        most = most.max(bytes.unwrap_or(0));
        if let Some(status) = child.try_wait().expect("rustc ends") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    if is_measured {
        fs::write(peak, most.to_string()).expect("the memory is noted");
    }
    ExitCode::from(status.code().map_or(1, |code| u8::try_from(code).unwrap_or(1)))
}
