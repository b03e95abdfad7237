//! Finding a PostgreSQL: `DSQL_LOCAL_PG_BIN`, then (with the feature `embedded-postgres`) the one of crates.io, then the newest of
//! `PATH` and the places where packages put it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::installation::{Installation, version_of};
use crate::error::Error;

/// The oldest major version that the emulator can use (NULLS NOT DISTINCT and MERGE came with it).
const OLDEST: u32 = 15;

/// What there is to run.
#[derive(Debug)]
pub(super) enum Found {
    Installed(Installation),
    /// It has to be unpacked first.
    #[cfg(feature = "embedded-postgres")]
    Embedded(super::embedded::Embedded),
}

/// What to use: what the environment names; the embedded one, where there is one and it runs; the newest on the system.
pub(super) fn find() -> Result<Found, Error> {
    if let Some(bin) = env::var_os("DSQL_LOCAL_PG_BIN") {
        let bin = PathBuf::from(bin);
        return match probe(&bin) {
            Ok((major, version)) if major >= OLDEST => Ok(Found::Installed(Installation::at(bin, version))),
            Ok((_, version)) => Err(Error::NoPostgres { tried: format!("DSQL_LOCAL_PG_BIN is {version}") }),
            Err(why) => Err(Error::NoPostgres {
                tried: format!("nothing usable in DSQL_LOCAL_PG_BIN={}: {why}", bin.display()),
            }),
        };
    }
    let tried = "DSQL_LOCAL_PG_BIN, PATH and the usual folders".to_string();
    #[cfg(feature = "embedded-postgres")]
    let tried = match super::embedded::find() {
        Ok(embedded) => return Ok(Found::Embedded(embedded)),
        Err(why) => {
            tracing::warn!(why, "the embedded PostgreSQL is passed over for one of the system's");
            format!("the embedded one: {why}; then {tried}")
        }
    };
    installed().map(Found::Installed).ok_or(Error::NoPostgres { tried })
}

/// The newest on the system.
fn installed() -> Option<Installation> {
    let mut candidates: Vec<(u32, Installation)> = Vec::new();
    for bin in places() {
        if candidates.iter().any(|(_, known)| known.bin == bin) {
            continue;
        }
        if let Ok((major, version)) = probe(&bin)
            && major >= OLDEST
        {
            candidates.push((major, Installation::at(bin, version)));
        }
    }
    // The first of the newest: a stable sort keeps PATH before the rest.
    candidates.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    candidates.into_iter().next().map(|(_, found)| found)
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

/// The version of what is in this folder, if it runs here.
fn probe(bin: &Path) -> Result<(u32, String), String> {
    // Debian's PATH holds a symlink to the real `postgres`; `initdb` is beside the real one.
    for program in ["postgres", "initdb"] {
        if !bin.join(program).is_file() {
            return Err(format!("no `{program}` there"));
        }
    }
    let mut command = Command::new(bin.join("postgres"));
    command.arg("--version");
    version_of(command)
}
