//! How often and how long to try again.

use std::time::Duration;

/// How often and how long to try again what may succeed later. Waits grow from one length to another, each one a random
/// part of the whole (full jitter), and start over whenever something has succeeded.
///
/// ```
/// use dsql_migrate::{Options, Retry};
/// use std::time::Duration;
///
/// let retry = Retry::default().tries(20).total(Duration::from_secs(60));
/// let options = Options::default().retry(retry);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retry {
    /// How many attempts in a row.
    pub tries: u32,
    /// The longest that the first wait can be.
    pub base: Duration,
    /// The longest that any wait can be. An eighth of the lease is never exceeded.
    pub cap: Duration,
    /// How long all attempts in a row may take together.
    pub total: Duration,
}

impl Default for Retry {
    /// 100 attempts within 5 minutes, waits from 50 ms to 5 s. AWS advises 5 tries; its own linter's tests against
    /// a cluster needed up to 12 for DDL, and half of all attempts may conflict while other services boot.
    fn default() -> Self {
        Self {
            tries: 100,
            base: Duration::from_millis(50),
            cap: Duration::from_secs(5),
            total: Duration::from_secs(300),
        }
    }
}

impl Retry {
    /// Sets how many attempts in a row are made, at least one.
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = tries.max(1);
        self
    }

    /// Sets the longest that the first wait and that any wait can be.
    #[must_use]
    pub fn waits(mut self, first: Duration, any: Duration) -> Self {
        self.base = first;
        self.cap = any;
        self
    }

    /// Sets how long all attempts in a row may take together.
    #[must_use]
    pub fn total(mut self, limit: Duration) -> Self {
        self.total = limit;
        self
    }
}
