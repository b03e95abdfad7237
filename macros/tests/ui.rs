//! What `cargo build` says about migrations that DSQL would refuse: the whole text, as a user reads it.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

/// trybuild compiles in a project of its own below the target folder. The macro looks for a folder beside that
/// project's Cargo.toml, so the cases' folders are copied there.
fn copy_cases() -> std::io::Result<()> {
    let executable = std::env::current_exe()?;
    let target = executable.ancestors().nth(3).unwrap_or(Path::new("target"));
    let project = target.join("tests/trybuild").join(env!("CARGO_PKG_NAME"));
    for case in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui"))? {
        let case = case?.path();
        let (true, Some(name)) = (case.is_dir(), case.file_name()) else { continue };
        let copy = project.join(name);
        if copy.exists() {
            fs::remove_dir_all(&copy)?;
        }
        fs::create_dir_all(&copy)?;
        for file in fs::read_dir(&case)? {
            let file = file?.path();
            fs::copy(&file, copy.join(file.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}

#[test]
fn every_message_is_as_it_was_approved() {
    copy_cases().unwrap();
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/accepted.rs");
    cases.pass("tests/ui/sql_accepted.rs");
    for case in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")).unwrap() {
        let path = case.unwrap().path();
        let accepted = path.file_stem().is_some_and(|name| name.to_string_lossy().ends_with("accepted"));
        if path.extension().is_some_and(|ending| ending == "rs") && !accepted {
            cases.compile_fail(path);
        }
    }
}
