//! The job between build and traffic: migrates the cluster of a stage, then ends.
//!
//! `STAGE=test deploy --dry-run` prints the plan, `STAGE=test deploy` carries it out, and `STAGE=prod deploy` asks first.

mod confirm;
mod progress;
mod stage;

use clap::Parser;
use dsql_migrate::{Dsql, Error, ErrorKind, Lines, Migrations, Options, embed_migrations};
use stage::Stage;
use std::future::Future;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

static MIGRATIONS: Migrations = embed_migrations!("../../migrations");

/// Migrates the cluster of a stage.
#[derive(Debug, Parser)]
#[command(
    after_help = "Exit codes: 0 everything is applied, or the plan is printed; 1 it failed; 2 the command line or the \
                        environment is wrong, or it was not confirmed; 3 it was stopped, and the next run goes on."
)]
struct Arguments {
    /// The stage, whose endpoint is in DSQL_ENDPOINT_DEV, DSQL_ENDPOINT_TEST or DSQL_ENDPOINT_PROD
    #[arg(long, env = "STAGE")]
    stage: Stage,
    /// Prints what would be done, and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Does not ask, not even in production
    #[arg(long)]
    yes: bool,
}

const FAILED: u8 = 1;
const REFUSED: u8 = 2;
const STOPPED: u8 = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let database = match arguments.stage.endpoint(|name| std::env::var(name).ok()) {
        Ok(endpoint) => {
            Dsql::builder().endpoint(endpoint).or_env().build().map_err(|error| error.to_string())
        }
        Err(why) => Err(why),
    };
    match database {
        Ok(database) => deploy(&arguments, &database).await,
        Err(why) => end(REFUSED, why),
    }
}

async fn deploy(arguments: &Arguments, database: &Dsql) -> ExitCode {
    let plan = match MIGRATIONS.with(Options::default()).dry_run(database).await {
        Ok(plan) => plan,
        Err(error) => return failed(&error),
    };
    let (stage, pending) = (arguments.stage, plan.pending.len());
    if arguments.dry_run {
        println!("{stage} ({}): {pending} pending", database.host());
        print!("{plan}");
        return ExitCode::SUCCESS;
    }
    eprintln!("{stage} ({}): {pending} pending", database.host());
    if pending > 0 && stage.is_production() && !arguments.yes {
        // Who is asked sees what they are asked about.
        eprint!("{plan}");
        let terminal = io::stdin().is_terminal();
        if let Err(why) = confirm::by_name(stage, terminal, &mut io::stdin().lock(), &mut io::stderr()) {
            return end(REFUSED, why);
        }
    }
    let stop = match stop_signal() {
        Ok(stop) => stop,
        Err(error) => return end(FAILED, error),
    };
    let options = match io::stderr().is_terminal() {
        true => Options::default().progress(progress::Bars::new(pending)),
        false => Options::default().progress(Lines::new(|line| eprintln!("{line}"))),
    };
    match MIGRATIONS.with(options).run_until(database, stop).await {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &Error) -> ExitCode {
    end(if error.kind() == ErrorKind::Interrupted { STOPPED } else { FAILED }, error)
}

fn end(code: u8, why: impl std::fmt::Display) -> ExitCode {
    eprintln!("deploy: {why}");
    ExitCode::from(code)
}

/// Ready at Ctrl-C, or at the SIGTERM of a job that is cancelled.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
