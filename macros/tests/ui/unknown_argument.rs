use dsql_migrate::{Migrations, embed_migrations};

static ONE: Migrations = embed_migrations!("accepted", dialekt = "2026-01-01");
static TWO: Migrations = embed_migrations!("accepted", dialect = "yesterday");
static THREE: Migrations = embed_migrations!("accepted", deny(trunkate));

fn main() {}
