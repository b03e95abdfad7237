//! Copying a folder with all that is in it.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::Path;

use super::User;

/// Copies files and folders with their rights; the copies belong to `owner`. `to` is made, and may exist.
pub(super) fn copy(from: &Path, to: &Path, owner: Option<User>) -> io::Result<()> {
    let made = fs::DirBuilder::new().mode(0o700).create(to);
    if let Err(error) = made
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    own(to, owner)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target, owner)?;
        } else {
            fs::copy(&source, &target)?;
            own(&target, owner)?;
        }
    }
    Ok(())
}

fn own(path: &Path, owner: Option<User>) -> io::Result<()> {
    owner.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group)))
}
