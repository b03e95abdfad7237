//! sqlx: `_sqlx_migrations`.

use sha2::{Digest, Sha384};

use dsql_migrate::__private::elsewhere;

use super::files::of_version;
use super::tool::{Folder, Past, Row, Tool, column, hex, is_true};

pub(super) static TOOL: Tool = Tool {
    name: "sqlx",
    table: "_sqlx_migrations",
    columns: &["version", "description", "installed_on", "success", "checksum"],
    rows: &elsewhere::SQLX,
    read,
};

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    let of_row = |row: &Row| {
        let version = column(row, 0);
        let file = of_version(folder.files, version);
        let digest = file
            .and_then(|position| folder.files.get(position))
            .map(|file| hex(&Sha384::digest(&file.bytes)));
        let past = Past::of(format!("{version} {}", column(row, 1)), file)
            .at(column(row, 2))
            .compared(digest.map(|digest| column(row, 4).strip_prefix("\\x") == Some(&digest)));
        if is_true(column(row, 3)) {
            past
        } else {
            past.refused(
                "it failed half-way (success is false): finish or undo it by hand, then set success to true or \
                 delete the row",
            )
        }
    };
    rows.iter().map(of_row).collect()
}
