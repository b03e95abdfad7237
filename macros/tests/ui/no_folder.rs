use dsql_migrate::{Migrations, embed_migrations};

static MIGRATIONS: Migrations = embed_migrations!("no_such_folder");

fn main() {}
