//! golang-migrate: `schema_migrations(version, dirty)`, whose only row names the version that the database is at.

use dsql_migrate::__private::elsewhere;

use super::files::{of_version, up_to};
use super::tool::{Folder, Past, Row, Tool, column, is_true};

pub(super) static TOOL: Tool = Tool {
    name: "golang-migrate",
    table: "schema_migrations",
    columns: &["version", "dirty"],
    rows: &elsewhere::GOLANG_MIGRATE,
    read,
};

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    let mut past = Vec::new();
    for row in rows {
        let version = column(row, 0);
        let label = format!("at version {version}");
        if is_true(column(row, 1)) {
            past.push(Past::of(label, of_version(folder.files, version)).refused(
                "the table is dirty: that migration failed half-way. Finish or undo it by hand, then `migrate force` \
                 the version that the database is at",
            ));
            continue;
        }
        // The version that it names is the last one; all files before it were applied too.
        if of_version(folder.files, version).is_none() {
            past.push(Past::of(label.clone(), None));
        }
        let files = up_to(folder.files, version).unwrap_or_default();
        past.extend(files.into_iter().map(|file| Past::of(label.clone(), Some(file))));
    }
    past
}
