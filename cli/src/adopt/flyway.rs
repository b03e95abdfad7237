//! Flyway: `flyway_schema_history`.

use dsql_migrate::__private::elsewhere;

use super::files::{File, of_version, up_to};
use super::tool::{Folder, Past, Row, Tool, column, is_true};

pub(super) static TOOL: Tool = Tool {
    name: "flyway",
    table: "flyway_schema_history",
    columns: &["installed_rank", "version", "script", "checksum", "success"],
    rows: &elsewhere::FLYWAY,
    read,
};

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    let mut past: Vec<Past> = Vec::new();
    for row in rows {
        let (version, kind, script) = (column(row, 0), column(row, 2), column(row, 3));
        let label =
            if script.is_empty() { format!("{version} {}", column(row, 1)) } else { script.to_owned() };
        let time = column(row, 5);
        if !is_true(column(row, 6)) {
            past.push(Past::of(label, of_version(folder.files, version)).refused(
                "it failed (success is false): finish or undo it by hand, then run `flyway repair`",
            ));
            continue;
        }
        match kind {
            "SCHEMA" => {}
            // A baseline, or a script that makes one (SQL_BASELINE): all that it stands for counts as applied.
            kind if kind.ends_with("BASELINE") => match up_to(folder.files, version) {
                Some(files) => {
                    past.extend(files.into_iter().map(|file| Past::of(label.clone(), Some(file)).at(time)));
                }
                None => past.push(Past::of(label, None).refused(format!(
                    "it is a baseline at version {version:?}, which is no whole number as the versions of files here \
                     are, so it does not say which of them are applied: set its version in this table to that of \
                     the last applied file"
                ))),
            },
            // Undone, or struck out: what the rows before say of this version holds no more.
            kind if kind.starts_with("UNDO") || kind == "DELETE" => {
                let file = of_version(folder.files, version);
                past.retain(|one| one.file.is_none() || one.file != file);
            }
            _ if version.is_empty() => {
                past.push(Past::of(label, None).note("a repeatable migration, which has no version"));
            }
            _ => {
                let file = of_version(folder.files, version);
                let found = file.and_then(|position| folder.files.get(position));
                let same =
                    found.and_then(|file| Some(checksum(file)? == column(row, 4).parse::<i32>().ok()?));
                past.push(Past::of(label, file).at(time).compared(same));
            }
        }
    }
    past
}

/// Flyway's checksum: CRC-32 of the lines without their ends, as a signed number.
fn checksum(file: &File) -> Option<i32> {
    let text = file.text()?;
    let mut hasher = crc32fast::Hasher::new();
    for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
        hasher.update(line.as_bytes());
    }
    Some(hasher.finalize().cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_marks_do_not_count() {
        let file = |text: &str| File {
            version: "1".into(),
            name: "a".into(),
            file: "V1__a.sql".into(),
            bytes: text.as_bytes().to_vec(),
        };
        let plain = checksum(&file("SELECT 1;\nSELECT 2;\n"));
        assert_eq!(plain, checksum(&file("\u{feff}SELECT 1;\r\nSELECT 2;")));
        // The check value of CRC-32: what the digits 1 to 9 give.
        assert_eq!(checksum(&file("1234\n56789")), Some(0xCBF4_3926_u32.cast_signed()));
    }
}
