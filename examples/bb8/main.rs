//! Migrates with dsql-migrate, then queries through a pool of bb8, by the same connector.
//!
//! `DSQL_ENDPOINT` and its companions say where. `cargo run -p dsql-migrate-examples --example bb8`

mod pool;

use dsql_migrate::{Dsql, Migrations, embed_migrations, retry_stale, sql};
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
    // Checked against the same migrations, while this is compiled.
    let wanted = sql!("../migrations", "SELECT title FROM items_v2 WHERE shelf = $1 ORDER BY title");
    let rows = retry_stale(|| client.query(wanted, &[&"wanted"])).await?;
    let titles: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    println!("bb8 sees {}", titles.join(", "));
    Ok(())
}
