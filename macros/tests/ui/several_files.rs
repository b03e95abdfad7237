use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("several_files");

fn main() {}
