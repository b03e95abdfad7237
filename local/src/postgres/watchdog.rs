//! What is left to do when this process is killed.

use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};

use super::User;
use super::command::command;
use crate::error::Error;

/// What it does: it is told the server's pid, and at last that all is done. When the pipe closes before, it ends that server (no
/// other that may have taken up the same folder since; at once, and by force if it is still there three seconds later) and removes the folder, unless it is to be kept. Only over a folder that is
/// to be removed, and so nobody else's, does it ask the folder for a server that it was not told of.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
pid= n=0 signal=QUIT
while read -r line; do
    [ "$line" = done ] && exit 0
    pid=$line
done
[ "$2$pid" != keep ] || exit 0
while [ $n -lt 50 ]; do
    [ -n "$pid" ] || pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
    [ $n -lt 30 ] || signal=KILL
    [ -z "$pid" ] || kill -$signal "$pid" 2>/dev/null
    [ "$2" = keep ] || rm -rf -- "$1"
    sleep 0.1
    if [ -z "$pid" ] || ! kill -0 "$pid" 2>/dev/null; then
        if [ "$2" = keep ] || [ ! -e "$1" ]; then exit 0; fi
    fi
    n=$((n+1))
done
"#;

/// What ends the server and removes the folder should this process be killed: a shell that waits on a pipe from us. When we die,
/// however that is, the pipe closes. It is there before anything else is.
#[derive(Debug)]
pub(super) struct Watchdog {
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    pub(super) fn start(root: &Path, keep: bool, user: Option<User>) -> Result<Self, Error> {
        let mut command = command(Path::new("/bin/sh"), &[], user);
        command.args(["-c", SCRIPT, "dsql-local-watchdog"]).arg(root).arg(if keep {
            "keep"
        } else {
            "remove"
        });
        let mut shell = command.stdin(Stdio::piped()).spawn().map_err(Error::io("running the watchdog"))?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// Tells it the server to look after.
    pub(super) fn watch(&mut self, server: &Child) {
        self.tell(&server.id().to_string());
    }

    fn tell(&mut self, line: &str) {
        if let Some(pipe) = &mut self.pipe {
            let _ = pipe.write_all(format!("{line}\n").as_bytes());
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.tell("done");
        self.pipe = None;
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    /// A folder over which a process of another's serves, and that process.
    fn taken() -> (tempfile::TempDir, Child) {
        let root = tempfile::tempdir().unwrap();
        let other = Command::new("sleep").arg("600").spawn().unwrap();
        fs::create_dir(root.path().join("data")).unwrap();
        fs::write(root.path().join("data/postmaster.pid"), format!("{}\n", other.id())).unwrap();
        (root, other)
    }

    /// As when this process is killed before it has told of a server.
    fn killed_early(root: &Path, keep: bool) {
        let mut watchdog = Watchdog::start(root, keep, None).unwrap();
        watchdog.pipe = None;
        watchdog.shell.wait().unwrap();
    }

    #[test]
    fn a_kept_folder_may_be_anothers_whose_server_is_left_alone() {
        let (root, mut other) = taken();
        killed_early(root.path(), true);
        let left_alone = other.try_wait().unwrap().is_none();
        other.kill().unwrap();
        other.wait().unwrap();
        assert!(left_alone && root.path().exists());
    }

    #[test]
    fn a_folder_of_our_own_goes_with_the_server_over_it() {
        let (root, mut other) = taken();
        let waiting = std::thread::spawn(move || other.wait().unwrap());
        killed_early(root.path(), false);
        assert!(!waiting.join().unwrap().success() && !root.path().exists());
    }
}
