//! Finding a PostgreSQL: `DSQL_LOCAL_PG_BIN`, then the newest of `PATH` and the places where packages put it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;

/// The oldest major version that can stand in (NULLS NOT DISTINCT and MERGE came with it).
const OLDEST: u32 = 15;

/// A folder with `initdb` and `postgres`, and the version they report.
#[derive(Clone, Debug)]
pub(super) struct Installation {
    pub(super) bin: PathBuf,
    pub(super) version: String,
}

/// The installation to use: the one the environment names, or the newest that answers.
pub(super) fn find() -> Result<Installation, Error> {
    if let Some(bin) = env::var_os("DSQL_LOCAL_PG_BIN") {
        let bin = PathBuf::from(bin);
        return match probe(&bin) {
            Some((major, version)) if major >= OLDEST => Ok(Installation { bin, version }),
            Some((_, version)) => Err(Error::NoPostgres { tried: format!("DSQL_LOCAL_PG_BIN is {version}") }),
            None => Err(Error::NoPostgres {
                tried: format!("nothing usable in DSQL_LOCAL_PG_BIN={}", bin.display()),
            }),
        };
    }
    let mut candidates: Vec<(u32, Installation)> = Vec::new();
    for bin in places() {
        if candidates.iter().any(|(_, known)| known.bin == bin) {
            continue;
        }
        if let Some((major, version)) = probe(&bin).filter(|(major, _)| *major >= OLDEST) {
            candidates.push((major, Installation { bin, version }));
        }
    }
    // The first of the newest: a stable sort keeps PATH before the rest.
    candidates.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    candidates
        .into_iter()
        .next()
        .map(|(_, found)| found)
        .ok_or(Error::NoPostgres { tried: "DSQL_LOCAL_PG_BIN, PATH and the usual folders".into() })
}

fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    for (root, prefix, tail) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql", "bin"),
        ("/usr/local/opt", "postgresql", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        let entries = fs::read_dir(root).into_iter().flatten().flatten();
        let wanted = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        places.extend(wanted.map(|entry| entry.path().join(tail)));
    }
    places
}

/// Runs `postgres --version`, so that a binary which cannot run here is passed over.
fn probe(bin: &Path) -> Option<(u32, String)> {
    let postgres = bin.join("postgres");
    if !postgres.is_file() {
        return None;
    }
    // Debian's PATH holds a symlink to the real binary; `initdb` is beside the real one.
    if !bin.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(&postgres).arg(OsStr::new("--version")).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let major = number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    output.status.success().then(|| (major, number.to_string()))
}
