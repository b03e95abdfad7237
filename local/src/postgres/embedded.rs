//! The PostgreSQL of crates.io: packages that carry `initdb`, `postgres` and what they need, cut into parts.
//!
//! They are prebuilt by others, for glibc 2.38 or newer on Linux and for Apple's processors, so they are tried before use.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::User;
use super::copy::copy;
use super::installation::{Installation, version_of};

/// The folders of the parts, as cargo has unpacked them.
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
const PARTS: &[&str] = &[linux_x64_1::PAYLOAD_ROOT, linux_x64_2::PAYLOAD_ROOT, linux_x64_3::PAYLOAD_ROOT];
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "aarch64"))]
const PARTS: &[&str] =
    &[linux_arm64_1::PAYLOAD_ROOT, linux_arm64_2::PAYLOAD_ROOT, linux_arm64_3::PAYLOAD_ROOT];
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
const PARTS: &[&str] =
    &[macos_arm64_1::PAYLOAD_ROOT, macos_arm64_2::PAYLOAD_ROOT, macos_arm64_3::PAYLOAD_ROOT];
#[cfg(not(any(
    all(target_os = "linux", target_env = "gnu", any(target_arch = "x86_64", target_arch = "aarch64")),
    all(target_os = "macos", target_arch = "aarch64")
)))]
const PARTS: &[&str] = &[];

/// Where the programs look for libraries; what they were built with is a path of their builder's.
const LIBRARIES: &str = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };

/// Variables without which its `initdb` looks for locales that are not there.
const INITDB: &[&str] =
    &["OLIPHAUNT_INTERNAL_SKIP_ICU_DISCOVERY", "OLIPHAUNT_INTERNAL_SKIP_SYSTEM_COLLATION_DISCOVERY"];

/// The embedded PostgreSQL, if it runs here; otherwise why it does not.
pub(super) fn find() -> Result<Embedded, String> {
    find_in(PARTS)
}

/// An embedded PostgreSQL that has answered, still in parts.
#[derive(Debug)]
pub(super) struct Embedded {
    parts: Vec<PathBuf>,
    version: String,
}

fn find_in(parts: &[&str]) -> Result<Embedded, String> {
    if parts.is_empty() {
        return Err("there is none for this platform".into());
    }
    let parts: Vec<PathBuf> = parts.iter().map(|part| Path::new(part).join("files/runtime")).collect();
    let postgres = parts.iter().map(|part| part.join("bin/postgres")).find(|path| path.is_file());
    let postgres = postgres.ok_or("its files are not where they were when this program was built")?;
    let libraries: Vec<PathBuf> = parts.iter().map(|part| part.join("lib")).collect();
    let libraries = std::env::join_paths(libraries).map_err(|error| error.to_string())?;
    let mut command = Command::new(&postgres);
    command.arg("--version").env(LIBRARIES, libraries);
    let (_, version) = version_of(command).map_err(|why| format!("it does not run here: {why}"))?;
    Ok(Embedded { parts, version })
}

impl Embedded {
    /// Puts the parts together in `folder`, for `owner`.
    pub(super) fn unpack(&self, folder: &Path, owner: Option<User>) -> io::Result<Installation> {
        for part in &self.parts {
            copy(part, folder, owner)?;
        }
        let mut installation = Installation::at(folder.join("bin"), self.version.clone());
        installation.identity = "embedded".into();
        installation.variables.push((LIBRARIES.into(), folder.join("lib").into()));
        installation.variables.extend(INITDB.iter().map(|name| ((*name).into(), "1".into())));
        Ok(installation)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// Two parts, the second with a `postgres` that does this.
    fn parts(folder: &Path, script: &str) -> Vec<String> {
        let runtime = |part: &str, inner: &str| {
            let path = folder.join(part).join("files/runtime").join(inner);
            fs::create_dir_all(&path).unwrap();
            path
        };
        fs::write(runtime("1", "bin").join("initdb"), "made").unwrap();
        fs::write(runtime("1", "lib").join("libpq.so"), "one").unwrap();
        let postgres = runtime("2", "bin").join("postgres");
        fs::write(&postgres, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&postgres, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(runtime("2", "lib").join("libicu.so"), "two").unwrap();
        ["1", "2"].map(|part| folder.join(part).display().to_string()).to_vec()
    }

    fn found(parts: &[String]) -> Result<Embedded, String> {
        find_in(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }

    #[test]
    fn the_parts_become_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("echo \"postgres (PostgreSQL) 18.4 ${LIBRARIES}\"");
        let embedded = found(&parts(folder.path(), &script)).unwrap();
        assert_eq!(embedded.version, "18.4");
        let whole = folder.path().join("whole");
        let installation = embedded.unpack(&whole, None).unwrap();
        assert_eq!(installation.bin, whole.join("bin"));
        for file in ["bin/initdb", "bin/postgres", "lib/libpq.so", "lib/libicu.so"] {
            assert!(whole.join(file).is_file(), "{file}");
        }
        let mode = fs::metadata(whole.join("bin/postgres")).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "it stays a program");
        assert!(
            installation
                .variables
                .iter()
                .any(|(name, value)| name == LIBRARIES && *value == whole.join("lib"))
        );
    }

    #[test]
    fn one_that_does_not_run_is_passed_over_with_its_own_words() {
        let folder = tempfile::tempdir().unwrap();
        let script = "echo \"postgres: /lib/libc.so.6: version 'GLIBC_2.38' not found\" >&2; exit 1";
        let why = found(&parts(folder.path(), script)).unwrap_err();
        assert!(why.contains("does not run here") && why.contains("GLIBC_2.38"), "{why}");
        let why = found(&[folder.path().join("gone").display().to_string()]).unwrap_err();
        assert!(why.contains("its files are not where"), "{why}");
        assert!(find_in(&[]).unwrap_err().contains("platform"));
    }

    /// What cargo has brought is looked at as it is: it runs here, or says why not.
    #[test]
    fn what_cargo_has_unpacked_runs_or_says_why_not() {
        match find() {
            Ok(embedded) => assert!(embedded.version.starts_with("18."), "{}", embedded.version),
            Err(why) if PARTS.is_empty() => assert!(why.contains("platform"), "{why}"),
            Err(why) => assert!(why.contains("does not run here") && why.contains("GLIBC"), "{why}"),
        }
    }
}
