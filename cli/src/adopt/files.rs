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

/// Orders two numbers of any length.
fn key(digits: &str) -> (usize, &str) {
    let number = number(digits);
    (number.len(), number)
}

/// The file whose version is this number.
pub(crate) fn of_version(files: &[File], version: &str) -> Option<usize> {
    files.iter().position(|file| number(&file.version) == number(version))
}

/// The files whose versions are this number or less.
pub(crate) fn up_to<'f>(files: &'f [File], version: &'f str) -> impl Iterator<Item = usize> + 'f {
    files
        .iter()
        .enumerate()
        .filter(|(_, file)| key(&file.version) <= key(version))
        .map(|(position, _)| position)
}
