//! The emulator under real clients. One PostgreSQL for the whole binary, an endpoint (a database) a test.

// Clippy knows the tests themselves, but not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clients;
mod conflicts;
mod connection;
mod faults;
mod jobs;
mod newer;
mod process;
mod protocol;
mod readme;
mod recorded;
mod refusals;
mod settings;
mod support;
mod table;
mod transactions;
