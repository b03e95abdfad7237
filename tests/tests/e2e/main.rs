//! Migrations from SQL text to a database's end state, through dsql-local.
//!
//! One PostgreSQL serves all tests; each test has an endpoint, that is a stand-in cluster, of its own.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod boot;
mod bridge;
mod faults;
mod hook;
mod jobs;
mod kinds;
mod lease;
mod ledger;
mod progress;
mod refusals;
mod round_trips;
mod support;
