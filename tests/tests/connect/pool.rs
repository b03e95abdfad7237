//! The application's own pool, before and after a migration.

use crate::support::{Counted, builder, dsql, endpoint, endpoint_with, run};
use dsql_migrate::{Pool, PoolManager, is_stale, retry_stale};
use dsql_migrate_tests::sets;
use std::time::Duration;

async fn backend<C: dsql_migrate::Connector>(pool: &Pool<C>) -> i32 {
    let client = pool.get().await.unwrap();
    retry_stale(|| client.query_one("SELECT pg_backend_pid()", &[])).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_used_again_until_a_migration_or_their_time() {
    let endpoint = endpoint().await;
    let counted = Counted::default();
    let connector = builder(&endpoint).credentials(counted.clone()).build().unwrap();
    let pool = Pool::builder(PoolManager::new(connector)).max_size(4).build().unwrap();
    let first = backend(&pool).await;
    assert_eq!((backend(&pool).await, counted.count()), (first, 1), "one connection, one token");

    pool.manager().recycler().recycle();
    let second = backend(&pool).await;
    assert_ne!(second, first, "none from before the migration is handed out");
    assert_eq!((backend(&pool).await, counted.count()), (second, 2));
    // One that was in use meanwhile is not used again either.
    let taken = pool.get().await.unwrap();
    pool.manager().recycler().recycle();
    drop(taken);
    assert_ne!(backend(&pool).await, second);

    let brief = PoolManager::new(dsql(&endpoint)).max_age(Duration::ZERO);
    let pool = Pool::builder(brief).max_size(1).build().unwrap();
    assert_ne!(backend(&pool).await, backend(&pool).await);
    let endless = PoolManager::new(dsql(&endpoint)).max_age(Duration::MAX);
    let pool = Pool::builder(endless).max_size(1).build().unwrap();
    assert_eq!(backend(&pool).await, backend(&pool).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_server_has_ended_is_replaced() {
    let endpoint = endpoint_with(|options| options.connection_life(Duration::from_millis(300))).await;
    let pool = Pool::builder(PoolManager::new(dsql(&endpoint))).max_size(1).build().unwrap();
    let first = backend(&pool).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_ne!(backend(&pool).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_reaches_whoever_wants_a_connection() {
    let endpoint = endpoint().await;
    let nobody = builder(&endpoint).user("nobody").build().unwrap();
    let pool = Pool::builder(PoolManager::new(nobody)).max_size(1).build().unwrap();
    let error = pool.get().await.map(drop).unwrap_err();
    assert!(error.to_string().contains("AWS IAM GRANT"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_connection_meets_a_migration_once() {
    let endpoint = endpoint().await;
    run(&endpoint, &["CREATE TABLE notes (id int PRIMARY KEY)", "INSERT INTO notes VALUES (1)"]).await;
    let pool = Pool::builder(PoolManager::new(dsql(&endpoint))).max_size(1).build().unwrap();
    let client = pool.get().await.unwrap();
    retry_stale(|| client.query("SELECT id FROM notes", &[])).await.unwrap();
    let prepared = client.prepare("SELECT * FROM notes").await.unwrap();
    client.query(&prepared, &[]).await.unwrap();

    // A task of a service, as it would be spawned: the helper's future can go to another thread.
    let migrate = || async {
        let set = sets::set(&[(
            "0001_more.sql",
            "-- dsql: external table notes (id int PRIMARY KEY)\nALTER TABLE notes ADD COLUMN v text;",
        )])
        .unwrap();
        set.run(&dsql(&endpoint)).await.unwrap()
    };
    assert_eq!(migrate().await.applied.len(), 1);

    let met = client.query("SELECT id FROM notes", &[]).await.unwrap_err();
    assert!(is_stale(&met) && met.code().unwrap().code() == "40001", "{met:?}");
    assert_eq!(client.query("SELECT id FROM notes", &[]).await.unwrap().len(), 1, "once a connection");
    let old = client.query(&prepared, &[]).await.unwrap_err();
    assert!(is_stale(&old), "a plan from before: {old:?}");
    let rows = retry_stale(|| client.query("SELECT * FROM notes", &[])).await.unwrap();
    assert_eq!(rows[0].len(), 2);

    // The same through a transaction, with nobody noticing, in a task as a service spawns it.
    drop(client);
    run(&endpoint, &["CREATE TABLE other (id int PRIMARY KEY)"]).await;
    let written = tokio::spawn(async move {
        retry_stale(|| async {
            let mut client = pool.get().await.expect("a connection");
            let transaction = client.transaction().await?;
            let written = transaction.execute("UPDATE notes SET v = 'a'", &[]).await?;
            transaction.commit().await?;
            Ok::<_, tokio_postgres::Error>(written)
        })
        .await
    });
    assert_eq!(written.await.unwrap().unwrap(), 1);
}
