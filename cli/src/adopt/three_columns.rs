//! The plainest table of all, which home-made runners keep: `version, name, applied_at`.

use dsql_migrate::__private::elsewhere;

use super::files::of_version;
use super::tool::{Folder, Past, Row, Tool, column};

pub(super) static TOOL: Tool = Tool {
    name: "three-columns",
    table: "schema_migrations",
    columns: &["version", "name", "applied_at"],
    rows: &elsewhere::THREE_COLUMNS,
    read,
};

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    rows.iter().map(|row| of_row(row, folder)).collect()
}

fn of_row(row: &Row, folder: &Folder<'_>) -> Past {
    let (version, name) = (column(row, 0), column(row, 1));
    let label = format!("{version} {name}");
    let file = of_version(folder.files, version);
    let past = Past::of(label, file).at(column(row, 2));
    let Some(found) = file.and_then(|position| folder.files.get(position)) else { return past };
    if !folder.same_table {
        return past;
    }
    if !folder.text_versions {
        return past.refused(
            "the table keeps versions as numbers, where ours are text: keep the records in a table of their own \
             (--table dsql_migrations)",
        );
    }
    if found.version != version {
        return past.refused(format!(
            "the table calls it {version}, the file {}: name the file {version}_{}.sql, or keep the records in a \
             table of their own (--table dsql_migrations)",
            found.version, found.name
        ));
    }
    if name != found.name {
        return past.note(format!("its name becomes {}", found.name));
    }
    past
}
