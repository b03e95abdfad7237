//! `dsql-migrate`: SQL migrations for Amazon Aurora DSQL from a terminal or CI.

mod check;
mod json;

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
}

fn main() -> ExitCode {
    // clap itself ends with 2 for what is wrong on the command line.
    match Arguments::parse().command {
        Command::Check(arguments) => match check::run(&arguments) {
            Ok(clean) => ExitCode::from(u8::from(!clean)),
            Err(error) => {
                eprintln!("dsql-migrate: {error}");
                ExitCode::from(2)
            }
        },
    }
}
