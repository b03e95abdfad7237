use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Make the next migration's file, named and numbered as the last one is, and print its path.
///
/// The last file's time of modification is set to now: cargo then builds a crate that embeds the folder again.
///
/// Exit code: 0, 2 when it cannot be made.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What the migration does, in a few words: add_items
    name: String,
    /// The folder of migrations; it is made if it is missing
    #[arg(long, default_value = "migrations")]
    path: PathBuf,
    /// Number it by the time (YYYYMMDDhhmmss, UTC) instead of by the last number
    #[arg(long)]
    timestamp: bool,
}

const HEADER: &str = "\
-- What this migration does, and why.
--
-- Each DDL statement is a transaction of its own; statements that change rows run together, 2,997 rows at most.
-- Indexes are built by jobs (CREATE INDEX ASYNC); dsql-migrate waits for them.
-- Check with `dsql-migrate check`. What takes something away wants a line: -- dsql: contract the reason

";

pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let name = snake_case(&arguments.name);
    if name.is_empty() {
        let message = format!("`{}` holds no letter or digit to name a file by", arguments.name);
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let within =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", arguments.path.display()));
    fs::create_dir_all(&arguments.path).map_err(within)?;
    let last = last_version(&arguments.path).map_err(within)?;
    let (before, between) =
        if last.as_ref().is_some_and(|last| last.prefixed) { ("V", "__") } else { ("", "_") };
    let version =
        if arguments.timestamp { timestamp() } else { next(last.as_ref().map(|last| &*last.digits))? };
    let file = arguments.path.join(format!("{before}{version}{between}{name}.sql"));
    // Never over a file that is there.
    let mut out = OpenOptions::new().write(true).create_new(true).open(&file).map_err(within)?;
    out.write_all(HEADER.as_bytes())?;
    if let Some(last) = &last {
        touch(&arguments.path.join(&last.name));
    }
    println!("{}", file.display());
    Ok(true)
}

/// Makes a file that a crate embeds look edited, so that cargo builds the crate again and the new file is embedded, also
/// without a build script. Where that cannot be done, a debug build and its test still notice.
fn touch(file: &Path) {
    if let Ok(file) = OpenOptions::new().append(true).open(file) {
        let _ = file.set_modified(SystemTime::now());
    }
}

fn snake_case(name: &str) -> String {
    let name = name.strip_suffix(".sql").unwrap_or(name);
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

/// The version of a file that is there.
struct Last {
    name: String,
    digits: String,
    /// Whether it is named `VN__name.sql`; the next one is named as it is.
    prefixed: bool,
}

/// Of the file with the highest number.
fn last_version(folder: &Path) -> io::Result<Option<Last>> {
    let mut versions = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let counted = name.strip_prefix('V').unwrap_or(&name);
        let digits: String = counted.chars().take_while(char::is_ascii_digit).collect();
        if name.ends_with(".sql") && !digits.is_empty() {
            versions.push(Last { prefixed: name.starts_with('V'), digits, name });
        }
    }
    Ok(versions.into_iter().max_by_key(|last| {
        let number = last.digits.trim_start_matches('0').to_owned();
        (number.len(), number)
    }))
}

/// The number behind the last one, as wide as it.
fn next(last: Option<&str>) -> io::Result<String> {
    let Some(last) = last else { return Ok("0001".to_owned()) };
    let number: u64 =
        last.parse().map_err(|_| io::Error::other(format!("version {last} is too long to count on")))?;
    let next =
        number.checked_add(1).ok_or_else(|| io::Error::other(format!("no version comes after {last}")))?;
    Ok(format!("{next:0width$}", width = last.len()))
}

/// The time in UTC as fourteen digits. Days are counted in 400-year cycles from 0000-03-01, so that a leap day
/// is a year's last.
fn timestamp() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, of_day) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year_of_cycle = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = cycle * 400 + year_of_cycle + u64::from(month <= 2);
    format!(
        "{year:04}{month:02}{day_of_month:02}{:02}{:02}{:02}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        assert_eq!(snake_case("Add items, v2.sql"), "add_items_v2");
        assert_eq!(next(None).unwrap(), "0001");
        assert_eq!(next(Some("0009")).unwrap(), "0010");
        assert_eq!(next(Some("9999")).unwrap(), "10000");
        assert_eq!(timestamp().len(), 14);
    }
}
