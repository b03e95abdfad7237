//! `status`: tells what is applied.

use std::io::{self, Write};

use crate::database::{Format, Target, failed, print, runtime};

/// Tell what is applied, pending, in flight or edited, without writing anything.
///
/// Exit code: 0 all applied, 1 failed, 3 something is not applied as its file is now, 2 when the command line is
/// wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Show {
    #[command(flatten)]
    target: Target,
}

pub(crate) fn status(arguments: &Show) -> io::Result<u8> {
    let target = &arguments.target;
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    match runtime()?.block_on(migrations.with(target.options_to_read()).status(&way)) {
        Ok(status) => {
            match target.format {
                Format::Human => println!("{status}"),
                Format::Json => print(&status)?,
            }
            io::stdout().flush()?;
            Ok(if status.is_current() { 0 } else { 3 })
        }
        Err(error) => failed(target.format, &error),
    }
}
