//! `run`: applies what is pending.

use std::io;

use dsql_migrate::Lines;

use crate::database::{Format, Target, failed, print, runtime};

/// Apply what is pending, with the same code as a service that embeds the set.
///
/// The folder is checked first; nothing runs from a folder with an error. One step is one transaction; index
/// builds are waited for; whatever ends a run, the next one goes on where it stopped. Several may run at once: one
/// works, the others wait. Ctrl-C and SIGTERM end it in good order.
///
/// Exit code: 0 all applied, 1 failed, 2 when the command line is wrong or the files cannot be read.
#[derive(clap::Args)]
pub(crate) struct Run {
    #[command(flatten)]
    target: Target,
    /// Print what would be done, and do nothing: the command `dry-run`
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(arguments: &Run) -> io::Result<u8> {
    let target = &arguments.target;
    if arguments.dry_run {
        return crate::verify::show(target);
    }
    let way = target.database.way()?;
    let Some(migrations) = target.migrations()? else { return Ok(1) };
    let mut options = target.options();
    if target.format == Format::Human {
        options = options.progress(Lines::new(|line| eprintln!("{line}")));
    }
    let runner = migrations.with(options);
    let outcome = runtime()?.block_on(async {
        let stop = asked_to_stop()?;
        Ok::<_, io::Error>(runner.run_until(&way, stop).await)
    })?;
    match outcome {
        Ok(report) => {
            match target.format {
                Format::Human => println!("{report}"),
                Format::Json => print(&report)?,
            }
            Ok(0)
        }
        Err(error) => failed(target.format, &error),
    }
}

/// Ready at Ctrl-C or SIGTERM: without a handler either would leave the lease behind for its length. The handlers are there when
/// this returns, not when what it returns is first asked.
#[cfg(unix)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// As on Unix, where there is no SIGTERM.
#[cfg(windows)]
fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
