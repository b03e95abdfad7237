//! The SQL that the runtime writes itself, as pure functions from values to text, and what its answers mean.

pub(crate) mod definition;
pub mod elsewhere;
pub mod forms;
pub(crate) mod identity;
pub(crate) mod jobs;
pub(crate) mod lease;
pub(crate) mod ledger;
pub(crate) mod proof;
pub mod quote;
pub(crate) mod record;
pub(crate) mod settings;
pub(crate) mod tables;
#[cfg(test)]
mod texts;
