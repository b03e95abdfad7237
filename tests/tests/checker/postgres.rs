//! A PostgreSQL of the tests' own, without anything before it: to ask its scanner and its catalog.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::{Client, Config, NoTls};

/// What runs it. The shell waits on a pipe from this process: when that closes, however the process ends, the
/// server goes and its folder with it.
const SCRIPT: &str = r#"
    export LC_ALL=C LD_LIBRARY_PATH="${1%/bin}/lib"
    "$1/initdb" -D "$2/data" --username=tests --auth=trust --no-sync --encoding=UTF8 --locale=C >"$2/log" 2>&1 &&
    {
        "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
            -c full_page_writes=off -c log_min_messages=panic -c log_min_error_statement=panic \
            -c statement_timeout=10s >>"$2/log" 2>&1 &
        read -r line
        kill -QUIT $!
        wait $!
    }
    rm -rf -- "$2"
"#;

/// A server, which ends with this.
pub(crate) struct Postgres {
    shell: Child,
    folder: PathBuf,
}

impl Postgres {
    /// Starts the one that there is.
    pub(crate) fn start() -> Self {
        Self::start_in(&programs())
    }

    /// Starts a PostgreSQL 16, which `.ci/pg16` brings.
    pub(crate) fn start_sixteen() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/pg16");
        let found = Command::new(script).stderr(Stdio::inherit()).output().expect("a shell");
        let said = String::from_utf8(found.stdout).expect("a path");
        assert!(
            found.status.success(),
            "`.ci/pg16` brings PostgreSQL 16 by npm; DSQL_PG16_BIN names one that is here"
        );
        Self::start_in(Path::new(said.trim()))
    }

    /// Starts one, as a user that PostgreSQL takes, reachable by a socket only.
    fn start_in(programs: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("dsql-checker-").tempdir().expect("a folder").keep();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "postgres"]).arg(programs).arg(&folder).current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        if fs::metadata(&folder).expect("its owner").uid() == 0 {
            let (user, group) = unprivileged();
            chown(&folder, Some(user), Some(group)).expect("the folder changes hands");
            command.uid(user).gid(group);
        }
        let mut server = Self { shell: command.spawn().expect("a shell"), folder };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // The eighth line of the file is the server's own word for its state.
            let state = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return;
            }
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(self.shell.try_wait().expect("a state").is_none(), "PostgreSQL ended");
            assert!(Instant::now() < deadline, "PostgreSQL did not start: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A connection.
    pub(crate) async fn connect(&self) -> Client {
        let mut config = Config::new();
        config.host_path(&self.folder).user("tests").dbname("postgres");
        let (client, connection) = config.connect(NoTls).await.expect("a connection");
        tokio::spawn(connection);
        client
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// The folder of the newest PostgreSQL; `DSQL_LOCAL_PG_BIN` names another one.
fn programs() -> PathBuf {
    if let Some(named) = std::env::var_os("DSQL_LOCAL_PG_BIN") {
        return named.into();
    }
    let version = |path: &PathBuf| path.parent()?.file_name()?.to_str()?.parse::<u32>().ok();
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let packaged = packaged.map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = packaged.chain(std::env::split_paths(&path)).filter(|bin| bin.join("initdb").is_file());
    found.max_by_key(version).expect("a PostgreSQL; DSQL_LOCAL_PG_BIN names the folder of its programs")
}

/// A user and group that PostgreSQL runs as, for it refuses root.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string(Path::new("/etc/passwd")).expect("the users");
    let user = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    user("postgres").or_else(|| user("nobody")).expect("a user `postgres` or `nobody`")
}
