//! `dsql-migrate`: SQL migrations for Amazon Aurora DSQL from a terminal or CI.

mod adopt;
mod baseline;
mod check;
mod confirm;
mod connection;
mod database;
mod explain;
mod fix;
mod generate;
mod github;
mod json;
mod lock;
mod new;
mod plan;
mod run;
mod sarif;
mod set;
mod status;
mod verify;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// SQL migrations for Amazon Aurora DSQL: checked before the cluster sees them, applied so that they finish.
#[derive(Parser)]
#[command(name = "dsql-migrate", version, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all is well; 1 it failed, or something was found; 2 the command line is wrong or files cannot be read; \
3 (status, verify) something is pending.";

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Status(status::Show),
    Verify(verify::Verify),
    DryRun(verify::Dry),
    Baseline(baseline::Arguments),
    Adopt(adopt::Arguments),
    New(new::Arguments),
    Check(check::Arguments),
    Plan(plan::Arguments),
    Lock(lock::Arguments),
    Explain(explain::Arguments),
    Completions(generate::Completions),
    Man(generate::Man),
}

fn main() -> ExitCode {
    // clap itself ends with 2 for what is wrong on the command line.
    let done = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Status(arguments) => status::status(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::DryRun(arguments) => verify::dry_run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Adopt(arguments) => adopt::run(&arguments),
        Command::New(arguments) => new::run(&arguments).map(code),
        Command::Check(arguments) => check::run(&arguments).map(code),
        Command::Plan(arguments) => plan::run(&arguments).map(code),
        Command::Lock(arguments) => lock::run(&arguments).map(code),
        Command::Explain(arguments) => explain::run(&arguments).map(code),
        Command::Completions(arguments) => generate::completions(&arguments, Arguments::command()),
        Command::Man(arguments) => generate::man(&arguments, Arguments::command()),
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
