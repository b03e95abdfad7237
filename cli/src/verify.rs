//! `verify` and `dry-run`: what a database lacks, without writing.

use std::io;

use dsql_migrate::ErrorKind;
use serde::Serialize;

use crate::database::{Format, Target, failed, print, runtime};

/// Succeed when everything is applied, as a service would at start-up; write nothing.
///
/// Exit code: 0 all applied, 3 something is pending, 1 anything else: an applied file was edited or is missing, the
/// database cannot be reached, the folder has an error; 2 when the command line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    target: Target,
}

/// Print what a run would do to this database: its pending files, step by step; write nothing.
///
/// Each step is a transaction. What a run began and did not finish is shown as the rest that is left of it.
/// `plan` shows the same for a whole folder without a database.
///
/// Exit code: 0, also when there is nothing to do; 1 when a run would stop before it changes anything, 2 when the
/// command line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Dry {
    #[command(flatten)]
    target: Target,
}

#[derive(Serialize)]
struct Verified {
    current: bool,
}

pub(crate) fn verify(arguments: &Verify) -> io::Result<u8> {
    let target = &arguments.target;
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    let runner = migrations.with(target.options_to_read());
    match runtime()?.block_on(runner.verify(&way)) {
        Ok(()) => {
            match target.format {
                Format::Human => println!("all {} migrations are applied", migrations.iter().len()),
                Format::Json => print(&Verified { current: true })?,
            }
            Ok(0)
        }
        Err(error) => {
            let code = failed(target.format, &error)?;
            Ok(if error.kind() == ErrorKind::Pending { 3 } else { code })
        }
    }
}

pub(crate) fn dry_run(arguments: &Dry) -> io::Result<u8> {
    show(&arguments.target)
}

/// What a run would do.
pub(crate) fn show(target: &Target) -> io::Result<u8> {
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    match runtime()?.block_on(migrations.with(target.options_to_read()).dry_run(&way)) {
        Ok(plan) => {
            match target.format {
                Format::Human => print!("{plan}"),
                Format::Json => print(&plan)?,
            }
            Ok(0)
        }
        Err(error) => failed(target.format, &error),
    }
}
