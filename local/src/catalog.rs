//! The version of an endpoint's catalog, which every committed change of it moves on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A counter that all sessions and jobs of an endpoint share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalog {
    version: Arc<AtomicU64>,
}

impl Catalog {
    /// The current version.
    pub(crate) fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }

    /// Notes a change and returns the version it makes.
    pub(crate) fn change(&self) -> u64 {
        self.version.fetch_add(1, Ordering::SeqCst) + 1
    }
}
