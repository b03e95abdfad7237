//! Does what the pure core decides, on real connections.

mod adopt;
mod clock;
mod explain;
mod hook;
mod jobs;
mod keeper;
mod log;
mod perform;
mod records;
mod run;
mod send;
mod session;
mod settings;
mod source;
mod survey;
mod tell;

#[cfg(feature = "refinery")]
pub(crate) use adopt::{Query, say};
pub(crate) use adopt::{look_at, note_applied};
pub(crate) use run::{drive, inspect_only, read_tables};
#[cfg(feature = "refinery")]
pub(crate) use session::Answer;
pub(crate) use source::{NoConnector, Source};
