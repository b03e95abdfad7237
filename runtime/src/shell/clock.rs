//! How long the lease can be relied on, by our own clocks.

use std::time::{Duration, Instant, SystemTime};

/// Counts from before the message was sent that set the lease's end, so that it never counts more than the server does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LeaseClock {
    started: Instant,
    started_wall: SystemTime,
    length: Duration,
}

impl LeaseClock {
    /// To be taken before the message is sent.
    pub(crate) fn start(length: Duration) -> Self {
        Self { started: Instant::now(), started_wall: SystemTime::now(), length }
    }

    /// What is surely left of the lease.
    ///
    /// The monotonic clock stands still while a machine is suspended; the wall clock does not, but can be set.
    /// The one that has gone further is believed: at worst the lease is renewed once too often.
    pub(crate) fn left(&self) -> Duration {
        let wall = SystemTime::now().duration_since(self.started_wall).unwrap_or_default();
        self.length.saturating_sub(self.started.elapsed().max(wall))
    }

    /// Whether little enough is left that it is time to renew: less than two thirds.
    pub(crate) fn wants_renewal(&self) -> bool {
        self.left() < self.length / 3 * 2
    }

    /// How long until [`Self::wants_renewal`].
    pub(crate) fn until_renewal(&self) -> Duration {
        self.left().saturating_sub(self.length / 3 * 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_of_the_wall_clock_forward_ends_the_lease_early() {
        let mut clock = LeaseClock::start(Duration::from_secs(3600));
        assert!(!clock.wants_renewal());
        clock.started_wall -= Duration::from_secs(7200);
        assert_eq!(clock.left(), Duration::ZERO);
    }

    #[test]
    fn a_step_of_the_wall_clock_backward_changes_nothing() {
        let mut clock = LeaseClock::start(Duration::from_secs(3600));
        clock.started_wall += Duration::from_secs(7200);
        assert!(clock.left() > Duration::from_secs(3000));
    }
}
