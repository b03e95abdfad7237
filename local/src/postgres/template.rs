//! A cluster fresh from `initdb`, kept in the user's cache: copying it takes a tenth of the time that making one does.
//!
//! It is written beside its place and renamed, so that whoever finds it finds it whole, also while others make the same. Its
//! name changes with the PostgreSQL and with how `initdb` is called. Nothing depends on it: where it cannot be read or
//! written, or does not start, `initdb` is run.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::copy::copy;
use super::installation::Installation;
use super::{SUPERUSER, User};

/// After this time what nobody has made anew is removed: other versions' clusters, and what an interrupted process left.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// The place of the cluster that one PostgreSQL makes with these arguments.
#[derive(Debug)]
pub(super) struct Template {
    cache: PathBuf,
    cluster: PathBuf,
}

impl Template {
    /// None where there is no cache of the user's own.
    pub(super) fn of(installation: &Installation, initdb: &[&str]) -> Option<Self> {
        Self::in_cache(&cache()?, installation, initdb)
    }

    fn in_cache(cache: &Path, installation: &Installation, initdb: &[&str]) -> Option<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(cache).ok()?;
        let rights = fs::metadata(cache).ok()?;
        // What another user could have put there is not run.
        if rights.uid() != rustix::process::geteuid().as_raw() || rights.mode() & 0o022 != 0 {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (&installation.identity, initdb, SUPERUSER).hash(&mut hasher);
        let name = format!("cluster-{}-{:016x}", installation.version, hasher.finish());
        Some(Self { cache: cache.to_path_buf(), cluster: cache.join(name) })
    }

    /// Copies the cluster to `data`, for `owner`; false when there is none, or not all of it came.
    pub(super) fn fill(&self, data: &Path, owner: Option<User>) -> bool {
        let filled = self.cluster.is_dir() && copy(&self.cluster, data, owner).is_ok();
        if !filled {
            let _ = fs::remove_dir_all(data);
        }
        filled
    }

    /// Keeps the cluster in `data`, which has not been started yet.
    pub(super) fn keep(&self, data: &Path) {
        self.sweep();
        let Ok(made) = tempfile::Builder::new().prefix("new-").tempdir_in(&self.cache) else { return };
        let whole = made.path().join("cluster");
        // Where somebody was faster, the renaming fails, and theirs is as good.
        let _ = copy(data, &whole, None).and_then(|()| fs::rename(&whole, &self.cluster));
    }

    /// Removes a cluster that does not start.
    pub(super) fn forget(&self) {
        let _ = fs::remove_dir_all(&self.cluster);
    }

    fn sweep(&self) {
        for entry in fs::read_dir(&self.cache).into_iter().flatten().flatten() {
            let age = entry.metadata().and_then(|of| of.modified()).ok().and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age > KEPT) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Where programs of this user keep what they can make again.
fn cache() -> Option<PathBuf> {
    let named = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || env::var_os("HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    Some(named.or_else(|| Some(home()?.join(usual)))?.join("dsql-local"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn installation(folder: &Path, version: &str) -> Installation {
        Installation::at(folder.join("bin"), version.into())
    }

    fn made(folder: &Path, name: &str) -> PathBuf {
        let data = folder.join(name);
        fs::create_dir_all(data.join("pg_wal/empty")).unwrap();
        fs::write(data.join("PG_VERSION"), "15").unwrap();
        data
    }

    #[test]
    fn a_cluster_is_kept_whole_for_its_version_and_arguments_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, cache) = (folder.path(), folder.path().join("cache"));
        let template = |version, arguments| {
            Template::in_cache(&cache, &installation(folder, version), arguments).unwrap()
        };
        let data = folder.join("data");
        assert!(!template("15.1", &["-x"]).fill(&data, None) && !data.exists());
        let first = made(folder, "made");
        // Twice: as by two processes at once.
        template("15.1", &["-x"]).keep(&first);
        template("15.1", &["-x"]).keep(&first);
        assert!(template("15.1", &["-x"]).fill(&data, None));
        assert_eq!(fs::read_to_string(data.join("PG_VERSION")).unwrap(), "15");
        assert!(data.join("pg_wal/empty").is_dir());
        assert!(!template("15.2", &["-x"]).fill(&folder.join("other"), None));
        assert!(!template("15.1", &["-y"]).fill(&folder.join("other"), None));
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 1, "nothing half made is left");
        template("15.1", &["-x"]).forget();
        assert!(!template("15.1", &["-x"]).fill(&folder.join("other"), None));
    }

    #[test]
    fn a_cache_that_others_can_write_to_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        fs::create_dir(&cache).unwrap();
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Template::in_cache(&cache, &installation(folder.path(), "15.1"), &[]).is_none());
        fs::write(folder.path().join("file"), "").unwrap();
        let file = folder.path().join("file");
        assert!(Template::in_cache(&file, &installation(folder.path(), "15.1"), &[]).is_none());
    }
}
