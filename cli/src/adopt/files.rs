//! The files of a folder, as rows of another tool are matched with them.

/// A migration of the folder.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// The digits as its name has them.
    pub(crate) version: String,
    /// The rest of its name.
    pub(crate) name: String,
    /// Its name with the ending.
    pub(crate) file: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}

/// A number without the zeros before it, by which versions of different tools are compared.
pub(crate) fn number(digits: &str) -> &str {
    let number = digits.trim_start_matches('0');
    if number.is_empty() { "0" } else { number }
}

/// What two numbers of any length are ordered by; `None` for what is no number, such as `1.0` and an empty text.
fn key(version: &str) -> Option<(usize, &str)> {
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| number(version)).map(|number| (number.len(), number))
}

/// The file whose version is this number.
pub(crate) fn of_version(files: &[File], version: &str) -> Option<usize> {
    let wanted = key(version)?;
    files.iter().position(|file| key(&file.version) == Some(wanted))
}

/// The files whose versions are this number or less; `None` where it is no number.
pub(crate) fn up_to(files: &[File], version: &str) -> Option<Vec<usize>> {
    let last = key(version)?;
    let is_covered = |file: &File| key(&file.version).is_some_and(|key| key <= last);
    Some((0..files.len()).filter(|position| is_covered(&files[*position])).collect())
}
