//! The SQL that the runtime writes itself, as pure functions from values to text.

pub(crate) mod catalog;
pub(crate) mod lease;
pub(crate) mod ledger;
pub(crate) mod proof;
pub mod quote;
pub(crate) mod record;
pub(crate) mod tables;
