//! What the service answers.

use crate::app::App;
use crate::page;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::Arc;

/// The routes: `/health` for who restarts the service, `/ready` for who sends requests to it.
pub(crate) fn routes(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/style.css", get(style))
        .route("/health", get(|| async { "ok" }))
        .route("/ready", get(ready))
        .route("/migrations", get(migrations))
        .with_state(app)
}

/// It answers, so it lives; it may have to migrate for minutes before it is of use.
async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.is_ready() {
        return (StatusCode::OK, "ready").into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")], "migrating").into_response()
}

async fn migrations(State(app): State<Arc<App>>) -> Response {
    match app.status().await {
        Ok(status) => Json(status).into_response(),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, why).into_response(),
    }
}

async fn index(State(app): State<Arc<App>>) -> Response {
    let status = app.status().await;
    let code = if status.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let page = page::page(&page::View {
        migrations: app.migrations,
        mode: app.mode,
        ready: app.is_ready(),
        seen: app.seen(),
        status,
    });
    // No script of anybody's, whatever stands in a name.
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'self'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (code, headers, Html(page)).into_response()
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}
