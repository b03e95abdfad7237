//! A service that migrates its database when it boots, then serves.
//!
//! `DATABASE_URL` says where; without it a stand-in for a DSQL cluster is started and goes away with the service.
//! `PORT` is the port on 127.0.0.1; unset or 0, any free one is taken. `RUST_LOG` shows more or less.

mod http;

use dsql_local::Cluster;
use dsql_migrate::{Migrations, Options, embed_migrations};
use std::error::Error;
use std::future::Future;
use std::io::IsTerminal;
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_postgres::Config;

static MIGRATIONS: Migrations = embed_migrations!("../migrations");

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()),
        )
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    match boot().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn boot() -> Result<(), Box<dyn Error>> {
    let mut stop = Box::pin(stop_signal()?);
    // Held until the service ends: dropping it stops the stand-in and removes its data.
    let (url, stand_in) = match std::env::var("DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            println!("no DATABASE_URL: starting a local stand-in (not Amazon Aurora DSQL)");
            let stand_in = Cluster::start(dsql_local::Options::default()).await?;
            println!("stand-in: DATABASE_URL='{}'", stand_in.url());
            (stand_in.url(), Some(stand_in))
        }
    };
    let config: Config = url.parse()?;

    let report = MIGRATIONS.with(Options::default()).run_until(&config, &mut stop).await?;
    println!("{report}");

    let port = match std::env::var("PORT") {
        Ok(port) if !port.is_empty() => port.parse()?,
        _ => 0,
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{} (GET /health, GET /migrations)", listener.local_addr()?);
    axum::serve(listener, http::routes(config)).with_graceful_shutdown(stop).await?;
    println!("stopped");
    if let Some(stand_in) = stand_in {
        stand_in.stop().await;
    }
    Ok(())
}

/// Ready at Ctrl-C or SIGTERM, whether they come while migrating or while serving.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
