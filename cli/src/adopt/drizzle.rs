//! Drizzle: `drizzle.__drizzle_migrations`, which has hashes; the folder's `meta/_journal.json` has the names.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use dsql_migrate::__private::elsewhere;

use super::files::File;
use super::tool::{Folder, Past, Row, Tool, column, hex};

pub(super) static TOOL: Tool = Tool {
    name: "drizzle",
    table: "__drizzle_migrations",
    columns: &["hash", "created_at"],
    rows: &elsewhere::DRIZZLE,
    read,
};

/// `meta/_journal.json`, as far as it matters here.
#[derive(Deserialize)]
struct Journal {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    /// When the file was generated, in milliseconds: what the table keeps as `created_at`.
    when: f64,
    /// The file's name without its ending.
    tag: String,
}

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    let journal = folder.journal.and_then(|text| serde_json::from_str::<Journal>(text).ok());
    let entries = journal.map(|journal| journal.entries).unwrap_or_default();
    let of_row = |row: &Row| {
        let hash = column(row, 0);
        let when = column(row, 1).parse::<f64>().ok();
        let entry = entries.iter().find(|entry| when.is_some_and(|when| (when - entry.when).abs() < 1.0));
        let named =
            entry.and_then(|entry| position(folder.files, |file| file.file == format!("{}.sql", entry.tag)));
        let hashed = position(folder.files, |file| hex(&Sha256::digest(&file.bytes)) == hash);
        let short: String = hash.chars().take(12).collect();
        let label = match entry {
            Some(entry) => format!("{} {short}", entry.tag),
            None => format!("hash {short}"),
        };
        // The times in the table are those of the files, not of their application.
        Past::of(label, named.or(hashed)).compared(named.map(|named| hashed == Some(named)))
    };
    rows.iter().map(of_row).collect()
}

fn position(files: &[File], is: impl Fn(&File) -> bool) -> Option<usize> {
    files.iter().position(is)
}
