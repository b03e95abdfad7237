//! One more try for whoever meets a migration that somebody else has made.

use crate::server::{CATALOG_CONFLICT, SERIALIZATION_FAILURE};
use std::future::Future;
use tokio_postgres::error::DbError;

/// What PostgreSQL says of a prepared statement whose table has got other columns since.
const STALE_PLAN: &str = "cached plan must not change result type";
const FEATURE_NOT_SUPPORTED: &str = "0A000";

/// Whether a statement failed because the catalog has changed under its connection (40001 with OC001), or because it
/// was prepared before its table was changed. Nothing of its transaction was applied, and it may succeed at once:
/// OC001 comes once to each connection. Looks through the causes of an error for one of `tokio_postgres`.
#[must_use]
pub fn is_stale(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(current) = cause {
        if let Some(error) = current.downcast_ref::<tokio_postgres::Error>() {
            return error.as_db_error().is_some_and(says_stale);
        }
        cause = current.source();
    }
    false
}

fn says_stale(error: &DbError) -> bool {
    let (code, message) = (error.code().code(), error.message());
    code == CATALOG_CONFLICT
        || (code == SERIALIZATION_FAILURE && message.contains(CATALOG_CONFLICT))
        || (code == FEATURE_NOT_SUPPORTED && message.contains(STALE_PLAN))
}

/// Does something with a database, and does it once more when it was stale ([`is_stale`]), as after a migration by
/// another instance. What is tried has to be whole: a statement by itself, or a transaction from its beginning
/// to its COMMIT, and it has to prepare its statements anew, as queries given as text do.
///
/// ```no_run
/// # async fn example(client: &tokio_postgres::Client) -> Result<(), tokio_postgres::Error> {
/// use dsql_migrate::retry_stale;
/// let rows = retry_stale(|| client.query("SELECT id FROM items", &[])).await?;
/// # drop(rows); Ok(()) }
/// ```
///
/// A transaction borrows its connection mutably, so an attempt takes one from the pool by itself:
///
/// ```no_run
/// # #[cfg(all(feature = "deadpool", feature = "tls"))] {
/// # use dsql_migrate::{Database, Pool, PoolError, retry_stale};
/// # #[derive(Debug)] enum Failed { Pool(PoolError), Sql(tokio_postgres::Error) }
/// # impl std::fmt::Display for Failed { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "failed") } }
/// # impl std::error::Error for Failed {
/// #     fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
/// #         match self { Self::Pool(error) => Some(error), Self::Sql(error) => Some(error) }
/// #     }
/// # }
/// # impl From<PoolError> for Failed { fn from(error: PoolError) -> Self { Self::Pool(error) } }
/// # impl From<tokio_postgres::Error> for Failed { fn from(error: tokio_postgres::Error) -> Self { Self::Sql(error) } }
/// # async fn example(pool: &Pool<Database>) -> Result<(), Failed> {
/// retry_stale(|| async {
///     let mut client = pool.get().await?;
///     let transaction = client.transaction().await?;
///     transaction.execute("UPDATE items SET watched = true", &[]).await?;
///     Ok::<_, Failed>(transaction.commit().await?)
/// })
/// .await
/// # }
/// # }
/// ```
///
/// # Errors
/// What the first attempt failed with, unless it was stale; else what the second failed with. Conflicts about rows
/// (OC000) are not tried again here: how often is for the application to say.
pub async fn retry_stale<T, E, F>(mut attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: std::error::Error + 'static,
    F: Future<Output = Result<T, E>>,
{
    match attempt().await {
        Err(error) if is_stale(&error) => {
            tracing::debug!(target: "dsql_migrate", "the catalog has changed: once more");
            attempt().await
        }
        result => result,
    }
}
