//! Does what the pure core decides, on real connections.

mod clock;
mod jobs;
mod keeper;
mod perform;
mod records;
mod run;
mod session;
mod source;

pub(crate) use run::{drive, inspect_only, read_tables};
pub(crate) use source::{NoConnector, Source};
