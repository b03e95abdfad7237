//! A service that brings its database up to date while it starts, tells when it is ready, and shows what was done.
//!
//! | variable | is |
//! |---|---|
//! | `DSQL_ENDPOINT` | a cluster, connected to with IAM tokens and verified TLS |
//! | `DSQL_CLUSTER_ID`, `DSQL_REGION` | the same, by the cluster's identifier |
//! | `DATABASE_URL` | any other database; with none of these, an emulator is started and goes away with the service |
//! | `MIGRATE` | `apply` what is pending (unless set); `verify`: do not start when something is; `wait` until another has applied it |
//! | `HOST`, `PORT` | where to listen: 127.0.0.1 unless set, and any free port |
//! | `LOG_FORMAT` | `json`: one object a line, of what `RUST_LOG` selects |
//!
//! SIGTERM or Ctrl-C ends it in good order, also while it migrates: the lease is given back at once.

mod app;
mod http;
mod logs;
mod page;
mod seen;
mod settings;
mod source;

use app::App;
use dsql_migrate::{Migrations, embed_migrations};
use settings::Settings;
use source::Source;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::{error, info};

static MIGRATIONS: Migrations = embed_migrations!("../migrations");

#[tokio::main]
async fn main() -> ExitCode {
    logs::start();
    match boot().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            error!(target: "service", "{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn boot() -> Result<(), Box<dyn Error>> {
    let stop = stop_signal()?;
    let settings = Settings::from_env()?;
    // Held until the service ends: dropping it stops the emulator and removes its data.
    let (source, emulator) = Source::from_env().await?;
    let listener = TcpListener::bind((settings.host.as_str(), settings.port)).await?;
    let address = listener.local_addr()?;
    info!(target: "service", %address, "listening on http://{address} (GET / /ready /health /migrations)");

    let app = Arc::new(App::new(&MIGRATIONS, source, settings.mode));
    let (stopping, stopped) = watch::channel(false);
    let stopping = Arc::new(stopping);
    tokio::spawn({
        let stopping = Arc::clone(&stopping);
        async move {
            stop.await;
            stopping.send_replace(true);
        }
    });
    let wait_for_stop = |mut stopped: watch::Receiver<bool>| async move {
        // An error means that nobody can stop it any more, which only happens at the end.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let serving = axum::serve(listener, http::routes(Arc::clone(&app)))
        .with_graceful_shutdown(wait_for_stop(stopped.clone()));
    let serving = tokio::spawn(async move { serving.await });

    let migrated = app.migrate(wait_for_stop(stopped)).await;
    match &migrated {
        Ok(true) => info!(target: "service", "ready"),
        Ok(false) => {
            info!(target: "service", "asked to stop before everything was applied; the next start goes on")
        }
        Err(_) => drop(stopping.send_replace(true)),
    }
    serving.await??;
    if let Some(emulator) = emulator {
        emulator.stop().await;
    }
    migrated?;
    info!(target: "service", "stopped");
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
