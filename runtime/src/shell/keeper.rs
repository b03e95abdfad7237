//! Keeps the lease while something takes long.

use super::clock::LeaseClock;
use super::session::Session;
use super::source::Source;
use crate::connect::Connector;
use crate::core::Held;
use crate::sql::lease;
use crate::sql::tables::TableNames;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

/// Renews the lease from a second connection, opened when the first statement takes long.
///
/// Renewals and records touch the same row, so they must not meet: a renewal runs only within
/// [`Keeper::while_running`], which nothing that records is run in, and has ended when that returns.
pub(crate) struct Keeper<'a, C> {
    source: Source<'a, C>,
    connect_limit: Duration,
    spare: Option<Session<'a>>,
    clock: Option<LeaseClock>,
    lost: bool,
}

/// What a renewal names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renewal<'a> {
    pub(crate) tables: &'a TableNames,
    pub(crate) holder: &'a str,
    pub(crate) held: Held,
    pub(crate) length: Duration,
}

impl Renewal<'_> {
    /// The statement.
    pub(crate) fn sql(&self) -> String {
        lease::renew(self.tables, self.holder, self.held.fence, self.length)
    }
}

impl<'a, C: Connector> Keeper<'a, C> {
    pub(crate) fn new(source: Source<'a, C>, connect_limit: Duration) -> Self {
        Self { source, connect_limit, spare: None, clock: None, lost: false }
    }

    /// The lease was set to end a full length after `clock` was started.
    pub(crate) fn renewed(&mut self, clock: LeaseClock) {
        self.clock = Some(clock);
        self.lost = false;
    }

    /// The lease is given back, or another's.
    pub(crate) fn forget(&mut self) {
        self.clock = None;
        self.lost = false;
    }

    /// The lease is another's.
    pub(crate) fn lose(&mut self) {
        self.lost = true;
    }

    /// What is surely left of the lease.
    pub(crate) fn left(&self) -> Duration {
        self.clock.map_or(Duration::ZERO, |clock| clock.left())
    }

    /// Whether the lease should be renewed before anything is sent that it does not fence.
    pub(crate) fn wants_renewal(&self) -> bool {
        self.clock.is_none_or(|clock| clock.wants_renewal())
    }

    /// Whether a renewal found that the lease is another's.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Runs `work`, which must not touch the lease row, and renews the lease meanwhile.
    pub(crate) async fn while_running<T>(
        &mut self,
        renewal: Renewal<'_>,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        loop {
            let pause = match self.clock {
                Some(clock) if self.source.can_connect() && !self.lost => clock.until_renewal(),
                _ => return work.await,
            };
            // A renewal that fails leaves nothing to wait for; not more than a few a second then.
            let pause = pause.max(renewal.length / 20);
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(pause) => {}
            }
            let mut finished = None;
            {
                let mut beat = pin!(self.beat(renewal));
                loop {
                    tokio::select! {
                        biased;
                        done = &mut work, if finished.is_none() => finished = Some(done),
                        () = &mut beat => break,
                    }
                }
            }
            if let Some(done) = finished {
                return done;
            }
        }
    }

    async fn beat(&mut self, renewal: Renewal<'_>) {
        let limit = renewal.length / 3;
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
        let clock = LeaseClock::start(renewal.length);
        match session.send(&renewal.sql(), limit).await {
            Ok(answers) if answers.first().is_some_and(|answer| !answer.rows.is_empty()) => {
                tracing::debug!(target: "dsql_migrate", fence = renewal.held.fence, "lease renewed");
                self.clock = Some(clock);
                self.spare = Some(session);
            }
            Ok(_) => {
                tracing::warn!(target: "dsql_migrate", fence = renewal.held.fence, "the lease is another's now");
                self.lose();
            }
            Err(trouble) => {
                tracing::debug!(target: "dsql_migrate", "lease not renewed: {trouble:?}");
                session.cut();
            }
        }
    }
}
