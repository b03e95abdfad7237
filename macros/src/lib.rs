//! `embed_migrations!`: SQL migrations for Amazon Aurora DSQL, checked while your service compiles.
//!
//! Depend on `dsql-migrate`, which re-exports the macro; this crate is its compile-time half.

mod arguments;
mod embed;
mod item;
mod stale;
mod tokens;

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
