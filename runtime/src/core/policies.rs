//! What the pure core goes by.

use std::collections::BTreeMap;

/// What to do about applied versions that the binary has no file for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownVersions {
    /// Go on without them.
    Accept,
    /// Stop before anything is changed.
    Refuse,
}

/// What to do about a file that is older than the newest applied one and is not applied itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LateFiles {
    /// Apply it now.
    Apply,
    /// Stop before anything is changed.
    Refuse,
}

/// When the hook of [`crate::Options::after_migrate`] is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HookTime {
    /// When something was applied since it last ended well.
    WhenApplied,
    /// At the end of every run that ends well. Each boot then takes the lease, waits for whoever has it, and writes.
    EveryRun,
}

/// What a run is allowed and asked to do.
#[derive(Debug, Clone)]
pub(crate) struct Policies {
    pub(crate) newer: UnknownVersions,
    pub(crate) missing: UnknownVersions,
    pub(crate) late: LateFiles,
    pub(crate) contract: bool,
    pub(crate) target: Option<String>,
    /// By version, the checksum that it may have been applied with.
    pub(crate) replaces: BTreeMap<String, String>,
    /// When to call the hook, if there is one.
    pub(crate) hook: Option<HookTime>,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            newer: UnknownVersions::Accept,
            missing: UnknownVersions::Refuse,
            late: LateFiles::Refuse,
            contract: true,
            target: None,
            replaces: BTreeMap::new(),
            hook: None,
        }
    }
}
