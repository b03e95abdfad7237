//! What the service says: lines for people on stdout, or everything as JSON.

use crate::settings::variable;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

pub(crate) fn start() {
    let filter =
        |otherwise: &str| EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(otherwise));
    if variable("LOG_FORMAT").as_deref() == Some("json") {
        let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
        tracing_subscriber::registry().with(lines.with_filter(filter("info"))).init();
        return;
    }
    // The service's own words as they are; warnings of everything else with time and fields.
    let words = debug_fn(|writer, field, value| match field.name() {
        "message" => write!(writer, "{value:?}"),
        _ => Ok(()),
    });
    let own = tracing_subscriber::fmt::layer()
        .compact()
        .without_time()
        .with_level(false)
        .with_target(false)
        .with_ansi(false)
        .fmt_fields(words)
        .with_filter(Targets::new().with_target("service", tracing::Level::INFO));
    let others = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_filter(filter("warn,service=off"));
    tracing_subscriber::registry().with(own).with(others).init();
}
