//! Guards the lease: knows how long it surely holds, and renews it, also while something takes long.

use super::clock::LeaseClock;
use super::explain::bookkeeping;
use super::line::{Line, Reply};
use super::session::{Answer, Session};
use super::source::Source;
use crate::connect::Connector;
use crate::error::Error;
use std::future::Future;
use std::time::Duration;

/// The lease of this run, while it has it.
///
/// Heartbeats and records write different rows, so a heartbeat may go out at any time. While a statement is under way
/// it goes over a second connection, opened when the first statement takes long.
pub(super) struct LeaseGuard<'a, C> {
    source: Source<'a, C>,
    connect_limit: Duration,
    spare: Option<Session<'a>>,
    held: Option<TakenLease>,
}

/// A lease that was taken.
#[derive(Debug, Clone)]
struct TakenLease {
    /// The statements that renew it.
    renewal: String,
    length: Duration,
    clock: LeaseClock,
    /// Whether a renewal found that it is another's.
    lost: bool,
}

impl<'a, C: Connector> LeaseGuard<'a, C> {
    pub(super) fn new(source: Source<'a, C>, connect_limit: Duration) -> Self {
        Self { source, connect_limit, spare: None, held: None }
    }

    /// The lease was taken, and ends a `length` after `clock` was started. `renewal` renews it.
    pub(super) fn taken(&mut self, renewal: String, length: Duration, clock: LeaseClock) {
        self.held = Some(TakenLease { renewal, length, clock, lost: false });
    }

    /// The lease was set to end a full length after `clock` was started.
    pub(super) fn renewed(&mut self, clock: LeaseClock) {
        if let Some(held) = &mut self.held {
            held.clock = clock;
            held.lost = false;
        }
    }

    /// The lease is given back, or another's.
    pub(super) fn forget(&mut self) {
        self.held = None;
    }

    /// Whether a renewal found that the lease is another's.
    pub(super) fn is_lost(&self) -> bool {
        self.held.as_ref().is_none_or(|held| held.lost)
    }

    /// Whether our own clock says that the lease holds for a while yet.
    pub(super) fn is_sure(&self) -> bool {
        self.held.as_ref().is_some_and(|held| !held.lost && !held.clock.wants_renewal())
    }

    /// Whether the lease is ours, renewed first if our own clock does not say so surely enough.
    pub(super) async fn surely_holds(&mut self, line: &mut Line<'a, C>) -> Result<bool, Error> {
        while !self.is_sure() {
            let Some(held) = self.held.as_ref().filter(|held| !held.lost) else { return Ok(false) };
            let (renewal, length) = (held.renewal.clone(), held.length);
            let clock = LeaseClock::start(length);
            match line.exchange(&renewal, length).await? {
                Reply::Answers(answers) => self.heard(&answers, clock),
                Reply::Refused(error, _) => return Err(bookkeeping("the lease cannot be renewed", error)),
                Reply::Again | Reply::InDoubt => {}
            }
        }
        Ok(true)
    }

    /// A renewal was answered.
    fn heard(&mut self, answers: &[Answer], clock: LeaseClock) {
        let ours = answers.len() == 2 && answers.iter().all(|answer| !answer.rows.is_empty());
        if let Some(held) = &mut self.held {
            match ours {
                true => held.clock = clock,
                // Whoever asks again must be told the same without asking the server.
                false => held.lost = true,
            }
        }
        if !ours {
            tracing::warn!(target: "dsql_migrate", "the lease is another's now");
        }
    }

    /// Runs `work`, and renews the lease meanwhile.
    pub(super) async fn while_running<T>(&mut self, mut work: impl Future<Output = T> + Unpin) -> T {
        loop {
            let pause = match &self.held {
                // A renewal that fails leaves nothing to wait for; not more than a few a second then.
                Some(held) if self.source.can_connect() && !held.lost => {
                    held.clock.until_renewal().max(held.length / 20)
                }
                _ => return work.await,
            };
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(pause) => {}
            }
            // The work goes on while the heartbeat is under way; once it is done, nobody waits for that.
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = self.beat() => {}
            }
        }
    }

    async fn beat(&mut self) {
        let Some(TakenLease { renewal, length, .. }) = self.held.clone() else { return };
        let limit = length / 3;
        let session = match self.spare.take() {
            Some(session) => session,
            None => match self.source.session(self.connect_limit.min(limit)).await {
                Ok(session) => session,
                Err(error) => {
                    tracing::warn!(target: "dsql_migrate", "no connection to renew the lease on: {error}");
                    return;
                }
            },
        };
        let clock = LeaseClock::start(length);
        match session.send(&renewal, limit).await {
            Ok(answers) => {
                self.heard(&answers, clock);
                self.spare = Some(session);
            }
            Err(failure) => {
                tracing::debug!(target: "dsql_migrate", "lease not renewed: {}", failure.for_logs());
                session.cut();
            }
        }
    }
}
