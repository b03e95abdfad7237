//! Calls the hook while the lease is held, as often as its connections fail it.

use super::explain::gave_up;
use super::perform::Shell;
use crate::connect::Connector;
use crate::core::Outcome;
use crate::error::{Error, ErrorKind};
use crate::hook::{Hook, HookError, cause};
use crate::progress::{Event, RetryCause};
use crate::report::AppliedNow;
use crate::retry::{Disposition, Failure, disposition, with_causes};
use std::time::Instant;

impl<C: Connector> Shell<'_, C> {
    pub(super) async fn hook(&mut self, applied: &[AppliedNow]) -> Result<Outcome, Error> {
        let Some(hook) = self.options.hook.clone() else { return Ok(Outcome::Hooked) };
        let started = Instant::now();
        self.tell(Event::HookStarted {});
        loop {
            self.leave().await;
            if !self.lease.surely_holds(&mut self.line).await? {
                return Ok(Outcome::LeaseLost);
            }
            let session = self.line.session().await?;
            let handle =
                Hook::new(session.client(), applied, self.options.retry, self.options.timings.statement);
            let ended = self.lease.while_running((hook.0)(handle)).await;
            // Whatever the hook has set on it is not for our records.
            self.line.hang_up();
            if self.lease.is_lost() {
                return Ok(Outcome::LeaseLost);
            }
            let error = match ended {
                Ok(()) => {
                    self.tell(Event::HookFinished { elapsed: started.elapsed() });
                    return Ok(Outcome::Hooked);
                }
                Err(error) => error,
            };
            match cause(&error).map(|failure| (disposition(&failure), failure)) {
                Some((Disposition::Retry, failure)) => {
                    self.pause_after(RetryCause::Conflict, &failure).await?;
                }
                Some((Disposition::InDoubt, failure)) if self.line.source.can_connect() => {
                    self.pause_after(RetryCause::AnswerLost, &failure).await?;
                }
                _ => return Err(failed(&error)),
            }
        }
    }

    async fn pause_after(&mut self, cause: RetryCause, failure: &Failure) -> Result<(), Error> {
        self.line.pause(cause, failure, |failures| still_owed(gave_up(failures, failure))).await
    }
}

fn failed(error: &HookError) -> Error {
    let hook =
        Error::new(ErrorKind::Hook, format!("the after_migrate hook failed: {}", with_causes(&**error)));
    still_owed(match cause(error) {
        Some(Failure::Server(server, _)) => hook.server(server),
        _ => hook,
    })
}

fn still_owed(error: Error) -> Error {
    error
        .now("every migration is applied and recorded, and so is that the hook has not ended well")
        .remedy("mend what it says and start again: the hook is called again, although nothing is pending")
}
