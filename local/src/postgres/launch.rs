//! Running the PostgreSQL: as an unprivileged user, reachable by a Unix socket only, and never left behind.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::User;
use super::command::command;
use super::find::{Found, find};
use super::installation::Installation;
use super::template::Template;
use super::watchdog::Watchdog;
use crate::error::Error;

/// The superuser of the throw-away cluster, whom clients never see.
pub(crate) const SUPERUSER: &str = "dsql_local";

/// Settings of the cluster. Nothing in it outlives the process, so nothing needs to reach the disk.
const SETTINGS: &[(&str, &str)] = &[
    ("listen_addresses", ""),
    ("fsync", "off"),
    ("synchronous_commit", "off"),
    ("full_page_writes", "off"),
    ("shared_buffers", "32MB"),
    // In the data folder, with which it goes.
    ("dynamic_shared_memory_type", "mmap"),
    ("max_connections", "300"),
    ("max_wal_senders", "0"),
    ("wal_level", "minimal"),
    ("autovacuum_naptime", "10min"),
    ("timezone", "UTC"),
    ("default_transaction_isolation", "repeatable read"),
    ("default_text_search_config", "pg_catalog.simple"),
    ("log_min_messages", "fatal"),
    ("log_min_error_statement", "panic"),
    // DSQL never waits: what has to here is taken for a conflict. Short locks of a moment are not.
    ("lock_timeout", "30ms"),
    ("deadlock_timeout", "10s"),
    // Switches of DSQL's that do nothing here: kept so that they can be set and shown.
    ("dsql.enable_batched_nestloop", "on"),
    ("dsql_local.disable_sync_create_index", "on"),
    // The emulator changes pg_index and puts functions of its own before some built-in ones.
    ("allow_system_table_mods", "on"),
];

/// How the cluster's files are made. Small log segments make it half as large.
const INITDB: &[&str] =
    &["--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C", "--wal-segsize=1"];

/// A PostgreSQL that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: Child,
    /// Stands down when this is dropped, which is after the server has been ended.
    _watchdog: Watchdog,
    root: PathBuf,
    keep: bool,
    pub(crate) version: String,
}

impl Postgres {
    /// Finds a PostgreSQL, makes a cluster (or takes the one in `data_dir`) and starts it. Blocks for half a second or so.
    pub(crate) fn start(data_dir: Option<&Path>) -> Result<Self, Error> {
        let found = find()?;
        let root = match data_dir {
            Some(folder) => {
                fs::create_dir_all(folder).map_err(Error::io("making the data folder"))?;
                folder.canonicalize().map_err(Error::io("finding the data folder"))?
            }
            None => tempfile::Builder::new()
                .prefix("dsql-local-")
                .tempdir_in(scratch(&found))
                .map_err(Error::io("making a temporary folder"))?
                .keep(),
        };
        let keep = data_dir.is_some();
        let started = Self::start_in(&found, &root, keep);
        if started.is_err() && !keep {
            let _ = fs::remove_dir_all(&root);
        }
        started
    }

    fn start_in(found: &Found, root: &Path, keep: bool) -> Result<Self, Error> {
        let user = unprivileged(root)?;
        let mut watchdog = Watchdog::start(root, keep, user)?;
        let installation = match found {
            Found::Installed(installation) => installation.clone(),
            #[cfg(feature = "embedded-postgres")]
            Found::Embedded(embedded) => {
                let folder = root.join("postgresql");
                let _ = fs::remove_dir_all(&folder);
                embedded.unpack(&folder, user).map_err(Error::io("unpacking the embedded PostgreSQL"))?
            }
        };
        let data = root.join("data");
        if keep {
            await_predecessor(&data);
        }
        let mut server = None;
        if !data.join("PG_VERSION").exists() {
            let template = Template::of(&installation, INITDB);
            if template.as_ref().is_some_and(|template| template.fill(&data, user)) {
                server = launch(&installation, root, user, &mut watchdog).ok();
            }
            if server.is_none() {
                if let Some(template) = &template {
                    template.forget();
                }
                let _ = fs::remove_dir_all(&data);
                initdb(&installation, &data, user)?;
                if let Some(template) = &template {
                    template.keep(&data);
                }
            }
        }
        let server = match server {
            Some(server) => server,
            None => launch(&installation, root, user, &mut watchdog)?,
        };
        Ok(Self {
            server,
            _watchdog: watchdog,
            root: root.to_path_buf(),
            keep,
            version: installation.version,
        })
    }

    /// The server's Unix socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join(".s.PGSQL.5432")
    }
}

