//! Faults on request: what a network, a cluster and an operator do to a client, at a chosen point and repeatably.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Point {
    /// As a statement is about to run.
    Statement,
    /// As a transaction that has written is about to commit: a COMMIT, or the end of a statement outside a block.
    Commit,
    /// As a message that wants an answer comes from the client: a simple query, or a sequence of extended messages.
    Message,
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Strike {
    /// Fails with 40001 (OC000).
    Oc000,
    /// Fails with 40001 (OC001).
    Oc001,
    /// Closes the connection; nothing is done, an open transaction is rolled back.
    CloseBefore,
    /// It is done, and the connection closes when half of the answer has been sent.
    CloseMiddle,
    /// It is done, and the connection closes with no answer sent.
    CloseAfter,
    /// Waits for so many milliseconds first.
    Delay(u64),
    /// Never answers again; the connection and its transaction stay open.
    Freeze,
}

/// A fault: where, what, when and how often.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Fault {
    point: Point,
    strike: Strike,
    matching: Option<String>,
    skip: u64,
    times: Option<u64>,
    probability: f64,
}

impl Default for Fault {
    fn default() -> Self {
        Self::new(Point::Statement, Strike::Oc000)
    }
}

impl Fault {
    /// A fault that strikes once, at the next chance.
    #[must_use]
    pub fn new(point: Point, strike: Strike) -> Self {
        Self { point, strike, matching: None, skip: 0, times: Some(1), probability: 1.0 }
    }

    /// Only where the statement (at a COMMIT: a statement of the transaction, the last one) contains this text.
    #[must_use]
    pub fn matching(mut self, text: impl Into<String>) -> Self {
        self.matching = Some(text.into());
        self
    }

    /// Lets so many chances pass first.
    #[must_use]
    pub fn skip(mut self, chances: u64) -> Self {
        self.skip = chances;
        self
    }

    /// Strikes so often.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Strikes at each chance with this probability, without end; the draws follow from the seed.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self.times = None;
        self
    }
}

/// What one connection has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Messages that wanted an answer.
    pub round_trips: u64,
    /// Statements run, refused ones included.
    pub statements: u64,
    /// Statements that changed rows or the catalog.
    pub writes: u64,
}

/// The counters of one connection.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) round_trips: AtomicU64,
    pub(crate) statements: AtomicU64,
    pub(crate) writes: AtomicU64,
}

/// The faults of one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    waiting: Vec<Fault>,
    random: fastrand::Rng,
    connections: Vec<Arc<Counters>>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { inner: Arc::new(Mutex::new(Inner { waiting: Vec::new(), random, connections: Vec::new() })) }
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.inner().waiting.push(fault);
    }

    pub(crate) fn clear(&self) {
        self.inner().waiting.clear();
    }

    /// Counters for a new connection.
    pub(crate) fn connection(&self) -> Arc<Counters> {
        let counters = Arc::new(Counters::default());
        self.inner().connections.push(Arc::clone(&counters));
        counters
    }

    /// What each connection so far has done, in the order they came.
    pub(crate) fn counts(&self) -> Vec<Counts> {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let of = |c: &Arc<Counters>| Counts {
            round_trips: count(&c.round_trips),
            statements: count(&c.statements),
            writes: count(&c.writes),
        };
        self.inner().connections.iter().map(of).collect()
    }

    /// What strikes at this point, if anything.
    pub(crate) fn strike(&self, point: Point, text: &str) -> Option<Strike> {
        let mut inner = self.inner();
        let Inner { waiting, random, .. } = &mut *inner;
        let mut found = None;
        for fault in waiting.iter_mut() {
            let meant = fault.point == point
                && fault.matching.as_ref().is_none_or(|part| text.contains(part.as_str()));
            if !meant || fault.times == Some(0) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.probability >= 1.0 || random.f64() < fault.probability {
                fault.times = fault.times.map(|times| times - 1);
                found = Some(fault.strike);
                break;
            }
        }
        waiting.retain(|fault| fault.times != Some(0));
        found
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long a delay is.
pub(crate) fn delay(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
