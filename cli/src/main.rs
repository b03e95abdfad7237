//! `dsql-migrate`: SQL migrations for Amazon Aurora DSQL from a terminal or CI.

mod check;
mod explain;
mod fix;
mod github;
mod json;
mod lock;
mod new;
mod plan;
mod sarif;
mod set;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks SQL migrations for Amazon Aurora DSQL.
#[derive(Parser)]
#[command(name = "dsql-migrate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Explain(explain::Arguments),
    Lock(lock::Arguments),
    New(new::Arguments),
    Plan(plan::Arguments),
}

fn main() -> ExitCode {
    // clap itself ends with 2 for what is wrong on the command line.
    let done = match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Lock(arguments) => lock::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
    };
    match done {
        Ok(clean) => ExitCode::from(u8::from(!clean)),
        // Whoever reads our output may stop reading, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dsql-migrate: {error}");
            ExitCode::from(2)
        }
    }
}
