//! `dsql-migrate`: SQL migrations for Amazon Aurora DSQL from a terminal or CI.

mod check;
mod connection;
mod database;
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

/// SQL migrations for Amazon Aurora DSQL: checked before the cluster sees them, applied so that they finish.
#[derive(Parser)]
#[command(name = "dsql-migrate", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
    Run(database::Run),
    Status(database::Show),
    Explain(explain::Arguments),
    Lock(lock::Arguments),
    New(new::Arguments),
    Plan(plan::Arguments),
}

fn main() -> ExitCode {
    // clap itself ends with 2 for what is wrong on the command line.
    let done = match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments).map(code),
        Command::Run(arguments) => database::run(&arguments),
        Command::Status(arguments) => database::status(&arguments),
        Command::Explain(arguments) => explain::run(&arguments).map(code),
        Command::Lock(arguments) => lock::run(&arguments).map(code),
        Command::New(arguments) => new::run(&arguments).map(code),
        Command::Plan(arguments) => plan::run(&arguments).map(code),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // Whoever reads our output may stop reading, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dsql-migrate: {error}");
            ExitCode::from(2)
        }
    }
}

/// 0 when all is well, 1 when something was found.
fn code(clean: bool) -> u8 {
    u8::from(!clean)
}
