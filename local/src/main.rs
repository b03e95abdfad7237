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
    /// Asks a stand-in what was recorded from a real cluster, and compares.
    Conformance {
        /// Shows the equal answers too.
        #[arg(long)]
        all: bool,
    },
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
    let outcome = match Arguments::parse().command {
        Command::Serve(serve) => run(serve).await.map(|()| true),
        Command::Conformance { all } => conformance(all).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
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

/// Prints how the recorded answers compare; false when fewer are equal than promised.
async fn conformance(all: bool) -> Result<bool, Box<dyn std::error::Error>> {
    let cluster = Cluster::start(Options::new()).await?;
    let report = dsql_local::conformance::replay(&cluster).await?;
    for comparison in &report.comparisons {
        if comparison.equal {
            if all {
                println!("equal      {}", comparison.id);
            }
            continue;
        }
        println!("different  {}: {}", comparison.id, comparison.reason.as_deref().unwrap_or("NOT EXPLAINED"));
        println!("             recorded: {}", comparison.recorded.join(" ;; "));
        println!("             answered: {}", comparison.answered.join(" ;; "));
    }
    println!("recorded answers equal: {} of {}", report.equal(), report.comparisons.len());
    cluster.stop().await;
    Ok(report.kept())
}
