//! `dsql-local`: a stand-in for an Amazon Aurora DSQL cluster, from the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use dsql_local::{Cluster, Options};

/// A local stand-in for an Amazon Aurora DSQL cluster.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until interrupted.
    Serve(Serve),
}

#[derive(Debug, clap::Args)]
struct Serve {
    /// The TCP port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How long asynchronous jobs take, such as 200ms, 5s or 1m.
    #[arg(long, default_value = "200ms", value_parser = duration)]
    job_time: Duration,
    /// No TLS, any password.
    #[arg(long)]
    insecure: bool,
    /// Keeps the data in this folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| "expected a number with ms, s or m".to_string())?;
    match text.get(digits.len()..) {
        Some("ms") => Ok(Duration::from_millis(number)),
        Some("s") => Ok(Duration::from_secs(number)),
        Some("m") => Ok(Duration::from_secs(number * 60)),
        _ => Err("expected a number with ms, s or m".into()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Serve(serve) = Arguments::parse().command;
    match run(serve).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dsql-local: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(serve: Serve) -> Result<(), Box<dyn std::error::Error>> {
    let mut options = Options::new().port(serve.port).job_time(serve.job_time).insecure(serve.insecure);
    if let Some(folder) = serve.data {
        options = options.data_dir(folder);
    }
    let cluster = Cluster::start(options).await?;
    println!(
        "dsql-local: a stand-in, not Amazon Aurora DSQL (PostgreSQL {} behind)",
        cluster.postgres_version()
    );
    println!("  psql \"{}\"", cluster.url());
    println!("  export DATABASE_URL=\"{}\"", cluster.url());
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    cluster.stop().await;
    Ok(())
}
