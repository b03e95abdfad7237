//! An installed PostgreSQL, and which one it is.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Command;

/// A folder with `initdb` and `postgres`, and the version they report.
#[derive(Clone, Debug)]
pub(super) struct Installation {
    pub(super) bin: PathBuf,
    pub(super) version: String,
    /// What its programs need in their environment.
    pub(super) variables: Vec<(OsString, OsString)>,
    /// Tells it from others of its version.
    pub(super) identity: String,
}

impl Installation {
    pub(super) fn at(bin: PathBuf, version: String) -> Self {
        let changed = fs::metadata(bin.join("initdb")).map_or(0, |of| of.mtime());
        let identity = format!("{} {changed}", bin.display());
        Self { bin, version, variables: Vec::new(), identity }
    }
}

/// Runs `postgres --version`: the major number and all of it, or why it does not run.
pub(super) fn version_of(mut command: Command) -> Result<(u32, String), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(said.lines().next().map_or_else(|| output.status.to_string(), str::to_string));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let major = number.and_then(|number| number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    number.map(str::to_string).zip(major).map(|(number, major)| (major, number)).ok_or(text)
}
