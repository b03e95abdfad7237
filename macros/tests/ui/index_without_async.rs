use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("index_without_async");

fn main() {}
