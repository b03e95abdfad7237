//! Migrates with dsql-migrate, then queries with sqlx, on the same endpoint settings.
//!
//! `DSQL_ENDPOINT` and its companions say where (`DsqlBuilder::or_env` has the list), AWS's own variables or files
//! who. `cargo run -p dsql-migrate-examples --example sqlx`

mod pool;

use dsql_migrate::{Dsql, Migrations, embed_migrations, sql};
use std::error::Error;

static MIGRATIONS: Migrations = embed_migrations!("../migrations");

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dsql = Dsql::builder().application_name("sqlx-example").or_env().build()?;
    let database = pool::Database::open(dsql.clone(), std::env::var_os("DSQL_CA").map(Into::into)).await?;

    println!("{}", MIGRATIONS.run(&dsql).await?);
    // Connections from before the migration are not used again.
    database.recycle();

    // Checked against the same migrations, while this is compiled.
    let wanted = sql!("../migrations", "SELECT title FROM items_v2 WHERE shelf = $1 ORDER BY title");
    let titles: Vec<String> =
        pool::retry_stale(|| sqlx::query_scalar(wanted).bind("wanted").fetch_all(database.pool())).await?;
    println!("sqlx sees {}", titles.join(", "));
    database.pool().close().await;
    Ok(())
}
