use dsql_migrate::embed_migrations;

embed_migrations!(pub static MIGRATIONS = "denied", deny(numeric_default), allow(primary_key));

fn main() {}