/// Kept data may still be closed by the server of a process that was just killed. One that goes on for longer is another's, of
/// which PostgreSQL itself tells.
fn await_predecessor(data: &Path) {
    let deadline = Instant::now() + Duration::from_secs(5);
    let alive = || {
        let file = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let pid = Pid::from_raw(file.lines().next()?.trim().parse().ok()?)?;
        test_kill_process(pid).ok()
    };
    while alive().is_some() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Makes the cluster's files.
fn initdb(installation: &Installation, data: &Path, user: Option<User>) -> Result<(), Error> {
    let mut initdb = command(&installation.bin.join("initdb"), &installation.variables, user);
    initdb.args(INITDB).arg(format!("--username={SUPERUSER}")).arg("-D").arg(data);
    let output = initdb.output().map_err(Error::io("running initdb"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
        return Err(Error::Postgres { doing: "initdb", said });
    }
    Ok(())
}

/// Starts the server over `root` and waits until it is ready.
fn launch(
    installation: &Installation,
    root: &Path,
    user: Option<User>,
    watchdog: &mut Watchdog,
) -> Result<Child, Error> {
    let data = root.join("data");
    let mut postgres = command(&installation.bin.join("postgres"), &installation.variables, user);
    postgres.arg("-D").arg(&data).arg("-k").arg(root);
    for (name, value) in SETTINGS {
        postgres.arg("-c").arg(format!("{name}={value}"));
    }
    let log = fs::File::create(root.join("log")).map_err(Error::io("making the log"))?;
    postgres.stderr(log);
    let mut server = postgres.spawn().map_err(Error::io("running postgres"))?;
    watchdog.watch(&server);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        // The eighth line of the pid file is the server's own word for its state.
        let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        if text.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
            return Ok(server);
        }
        let why = match server.try_wait().map_err(Error::io("watching postgres"))? {
            Some(status) => format!("it ended with {status}"),
            None if Instant::now() > deadline => "it did not become ready within 30 seconds".into(),
            None => {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            }
        };
        let _ = server.kill();
        let _ = server.wait();
        let log = fs::read_to_string(root.join("log")).unwrap_or_default();
        // The reason comes first, and then hints.
        let said = log.lines().find(|line| line.contains("FATAL")).or(log.lines().last()).unwrap_or(&why);
        return Err(Error::Postgres { doing: "starting", said: said.to_string() });
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Kept data is closed in order; data that goes anyway is dropped at once.
        let signal = if self.keep { Signal::INT } else { Signal::QUIT };
        let pid = i32::try_from(self.server.id()).ok().and_then(Pid::from_raw);
        if let (Ok(None), Some(pid)) = (self.server.try_wait(), pid) {
            let _ = kill_process(pid, signal);
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(self.server.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.server.kill();
                let _ = self.server.wait();
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        if !self.keep {
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

/// Where throw-away clusters go: into memory where there is plenty, as making one there takes half the time; else to the
/// system's temporary folder. `TMPDIR` decides if it is set. Programs are seldom allowed to run from memory.
fn scratch(found: &Found) -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = || rustix::fs::statvfs(memory).map_or(0, |of| of.f_bavail.saturating_mul(of.f_frsize));
    // Containers often have 64 MiB there, and a cluster starts with 40.
    let of_data = matches!(found, Found::Installed(_));
    if of_data && std::env::var_os("TMPDIR").is_none() && memory.is_dir() && room() >= 1 << 30 {
        return memory.to_path_buf();
    }
    std::env::temp_dir()
}

/// As root, the user that PostgreSQL shall run as (it refuses root), who then owns `root`; otherwise none.
fn unprivileged(root: &Path) -> Result<Option<User>, Error> {
    let probe = tempfile::tempfile().and_then(|file| file.metadata()).map_err(Error::io("making a file"))?;
    if probe.uid() != 0 {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").map_err(Error::io("reading /etc/passwd"))?;
    let user = ["postgres", "nobody"].iter().find_map(|name| entry(&users, name));
    let (uid, gid) = user.ok_or(Error::Postgres {
        doing: "leaving root",
        said: "there is no user `postgres` or `nobody` to run as".into(),
    })?;
    chown(root, Some(uid), Some(gid)).map_err(Error::io("handing the folder over"))?;
    fs::set_permissions(root, fs::Permissions::from_mode(0o700)).map_err(Error::io("closing the folder"))?;
    Ok(Some((uid, gid)))
}

fn entry(users: &str, name: &str) -> Option<User> {
    let mut fields = users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
