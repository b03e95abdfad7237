//! A set that is right embeds as constants.

use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("accepted");

fn main() {
    let names: Vec<_> = MIGRATIONS.iter().map(|migration| (migration.version(), migration.name())).collect();
    assert_eq!(names, [("0001", "first"), ("0002", "second")]);
}
