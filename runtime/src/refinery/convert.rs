//! Our set as refinery's migrations.

use std::fmt;

use refinery_core::{Migration, SchemaVersion};

use crate::migrations::Migrations;

/// A migration that refinery has no way to name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotForRefinery {
    /// The file.
    pub file: String,
}

impl fmt::Display for NotForRefinery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = SchemaVersion::BITS;
        write!(
            f,
            "{}: its version does not fit refinery's {bits} bits; refinery's feature int8-versions takes longer ones",
            self.file
        )
    }
}

impl std::error::Error for NotForRefinery {}

impl Migrations {
    /// The same migrations for refinery's runner: `refinery_core::Runner::new(&set.to_refinery()?)`, to be run over a
    /// [`super::Bridge`].
    ///
    /// Their texts are the statements of the files without the comments around them, so refinery's checksums do not
    /// mind comments either. refinery's table and ours know nothing of each other: a set is run by one of the two.
    ///
    /// # Errors
    /// [`NotForRefinery`] for a version that is too long.
    pub fn to_refinery(&self) -> Result<Vec<Migration>, NotForRefinery> {
        self.plan()
            .migrations
            .iter()
            .map(|one| {
                let stem = format!("V{}__{}", one.version, one.name);
                Migration::unapplied(&stem, &text(one))
                    .map_err(|_| NotForRefinery { file: one.file.to_string() })
            })
            .collect()
    }
}

/// The statements in order; a setting stands before the first step that has it.
fn text(migration: &dsql_migrate_plan::Migration) -> String {
    let mut text = String::new();
    let mut set = 0;
    for step in migration.steps.iter() {
        for setting in step.settings.iter().skip(set) {
            text.push_str(&setting.statement.sql);
            text.push_str(";\n");
        }
        set = step.settings.len();
        for statement in step.statements() {
            text.push_str(&statement.sql);
            text.push_str(";\n");
        }
    }
    text
}
