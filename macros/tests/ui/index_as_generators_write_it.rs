use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("index_as_generators_write_it");

fn main() {}
