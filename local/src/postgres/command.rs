//! How programs of PostgreSQL's are run.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::User;

/// A program to run as `user`, with nothing of ours but what it needs.
pub(super) fn command(program: &Path, variables: &[(OsString, OsString)], user: Option<User>) -> Command {
    let mut command = Command::new(program);
    // A group of its own: Ctrl-C at a terminal is for us, and we end the server.
    command
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.env_remove("PGDATA").env("LC_ALL", "C").envs(variables.iter().cloned());
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}
