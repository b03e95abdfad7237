//! What the command says of itself.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

#[test]
fn every_command_has_its_help_completions_and_page() {
    let call = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_dsql-migrate")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let commands = [
        "run", "status", "verify", "dry-run", "baseline", "adopt", "new", "check", "plan", "lock", "explain",
    ];
    let all = call(&["--help"]);
    for command in commands {
        let help = call(&[command, "--help"]);
        assert!(all.contains(&format!("  {command} ")), "{all}");
        assert!(help.contains("Exit code"), "{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 120), "{help}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(call(&["completions", shell]).contains("adopt"), "{shell}");
    }
    assert!(call(&["man"]).contains(".TH dsql-migrate 1"));
    let folder = tempfile::tempdir().unwrap();
    call(&["man", "--out", &folder.path().display().to_string()]);
    assert!(Path::new(&folder.path().join("dsql-migrate-adopt.1")).exists());
}
