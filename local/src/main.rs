//! `dsql-local`: an emulator of an Amazon Aurora DSQL cluster, from the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use dsql_local::{Cluster, DIFFERENCES, Endpoint, Options, RULES_OF};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

type Failure = Box<dyn std::error::Error>;

/// A local emulator of an Amazon Aurora DSQL cluster: a PostgreSQL that refuses, delays and conflicts as DSQL does.
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
    /// Asks an emulator what was recorded from a real cluster, and compares.
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
    /// Keeps the data in this folder; otherwise it is thrown away at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The seed of job ids and injected faults; without it one is drawn, and printed.
    #[arg(long)]
    seed: Option<u64>,
    /// Takes requests for faults at this Unix socket: a JSON object a line.
    #[arg(long, value_name = "SOCKET")]
    control: Option<PathBuf>,
    /// Prints one line of JSON instead of the banner.
    #[arg(long)]
    json: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| "expected a number with ms, s or m".to_string())?;
    match text.get(digits.len()..) {
        Some("ms") => Ok(Duration::from_millis(number)),
        Some("s") => Ok(Duration::from_secs(number)),
        Some("m") => Ok(Duration::from_secs(number.saturating_mul(60))),
        _ => Err("expected a number with ms, s or m".into()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr).init();
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

async fn run(serve: Serve) -> Result<(), Failure> {
    // The longest life that a token may have: the URL on the screen should still work tomorrow.
    let week = Duration::from_secs(7 * 86_400);
    let mut options =
        Options::new().port(serve.port).job_time(serve.job_time).insecure(serve.insecure).token_life(week);
    if let Some(folder) = serve.data {
        options = options.data_dir(folder);
    }
    if let Some(seed) = serve.seed {
        options = options.seed(seed);
    }
    // Before PostgreSQL is started, so that a signal in between finds it looked after.
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hang_up = signal(SignalKind::hangup())?;
    let cluster = Cluster::start(options).await?;
    let endpoint = cluster.endpoint();
    let _listening = serve.control.as_deref().map(|path| endpoint.control().listen(path)).transpose()?;
    if serve.json {
        let line = json!({
            "url": endpoint.url(),
            "host": endpoint.host(),
            "port": endpoint.port(),
            "ca": endpoint.ca_file(),
            "postgres": cluster.postgres_version(),
            "rules": RULES_OF,
            "seed": cluster.seed(),
        });
        println!("{line}");
    } else {
        banner(&cluster, endpoint);
    }
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    if let Some(path) = serve.control {
        let _ = std::fs::remove_file(path);
    }
    cluster.stop().await;
    Ok(())
}

fn banner(cluster: &Cluster, endpoint: &Endpoint) {
    let url = endpoint.url();
    println!("dsql-local: a local emulator of Aurora DSQL. This is not Amazon Aurora DSQL.");
    println!(
        "PostgreSQL {} behind it; rules as of {RULES_OF}; seed {}",
        cluster.postgres_version(),
        cluster.seed()
    );
    println!();
    println!("  psql \"{url}\"");
    println!();
    println!("  export DATABASE_URL=\"{url}\"");
    println!(
        "  export PGHOST={} PGPORT={} PGUSER=admin PGDATABASE=postgres",
        endpoint.host(),
        endpoint.port()
    );
    if let Some(ca) = endpoint.ca_file() {
        println!("  export PGSSLMODE=verify-full PGSSLROOTCERT=\"{}\"", ca.display());
        println!("  export PGPASSWORD=\"{}\"", endpoint.token("admin"));
        println!();
        println!(
            "or, for what signs tokens by itself (dsql-migrate --endpoint, its connector Dsql), with any keys:"
        );
        println!();
        println!(
            "  export DSQL_ENDPOINT={}:{} DSQL_CA=\"{}\" AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
            endpoint.host(),
            endpoint.port(),
            ca.display()
        );
    }
    println!();
    println!("differences: {DIFFERENCES}");
    println!("Ctrl-C ends it.");
}

/// Prints how the recorded answers compare; false when fewer are equal than promised.
async fn conformance(all: bool) -> Result<bool, Failure> {
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
