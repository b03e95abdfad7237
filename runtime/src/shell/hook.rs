//! Calls the hook while the lease is held, as often as its connections fail it.

use super::explain::gave_up;
use super::keeper::Renewal;
use super::perform::Shell;
use crate::connect::Connector;
use crate::core::{Held, Outcome};
use crate::error::{Error, ErrorKind};
use crate::hook::{Hook, HookError, cause};
use crate::progress::{Event, RetryCause};
use crate::report::AppliedNow;
use crate::retry::{Fate, Trouble, fate, with_causes};
use std::time::Instant;

impl<C: Connector> Shell<'_, C> {
    /// Whether an earlier run ended before its hook did. A lease that is not there, or that this role may not read,
    /// owes nothing: who may not hold it cannot call the hook under it.
    pub(super) async fn read_owed(&mut self) -> Result<Outcome, Error> {
        let lease = self.read_if_there(&crate::sql::lease::show(&self.tables)).await?;
        let known = lease.first("known").unwrap_or_default();
        Ok(Outcome::Owed(known.split_whitespace().any(|word| word == crate::sql::lease::HOOK_OWED)))
    }

    pub(super) async fn hook(&mut self, held: Held, applied: &[AppliedNow]) -> Result<Outcome, Error> {
        let Some(hook) = self.options.hook.clone() else { return Ok(Outcome::Hooked) };
        let started = Instant::now();
        self.tell(Event::HookStarted {});
        loop {
            self.leave().await;
            if !self.surely_holds(held).await? {
                return Ok(Outcome::LeaseLost);
            }
            self.session().await?;
            let Some(session) = &self.session else { continue };
            let length = self.options.timings.lease;
            let renewal = Renewal { tables: &self.tables, holder: &self.holder, held, length };
            let handle =
                Hook::new(session.client(), applied, self.options.retry, self.options.timings.statement);
            let ended = self.keeper.while_running(renewal, (hook.0)(handle)).await;
            // Whatever the hook has set on it is not for our records.
            self.hang_up();
            if self.keeper.is_lost() {
                return Ok(Outcome::LeaseLost);
            }
            let error = match ended {
                Ok(()) => {
                    self.tell(Event::HookFinished { elapsed: started.elapsed() });
                    return Ok(Outcome::Hooked);
                }
                Err(error) => error,
            };
            match cause(&error).map(|trouble| (fate(&trouble), trouble)) {
                Some((Fate::Again, trouble)) => self.pause_after(RetryCause::Conflict, &trouble).await?,
                Some((Fate::Ask, trouble)) if self.source.can_connect() => {
                    self.pause_after(RetryCause::AnswerLost, &trouble).await?;
                }
                _ => return Err(failed(&error)),
            }
        }
    }

    async fn pause_after(&mut self, cause: RetryCause, trouble: &Trouble) -> Result<(), Error> {
        self.pause(cause, trouble, |failures| still_owed(gave_up(failures, trouble))).await
    }
}

fn failed(error: &HookError) -> Error {
    let hook =
        Error::new(ErrorKind::Hook, format!("the after_migrate hook failed: {}", with_causes(&**error)));
    still_owed(match cause(error) {
        Some(Trouble::Server(server, _)) => hook.server(server),
        _ => hook,
    })
}

fn still_owed(error: Error) -> Error {
    error
        .now("every migration is applied and recorded, and so is that the hook has not ended well")
        .remedy("mend what it says and start again: the hook is called again, although nothing is pending")
}
