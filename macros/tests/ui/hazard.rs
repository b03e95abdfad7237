//! Hazards are warnings of the compiler; they are errors here so that their text shows.

#![deny(deprecated)]

use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("hazard");

fn main() {}
