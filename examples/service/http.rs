//! What the service answers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use std::sync::Arc;
use tokio_postgres::{Config, NoTls, SimpleQueryMessage};

/// The routes. The service listens only once it has migrated, so `/health` has nothing to ask.
pub(crate) fn routes(database: Config) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route("/migrations", get(migrations))
        .with_state(Arc::new(database))
}

#[derive(Serialize)]
struct Applied {
    version: String,
    name: String,
    applied_at: String,
}

async fn migrations(State(database): State<Arc<Config>>) -> Result<Json<Vec<Applied>>, (StatusCode, String)> {
    read(&database).await.map(Json).map_err(|error| {
        // What went wrong between the service and its database is not the caller's affair.
        eprintln!("cannot read the ledger: {error}");
        (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be read now".to_owned())
    })
}

async fn read(database: &Config) -> Result<Vec<Applied>, tokio_postgres::Error> {
    let (client, connection) = database.connect(NoTls).await?;
    let connection = tokio::spawn(connection);
    let messages = client
        .simple_query("SELECT version, name, applied_at::text FROM schema_migrations ORDER BY version")
        .await?;
    drop(client);
    // The connection says goodbye and ends; it has nothing more to report.
    let _ = connection.await;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    rows.map(|row| {
        let text = |column: usize| row.try_get(column).map(|text| text.unwrap_or_default().to_owned());
        Ok(Applied { version: text(0)?, name: text(1)?, applied_at: text(2)? })
    })
    .collect()
}
