//! `embed_migrations!`: SQL migrations for Amazon Aurora DSQL, checked while your service compiles. `sql!`: the service's
//! own statements, checked against the schema that these end with.
//!
//! Depend on `dsql-migrate`, which re-exports the macros; this crate is its compile-time half.

mod arguments;
#[cfg(test)]
mod cost;
mod embed;
mod expansion;
mod item;
mod judging;
mod literal;
mod set;
mod sql;
mod stale;

use proc_macro::TokenStream;

/// Checks every SQL file of a folder as DSQL would, and embeds the plan of what is to be run.
///
/// The path is relative to the folder of the crate's `Cargo.toml`; without one it is `migrations`. The value is
/// a `dsql_migrate::Migrations` that can stand in a `static`. Whatever is wrong in any of the files fails the
/// build, all of it at once, each with its place, the server's answer and what to write instead.
///
/// ```ignore
/// use dsql_migrate::{Migrations, embed_migrations};
///
/// static MIGRATIONS: Migrations = embed_migrations!("migrations");
/// ```
///
/// A file that changes or goes away rebuilds the crate. So that a file that is **added** does too, cargo wants
/// one line in the crate's `build.rs`:
///
/// ```ignore
/// fn main() {
///     println!("cargo::rerun-if-changed=migrations");
/// }
/// ```
#[proc_macro]
pub fn embed_migrations(input: TokenStream) -> TokenStream {
    embed::expand(input.into()).into()
}

/// Checks a statement of your service against the schema that the migrations end with, and is that statement, as a
/// `&'static str` for whatever client sends it.
///
/// ```ignore
/// let row = client.query_one(dsql_migrate::sql!("SELECT title FROM items WHERE id = $1"), &[&id]).await?;
/// ```
///
/// The migrations are those in `migrations`, beside the crate's `Cargo.toml`, or in the folder that is named before the
/// statement: `sql!("other/migrations", "SELECT …")`. Behind it may stand what `embed_migrations!` takes too:
/// `dialect = "2026-08-01"`, `catalog = false`, `deny(warnings)` or `deny(rule, …)`, `allow(rule, …)`. The statement is a
/// string literal of any form.
///
/// It is one query, or one statement that changes rows: SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE, with or without WITH
/// or EXPLAIN; COPY, SHOW and CALL too. DDL belongs into a migration, transactions and settings to the client. It fails the
/// build where DSQL would not read it or has not what it uses, where it names a table, column or function that there is
/// not, and where its parameters leave out a number. What may change more rows than a transaction takes is a warning, as
/// is a parameter of which nothing tells the type. A line `-- dsql: allow(rule) reason` in the statement makes an
/// exception, as in a migration.
///
/// Types are compared only where they can be seen at a glance, so that the server may still refuse what passes here.
/// Where the migrations themselves have an error, one `sql!` of the crate says so and no other is judged.
///
/// With the line in `build.rs` that `embed_migrations!` wants, a migration that changes or is added has every `sql!` judged
/// anew; the folder is read once for all of them. Where nothing is to be said the macro is the bare literal, so that it
/// may stand in `concat!`.
#[proc_macro]
pub fn sql(input: TokenStream) -> TokenStream {
    sql::expand(input.into()).into()
}
