//! goose: `goose_db_version`, a log in which the newest row of a version counts.

use std::collections::BTreeMap;

use dsql_migrate::__private::elsewhere;

use super::files::of_version;
use super::tool::{Folder, Past, Row, Tool, column, is_true};

pub(super) static TOOL: Tool = Tool {
    name: "goose",
    table: "goose_db_version",
    columns: &["version_id", "is_applied", "tstamp"],
    rows: &elsewhere::GOOSE,
    read,
};

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    // Older releases log an undoing as a row of its own; newer ones delete the row. Version 0 marks the table's birth.
    let mut newest: BTreeMap<u64, &Row> = BTreeMap::new();
    for row in rows {
        if let Ok(version @ 1..) = column(row, 0).parse() {
            newest.insert(version, row);
        }
    }
    let applied = newest.into_iter().filter(|(_, row)| is_true(column(row, 1)));
    applied
        .map(|(version, row)| {
            let version = version.to_string();
            Past::of(format!("version {version}"), of_version(folder.files, &version)).at(column(row, 2))
        })
        .collect()
}
