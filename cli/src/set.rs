//! A folder of migrations as the commands take it.

use std::io;
use std::path::Path;

use dsql_migrate_check::{Input, Options, Report, check_set, folder};

/// The files of a folder; an empty one is an error, for it is likely another folder than was meant.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Input>> {
    let shown = path.display().to_string();
    let inputs = folder::read(path, &shown)?;
    if !inputs.iter().any(|input| input.name.to_lowercase().ends_with(".sql")) {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("there is no .sql file in {shown}")));
    }
    Ok(inputs)
}

/// A folder judged as a set, in the newest dialect.
pub(crate) fn judge(path: &Path) -> io::Result<Report> {
    Ok(check_set(read(path)?, Options::default()))
}
