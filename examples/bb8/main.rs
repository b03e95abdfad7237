//! Migrates with dsql-migrate, then queries through a pool of bb8, by the same connector.
//!
//! `DSQL_ENDPOINT` and its companions say where. `cargo run -p dsql-migrate-examples --example bb8`

mod pool;

use dsql_migrate::{Dsql, Migrations, embed_migrations, retry_stale};
use std::error::Error;

static MIGRATIONS: Migrations = embed_migrations!("../migrations");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dsql = Dsql::builder().application_name("bb8-example").or_env().build()?;
    let (pool, generation) = pool::open(dsql.clone());

    println!("{}", MIGRATIONS.run(&dsql).await?);
    // Connections from before the migration are not used again.
    generation.next();

    let connection = pool.get().await?;
    let client = connection.client();
    let rows =
        retry_stale(|| client.query("SELECT version FROM schema_migrations ORDER BY version", &[])).await?;
    let versions: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    println!("bb8 sees {}", versions.join(", "));
    Ok(())
}
