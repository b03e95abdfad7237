//! refinery: `refinery_schema_history`.

use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use dsql_migrate::__private::elsewhere;

use super::files::{File, number, of_version};
use super::tool::{Folder, Past, Row, Tool, column};

pub(super) static TOOL: Tool = Tool {
    name: "refinery",
    table: "refinery_schema_history",
    columns: &["version", "name", "applied_on", "checksum"],
    rows: &elsewhere::REFINERY,
    read,
};

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    let of_row = |row: &Row| {
        let (version, name) = (column(row, 0), column(row, 1));
        let file = of_version(folder.files, version);
        let found = file.and_then(|position| folder.files.get(position));
        Past::of(format!("V{version}__{name}"), file)
            .at(column(row, 2))
            .compared(found.and_then(|file| same(file, name, column(row, 3))))
    };
    rows.iter().map(of_row).collect()
}

/// Whether a row has the checksum of this file under the name that the row has: refinery hashes name, version and
/// text. The version is of four bytes, or of eight with its feature `int8-versions`.
fn same(file: &File, name: &str, checksum: &str) -> Option<bool> {
    let expected: u64 = checksum.parse().ok()?;
    let text = file.text()?;
    let version: i64 = number(&file.version).parse().ok()?;
    let hash = |version: &dyn Fn(&mut SipHasher13)| {
        let mut hasher = SipHasher13::new();
        name.hash(&mut hasher);
        version(&mut hasher);
        text.hash(&mut hasher);
        hasher.finish()
    };
    let narrow = i32::try_from(version).ok().map(|version| hash(&|hasher| version.hash(hasher)));
    Some(narrow == Some(expected) || hash(&|hasher| version.hash(hasher)) == expected)
}
