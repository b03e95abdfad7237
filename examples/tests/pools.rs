//! The pools of the examples, against an emulator that wants TLS and tokens, across a migration.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "../bb8/pool.rs"]
mod bb8_pool;
#[path = "../sqlx/pool.rs"]
mod sqlx_pool;

use dsql_local::{Cluster, Endpoint, Options};
use dsql_migrate::{Connector, Dsql, Migrations, embed_migrations, retry_stale};
use std::time::Duration;

static MIGRATIONS: Migrations = embed_migrations!("../migrations");

async fn emulator() -> Cluster {
    Cluster::start(Options::new().insecure(false)).await.unwrap()
}

fn dsql(endpoint: &Endpoint) -> Dsql {
    Dsql::builder()
        .endpoint(format!("{}:{}", endpoint.host(), endpoint.port()))
        .ca_file(endpoint.ca_file().unwrap())
        .static_credentials("AKIDLOCAL", "any", None)
        .build()
        .unwrap()
}

const PID: &str = "SELECT pg_backend_pid()";
const COUNT: &str = "SELECT count(*) FROM schema_migrations";

#[tokio::test(flavor = "multi_thread")]
async fn sqlx_queries_what_was_migrated_and_replaces_its_connections() {
    let cluster = emulator().await;
    let dsql = dsql(cluster.endpoint());
    let ca = cluster.endpoint().ca_file().map(Into::into);
    let database = sqlx_pool::Database::open(dsql.clone(), ca).await.unwrap();
    let pid = async || {
        // A connection comes back to the pool by and by.
        while database.pool().num_idle() < database.pool().size() as usize {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let asked = || sqlx::query_scalar::<_, i32>(PID).fetch_one(database.pool());
        sqlx_pool::retry_stale(asked).await.unwrap()
    };
    let before = pid().await;
    assert_eq!(pid().await, before);

    MIGRATIONS.run(&dsql).await.unwrap();
    // The connection from before meets the migration, and nobody notices.
    assert_eq!(pid().await, before);
    let count = || sqlx::query_scalar::<_, i64>(COUNT).fetch_one(database.pool());
    assert_eq!(sqlx_pool::retry_stale(count).await.unwrap(), i64::try_from(MIGRATIONS.iter().len()).unwrap());
    database.recycle();
    assert_ne!(pid().await, before);
    database.pool().close().await;
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bb8_does_the_same() {
    async fn ask<C: Connector + 'static>(
        pool: &bb8::Pool<bb8_pool::Manager<C>>,
        sql: &str,
    ) -> tokio_postgres::Row {
        let connection = pool.get().await.unwrap();
        let client = connection.client();
        retry_stale(|| client.query_one(sql, &[])).await.unwrap()
    }
    let cluster = emulator().await;
    let dsql = dsql(cluster.endpoint());
    let (pool, generation) = bb8_pool::open(dsql.clone());
    let before: i32 = ask(&pool, PID).await.get(0);
    MIGRATIONS.run(&dsql).await.unwrap();
    let count: i64 = ask(&pool, COUNT).await.get(0);
    assert_eq!(count, i64::try_from(MIGRATIONS.iter().len()).unwrap());
    assert_eq!(ask(&pool, PID).await.get::<_, i32>(0), before);
    generation.next();
    assert_ne!(ask(&pool, PID).await.get::<_, i32>(0), before);
    cluster.stop().await;
}
