//! Reads a folder of migrations: the one place here that touches files.

use std::fs;
use std::io;
use std::path::Path;

use crate::check::Input;

/// The migrations in a folder, in no order. `shown` is how messages name the folder.
///
/// Every file that ends in `.sql`, in whatever case, is one; [`crate::lock::FILE_NAME`] comes along; all others, files that begin with a dot, and
/// folders in it are not looked at.
///
/// # Errors
///
/// What the operating system says of the folder or of a file in it, with the name that messages give it.
pub fn read(folder: &Path, shown: &str) -> io::Result<Vec<Input>> {
    let within = |shown: &str, error: io::Error| io::Error::new(error.kind(), format!("{shown}: {error}"));
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| within(shown, error))? {
        let path = entry.map_err(|error| within(shown, error))?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let sql = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql"));
        if !(sql || name == crate::lock::FILE_NAME) || name.starts_with('.') || path.is_dir() {
            continue;
        }
        let shown =
            if shown.is_empty() { name.clone() } else { format!("{}/{name}", shown.trim_end_matches('/')) };
        let bytes = fs::read(&path).map_err(|error| within(&shown, error))?;
        inputs.push(Input { path: shown, name, bytes });
    }
    Ok(inputs)
}
