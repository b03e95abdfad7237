//! How the tables that other tools keep are found and read: what `dsql-migrate adopt` asks.
//!
//! It stands here, with everything else that is sent, so that one list has all of it (see [`super::forms`]).

use super::quote::literal;

/// A query for the rows of a tool's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows {
    /// The columns, as text.
    select: &'static str,
    /// By what the rows are sorted.
    order: &'static str,
}

impl Rows {
    /// The query; the table's name is quoted already.
    #[must_use]
    pub fn of(&self, table: &str) -> String {
        format!("SELECT {} FROM {table} ORDER BY {}", self.select, self.order)
    }
}

/// Of a home-made runner.
pub const THREE_COLUMNS: Rows =
    Rows { select: "version::text, name::text, applied_at::text", order: "version" };
/// Of refinery.
pub const REFINERY: Rows = Rows { select: "version::text, name, applied_on, checksum", order: "version" };
/// Of sqlx. The checksum comes as the server shows bytes: `\x` and digits.
pub const SQLX: Rows = Rows {
    select: "version::text, description, installed_on::text, success::text, checksum",
    order: "version",
};
/// Of golang-migrate.
pub const GOLANG_MIGRATE: Rows = Rows { select: "version::text, dirty::text", order: "version" };
/// Of goose.
pub const GOOSE: Rows = Rows { select: "version_id::text, is_applied::text, tstamp::text", order: "id" };
/// Of Flyway.
pub const FLYWAY: Rows = Rows {
    select: "version, description, type, script, checksum::text, installed_on::text, success::text",
    order: "installed_rank",
};
/// Of Drizzle.
pub const DRIZZLE: Rows = Rows { select: "hash, created_at::text", order: "created_at" };
/// Of AWS's Drizzle adapter for DSQL.
pub const DRIZZLE_DSQL: Rows = Rows {
    select: "migration_hash, migration_folder_millis::text, statement_index::text, created_at::text",
    order: "migration_folder_millis, statement_index",
};

/// Which tables are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'w> {
    /// Those of these names, in any schema.
    OneOf(&'w [&'w str]),
    /// That of this schema.
    In {
        /// The schema.
        schema: &'w str,
        /// The table.
        table: &'w str,
    },
}

/// A query for tables with their columns, a row for each column in order: schema, table, whether the search path
/// finds the table under its bare name, column, and the column's type.
#[must_use]
pub fn tables(wanted: Wanted<'_>) -> String {
    let condition = match wanted {
        Wanted::OneOf(names) => {
            let names: Vec<String> = names.iter().map(|name| literal(name)).collect();
            format!("c.relname IN ({})", names.join(", "))
        }
        Wanted::In { schema, table } => {
            format!("n.nspname = {} AND c.relname = {}", literal(schema), literal(table))
        }
    };
    format!(
        "SELECT n.nspname::text AS home, c.relname::text AS name, \
         pg_catalog.pg_table_is_visible(c.oid)::text AS is_first, a.attname::text AS column_name, \
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
         WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND {condition} \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY n.nspname, c.relname, a.attnum"
    )
}
