//! Whether a binary embeds what its folder holds.
//!
//! Cargo rebuilds a crate when a file that it read has changed. A file that is added it has not read, so without
//! a line in build.rs a binary can lack it. In debug builds, where the folder is at hand, that is noticed at once.

use crate::error::{Error, ErrorKind};
use dsql_migrate_plan::{Plan, fingerprint};
use std::fs;
use std::path::Path;

/// What a plan was made of: a folder, and its files' names and fingerprints.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The folder, absolute.
    pub folder: &'static str,
    /// Its files by name, sorted.
    pub files: &'static [(&'static str, u64)],
}

impl Source {
    pub(crate) fn check(&self) -> Result<(), Error> {
        // A debug build may well run where its sources are not: there is nothing to compare then.
        let Ok(entries) = fs::read_dir(self.folder) else { return Ok(()) };
        let mut found: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| is_migration(name) && !Path::new(self.folder).join(name).is_dir())
            .collect();
        found.sort();
        let embedded: Vec<&str> = self.files.iter().map(|(name, _)| *name).collect();
        let mut differences = Vec::new();
        differences.extend(
            found
                .iter()
                .filter(|name| !embedded.contains(&name.as_str()))
                .map(|name| format!("{name} is new")),
        );
        for (name, then) in self.files {
            match fs::read(Path::new(self.folder).join(name)) {
                Ok(now) if fingerprint(&now) == *then => {}
                Ok(_) => differences.push(format!("{name} has changed")),
                Err(_) => differences.push(format!("{name} is gone")),
            }
        }
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Stale,
            format!("this binary does not embed what {} holds: {}", self.folder, differences.join(", ")),
        )
        .now(format!("embedded: {}; in the folder: {}; nothing was changed", embedded.join(", "), found.join(", ")))
        .remedy("build again; so that cargo does it by itself, let build.rs print cargo::rerun-if-changed with the folder"))
    }
}

/// Whether the macro reads a file of this name.
fn is_migration(name: &str) -> bool {
    let sql = Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql"));
    (sql || name == "migrations.lock") && !name.starts_with('.')
}

/// Of all checksums in order: FNV-1a of 128 bits, in hexadecimal digits.
pub(crate) fn digest(plan: &Plan) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = plan
        .migrations
        .iter()
        .flat_map(|migration| migration.version.bytes().chain(migration.checksum.as_bytes().iter().copied()));
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_is_not_compared() {
        let source = Source { folder: "/no/such/folder", files: &[("0001_a.sql", 0)] };
        assert_eq!(source.check(), Ok(()));
    }

    #[test]
    fn every_difference_is_named() {
        let folder = std::env::temp_dir().join(format!("dsql-migrate-stale-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in
            [("0001_a.sql", "a"), ("0002_b.sql", "changed"), ("0004_d.sql", "d"), ("notes.md", "")]
        {
            fs::write(folder.join(name), text).unwrap();
        }
        let path: &'static str = Box::leak(folder.to_string_lossy().into_owned().into_boxed_str());
        let then = [("0001_a.sql", "a"), ("0002_b.sql", "b"), ("0003_c.sql", "c")];
        let files = then.map(|(name, text)| (name, fingerprint(text.as_bytes())));
        let source = Source { folder: path, files: files.to_vec().leak() };
        let error = source.check().unwrap_err();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(error.kind(), ErrorKind::Stale);
        let text = error.to_string();
        for part in [
            "0004_d.sql is new",
            "0002_b.sql has changed",
            "0003_c.sql is gone",
            "embedded: 0001_a.sql, 0002_b.sql, 0003_c.sql",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
