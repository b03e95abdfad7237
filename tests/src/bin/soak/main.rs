//! Kills migrating processes, over and over, and compares what is left with an undisturbed run.
//!
//! `cargo run -p dsql-migrate-tests --bin soak -- --kills 300`. The last line counts; it exits 1 when something was
//! doubled, lost or stuck, or something of others was touched, and then says the seed that does it again.

mod child;
mod subject;
mod trial;

use clap::{Parser, Subcommand};
use dsql_local::{Cluster, Options};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use subject::Subject;
use tokio::task::JoinSet;
use trial::{Counts, Trial};

/// How many trials run at the same time; most of their time is waiting for leases to end.
const SIDE_BY_SIDE: usize = 6;

/// After how many kills there is a line about the counts so far.
const NEWS: u32 = 50;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    child: Option<Child>,
    /// How many processes to kill at least.
    #[arg(long, default_value_t = 300)]
    kills: u32,
    /// Of everything random. Drawn and printed when not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Runs only the trial of this number, as a failure names it.
    #[arg(long)]
    trial: Option<u64>,
}

#[derive(Subcommand)]
enum Child {
    /// Migrates one database once: what the trials kill.
    #[command(hide = true)]
    Migrate {
        /// Where.
        port: u16,
        /// What.
        subject: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Child::Migrate { port, subject }) = arguments.child {
        return child::migrate(port, &subject).await;
    }
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    println!("seed {seed}");
    match soak(&arguments, seed).await {
        Ok(counts) => {
            println!("{counts}");
            if counts.is_clean() {
                ExitCode::SUCCESS
            } else {
                eprintln!("again with: --seed {seed}");
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

async fn soak(arguments: &Arguments, seed: u64) -> Result<Counts, String> {
    let options = Options::default().job_time(Duration::from_millis(100));
    let cluster = Arc::new(Cluster::start(options).await.map_err(|error| error.to_string())?);
    let every_kind = Arc::new(trial::undisturbed(&cluster, Subject::EveryKind).await?);
    let mut counts = Counts::default();
    let mut running = JoinSet::new();
    let mut number = arguments.trial.unwrap_or_default();
    let last = arguments.trial;
    loop {
        let enough = counts.kills >= arguments.kills || last.is_some_and(|last| number > last);
        while !enough && running.len() < SIDE_BY_SIDE && last.is_none_or(|last| number <= last) {
            let trial = Trial { number, seed };
            let (cluster, every_kind) = (Arc::clone(&cluster), Arc::clone(&every_kind));
            running.spawn(async move {
                match trial.subject() {
                    Subject::EveryKind => trial.run(&cluster, &every_kind).await,
                    subject => trial.run(&cluster, &trial::undisturbed(&cluster, subject).await?).await,
                }
            });
            number += 1;
        }
        match running.join_next().await {
            None => return Ok(counts),
            Some(ended) => {
                let before = counts.kills;
                counts.add(ended.map_err(|error| error.to_string())??);
                if before / NEWS != counts.kills / NEWS {
                    println!("so far: {counts}");
                }
            }
        }
    }
}
