//! The loop of a run: ask the machine, do it, tell the machine.

use super::log::Log;
use super::perform::Shell;
use super::source::Source;
use crate::connect::Connector;
use crate::core::{Action, End, Machine, Review};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::progress::{Event, Observer};
use crate::report::Report;
use crate::status::Tables;
use dsql_migrate_plan::Plan;
use std::future::Future;
use std::pin::pin;
use std::time::Instant;
use tracing::Instrument;

/// Applies what is pending, or stops in good order once `stop` is ready.
pub(crate) async fn drive<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
    stop: impl Future<Output = ()>,
) -> Result<Report, Error> {
    let mut shell = Shell::new(source, options, plan);
    shell.line.observer = Observer::new(options.listener.as_ref());
    let span = tracing::info_span!(target: "dsql_migrate", "run", holder = shell.holder);
    let ended = follow(&mut shell, stop).instrument(span).await;
    shell.line.observer.finish().await;
    ended
}

async fn follow<C: Connector>(
    shell: &mut Shell<'_, C>,
    stop: impl Future<Output = ()>,
) -> Result<Report, Error> {
    let started = Instant::now();
    let plan = shell.plan;
    shell.tell(Event::RunStarted {
        holder: shell.holder.clone(),
        migrations: plan.migrations.len(),
        digest: crate::stale::digest(plan),
    });
    let mut machine = Machine::new(plan, &shell.options.policies);
    let mut log = Log::new(plan);
    let mut stop = pin!(stop);
    let mut stopping = false;
    loop {
        let action = machine.next().clone();
        if action == Action::Stop {
            break;
        }
        log.begin(&action, shell);
        let span = log.span(&action);
        let outcome = if stopping || !can_be_left(&action) {
            shell.perform(&action, machine.token(), log.applied()).instrument(span).await
        } else {
            tokio::select! {
                biased;
                () = &mut stop => {
                    stopping = true;
                    shell.line.hang_up();
                    machine.stop(interrupted(), false);
                    continue;
                }
                outcome = shell.perform(&action, machine.token(), log.applied()).instrument(span) => outcome,
            }
        };
        match outcome {
            Ok(outcome) => {
                log.end(&action, &outcome, shell);
                machine.observe(outcome);
            }
            Err(error) => machine.stop(error, shell.has_unanswered()),
        }
    }
    shell.leave().await;
    let elapsed = started.elapsed();
    match machine.end() {
        Some(End::Done(review)) => {
            let report = log.report(&review, elapsed);
            shell.tell(Event::RunFinished {
                applied: report.applied.len(),
                already_applied: report.already_applied.len(),
                held_back: report.held_back.len(),
                elapsed,
            });
            Ok(report)
        }
        Some(End::Failed(error)) => {
            shell.tell(Event::RunFailed { kind: error.kind(), message: error.for_logs(), elapsed });
            Err(error)
        }
        None => Err(Error::internal("a run has stopped and not ended")),
    }
}

/// Whether an action may be left in the middle: what is fenced comes to nothing once the lease is released, but a
/// DDL statement would go on, and a lease that is being taken must be given back.
fn can_be_left(action: &Action) -> bool {
    !matches!(
        action,
        Action::Execute(_) | Action::Clean(_) | Action::Create(_) | Action::TakeLease(_) | Action::Release(_)
    )
}

fn interrupted() -> Error {
    Error::new(ErrorKind::Interrupted, "the run was asked to stop")
        .now("what was applied is recorded, and the lease is given back")
        .remedy("run again: it goes on where it stopped")
}

/// Reads the ledger and compares, without changing anything.
pub(crate) async fn inspect_only<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
) -> Result<Review, Error> {
    let mut shell = Shell::new(source, options, plan);
    let ledger = shell.ledger_only().await?;
    crate::core::review(plan, &options.policies, &ledger, None)
}

/// Reads ledger, journal and lease as far as they are there and may be read, without changing anything.
pub(crate) async fn read_tables<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
) -> Result<Tables, Error> {
    Shell::new(source, options, plan).tables().await
}
