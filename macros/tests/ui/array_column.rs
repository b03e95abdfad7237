use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("array_column");

fn main() {}
