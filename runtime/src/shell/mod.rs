//! Does what the pure core decides, on real connections.

mod adopt;
mod baseline;
mod clock;
mod explain;
mod hook;
mod jobs;
mod lease;
mod lease_rows;
mod line;
mod log;
mod observe;
mod perform;
mod prove;
mod records;
mod run;
mod session;
mod settings;
mod source;
mod tables;

#[cfg(feature = "refinery")]
pub(crate) use adopt::{Query, say};
pub(crate) use adopt::{look_at, note_applied};
pub(crate) use run::{drive, inspect_only, read_tables};
#[cfg(feature = "refinery")]
pub(crate) use session::Answer;
pub(crate) use source::{NoConnector, Source};
