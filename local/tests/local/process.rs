//! The tool as a process: what it prints, and that nothing is left however it ends.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use dsql_local::{Cluster, Options};

fn tool() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dsql-local"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A process that does not outlive a failing test.
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl std::ops::Deref for Process {
    type Target = Child;
    fn deref(&self) -> &Child {
        &self.0
    }
}

impl std::ops::DerefMut for Process {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

/// A served emulator and the line it printed.
fn served(arguments: &[&str]) -> (Process, serde_json::Value) {
    served_by(tool(), arguments)
}

/// The same over the PostgreSQL whose programs are in this folder.
pub(crate) fn served_over(programs: &str, arguments: &[&str]) -> (Process, serde_json::Value) {
    let mut tool = tool();
    tool.env("DSQL_LOCAL_PG_BIN", programs);
    served_by(tool, arguments)
}

fn served_by(mut tool: Command, arguments: &[&str]) -> (Process, serde_json::Value) {
    let child = tool.arg("serve").arg("--json").args(arguments).spawn().expect("the tool runs");
    let mut child = Process(child);
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line:?}"));
    (child, value)
}

/// The folder of the emulator that serves `url`, as PostgreSQL itself names it.
fn folder(served: &serde_json::Value) -> PathBuf {
    let ca = served["ca"].as_str().expect("a certificate's path");
    Path::new(ca).parent().unwrap().to_path_buf()
}

fn psql(url: &str, sql: &str) -> String {
    let output =
        Command::new("psql").args(["-X", "-A", "-t", url, "-c", sql]).output().expect("psql is installed");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

/// Whether both the folder and the server that ran over it go by and by.
fn goes_away(folder: &Path, server: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if !folder.exists() && !Path::new("/proc").join(server).exists() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

fn server_of(folder: &Path) -> String {
    let pid = std::fs::read_to_string(folder.join("data/postmaster.pid")).expect("a running server");
    pid.lines().next().unwrap().to_string()
}

#[test]
fn it_prints_a_line_of_json_and_leaves_nothing_when_ended_or_killed() {
    for signal in ["-INT", "-TERM", "-KILL"] {
        let before = Instant::now();
        let (mut child, served) = served(&["--seed", "5"]);
        // About a second on an idle machine; the bound is for one that runs many tests.
        assert!(before.elapsed() < Duration::from_secs(60), "starting took {:?}", before.elapsed());
        assert_eq!(psql(served["url"].as_str().unwrap(), "SELECT current_user"), "admin");
        assert_eq!((served["host"].as_str(), served["seed"].as_u64()), (Some("localhost"), Some(5)));
        assert!(served["port"].is_u64() && served["postgres"].is_string() && served["rules"].is_string());
        let folder = folder(&served);
        let server = server_of(&folder);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        let status = child.wait().unwrap();
        assert_eq!(status.success(), signal != "-KILL", "{status}");
        assert!(goes_away(&folder, &server), "{signal} leaves {}", folder.display());
    }
}

#[test]
fn kept_data_is_there_again() {
    let kept = tempfile::tempdir().unwrap();
    let data = kept.path().join("data folder");
    let data = data.to_str().unwrap();
    for (sql, answer, signal) in [
        ("CREATE TABLE t (i int)", "CREATE TABLE", "-TERM"),
        ("SELECT count(*) FROM t", "0", "-KILL"),
        // At once after the kill: neither the old server nor what ends it is in the way.
        ("SELECT count(*) FROM t", "0", "-KILL"),
        ("SELECT count(*) FROM t", "0", "-TERM"),
    ] {
        let (mut child, served) = served(&["--insecure", "--data", data]);
        assert_eq!(psql(served["url"].as_str().unwrap(), sql), answer);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().success(), signal == "-TERM");
    }
}

#[test]
fn the_banner_says_what_it_is_and_what_it_is_not() {
    let mut child = Process(tool().args(["serve", "--insecure"]).spawn().unwrap());
    let mut text = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    while !text.contains("Ctrl-C ends it.") {
        assert_ne!(lines.read_line(&mut text).unwrap(), 0, "it ended early: {text}");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    for part in [
        "not Amazon Aurora DSQL",
        "psql \"postgres://",
        "DATABASE_URL=",
        "PostgreSQL 1",
        "differences: ",
        "rules as of 20",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
}

#[test]
fn without_a_postgresql_one_line_says_how_to_get_one() {
    let output = tool().args(["serve"]).env("DSQL_LOCAL_PG_BIN", "/nowhere").output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("apt-get install postgresql") && text.contains("DSQL_LOCAL_PG_BIN"), "{text}");
}

#[test]
fn a_panic_leaves_nothing() {
    let (send, receive) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let cluster = Cluster::start(Options::new().insecure(false)).await.unwrap();
            send.send(cluster.endpoint().ca_file().unwrap().parent().unwrap().to_path_buf()).unwrap();
            panic!("as a failing test would");
        })
    });
    let folder = receive.recv().unwrap();
    assert!(panicked.join().is_err());
    assert!(!folder.exists(), "{} is left", folder.display());
}
