//! Running the PostgreSQL: as an unprivileged user, reachable by a Unix socket only, and never left behind.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::find::{Installation, find};
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
    // The stand-in changes pg_index and puts functions of its own before some built-in ones.
    ("allow_system_table_mods", "on"),
];

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
    /// Finds a PostgreSQL, makes a cluster (or takes the one in `data_dir`) and starts it. Blocks for about a second.
    pub(crate) fn start(data_dir: Option<&Path>) -> Result<Self, Error> {
        let installation = find()?;
        let root = match data_dir {
            Some(folder) => {
                fs::create_dir_all(folder).map_err(Error::io("making the data folder"))?;
                folder.canonicalize().map_err(Error::io("finding the data folder"))?
            }
            None => tempfile::Builder::new()
                .prefix("dsql-local-")
                .tempdir_in(scratch())
                .map_err(Error::io("making a temporary folder"))?
                .keep(),
        };
        let keep = data_dir.is_some();
        let started = Self::start_in(&installation, &root, keep);
        if started.is_err() && !keep {
            let _ = fs::remove_dir_all(&root);
        }
        started
    }

    fn start_in(installation: &Installation, root: &Path, keep: bool) -> Result<Self, Error> {
        let user = unprivileged(root)?;
        let watchdog = Watchdog::start(root, keep, user)?;
        let data = root.join("data");
        if !data.join("PG_VERSION").exists() {
            let mut initdb = command(&installation.bin.join("initdb"), user);
            initdb.args(["--auth=trust", "--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C"]);
            initdb.arg(format!("--username={SUPERUSER}")).arg("-D").arg(&data);
            let output = initdb.output().map_err(Error::io("running initdb"))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).trim().to_string();
                return Err(Error::Postgres { doing: "initdb", said });
            }
        }
        let mut postgres = command(&installation.bin.join("postgres"), user);
        postgres.arg("-D").arg(&data).arg("-k").arg(root);
        for (name, value) in SETTINGS {
            postgres.arg("-c").arg(format!("{name}={value}"));
        }
        let log = fs::File::create(root.join("log")).map_err(Error::io("making the log"))?;
        postgres.stderr(log);
        let server = postgres.spawn().map_err(Error::io("running postgres"))?;
        let mut running = Self {
            server,
            _watchdog: watchdog,
            root: root.to_path_buf(),
            keep,
            version: installation.version.clone(),
        };
        running.wait_until_ready()?;
        Ok(running)
    }

    /// The server's Unix socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.root.join(".s.PGSQL.5432")
    }

    fn wait_until_ready(&mut self) -> Result<(), Error> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let pid_file = self.root.join("data/postmaster.pid");
        loop {
            // The eighth line of the pid file is the server's own word for its state.
            let text = fs::read_to_string(&pid_file).unwrap_or_default();
            if text.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return Ok(());
            }
            let ended = self.server.try_wait().map_err(Error::io("watching postgres"))?;
            if ended.is_some() || Instant::now() > deadline {
                let said = fs::read_to_string(self.root.join("log")).unwrap_or_default();
                let said =
                    said.lines().last().unwrap_or("it did not become ready within 30 seconds").to_string();
                return Err(Error::Postgres { doing: "starting", said });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
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
/// system's temporary folder. `TMPDIR` decides if it is set.
fn scratch() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let room = || rustix::fs::statvfs(memory).map_or(0, |of| of.f_bavail.saturating_mul(of.f_frsize));
    // Containers often have 64 MiB there, and a cluster starts with 40.
    if std::env::var_os("TMPDIR").is_none() && memory.is_dir() && room() >= 1 << 30 {
        return memory.to_path_buf();
    }
    std::env::temp_dir()
}

/// A user and group id.
type User = (u32, u32);

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

fn command(program: &Path, user: Option<User>) -> Command {
    let mut command = Command::new(program);
    // A group of its own: Ctrl-C at a terminal is for us, and we end the server.
    command
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.env_remove("PGDATA").env("LC_ALL", "C");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// What ends the server and removes the folder should this process be killed: a shell that waits on a pipe from us. When we die,
/// however that is, the pipe closes. It is there before anything else is, and finds the server by its pid file.
#[derive(Debug)]
struct Watchdog {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    fn start(root: &Path, keep: bool, user: Option<User>) -> Result<Self, Error> {
        let script = "trap '' HUP INT TERM; read line && exit 0; n=0; while [ $n -lt 50 ]; do \
                      pid=$(head -n 1 \"$1/data/postmaster.pid\" 2>/dev/null); [ -z \"$pid\" ] || kill -QUIT \"$pid\" 2>/dev/null; \
                      [ \"$2\" = keep ] || rm -rf -- \"$1\"; \
                      sleep 0.1; if [ ! -e \"$1/data/postmaster.pid\" ] && { [ \"$2\" = keep ] || [ ! -e \"$1\" ]; }; \
                      then exit 0; fi; \
                      n=$((n+1)); done";
        let mut command = command(Path::new("/bin/sh"), user);
        command.args(["-c", script, "dsql-local-watchdog"]).arg(root).arg(if keep {
            "keep"
        } else {
            "remove"
        });
        let mut shell = command.stdin(Stdio::piped()).spawn().map_err(Error::io("running the watchdog"))?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            // Any line tells it that there is nothing left to do.
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.shell.wait();
    }
}
