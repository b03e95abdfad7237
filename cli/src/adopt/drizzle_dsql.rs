//! AWS's Drizzle adapter for DSQL, whose table of Drizzle's name has a row for every statement.

use std::collections::{BTreeMap, BTreeSet};

use dsql_migrate::__private::elsewhere;

use super::tool::{Folder, Past, Row, Tool, column};

pub(super) static TOOL: Tool = Tool {
    name: "drizzle-dsql",
    table: "__drizzle_migrations",
    columns: &["migration_hash", "migration_folder_millis", "statement_index"],
    rows: &elsewhere::DRIZZLE_DSQL,
    read,
};

/// The rows of one migration.
#[derive(Default)]
struct Applied<'r> {
    hash: &'r str,
    statements: BTreeSet<&'r str>,
    last: &'r str,
}

fn read(rows: &[Row], folder: &Folder<'_>) -> Vec<Past> {
    let mut migrations: BTreeMap<&str, Applied<'_>> = BTreeMap::new();
    for row in rows {
        let applied = migrations.entry(column(row, 1)).or_default();
        applied.hash = column(row, 0);
        applied.statements.insert(column(row, 2));
        applied.last = column(row, 3);
    }
    migrations.into_iter().map(|(millis, applied)| of_migration(millis, &applied, folder)).collect()
}

fn of_migration(millis: &str, applied: &Applied<'_>, folder: &Folder<'_>) -> Past {
    // The two tables name a migration alike; only what is counted differs.
    let row = vec![Some(applied.hash.to_owned()), Some(millis.to_owned())];
    let past = (super::drizzle::TOOL.read)(&[row], folder).pop().unwrap_or_default();
    let text = past.file.and_then(|position| folder.files.get(position)).and_then(|file| file.text());
    let statements = text.map_or(0, |text| {
        text.split("--> statement-breakpoint").filter(|part| !part.trim().is_empty()).count()
    });
    let (done, past) = (applied.statements.len(), past.at(applied.last));
    if done < statements {
        return past.refused(format!(
            "{done} of its {statements} statements are applied: let Drizzle finish it, or undo it by hand and delete its rows"
        ));
    }
    past
}
