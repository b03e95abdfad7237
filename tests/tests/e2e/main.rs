//! Migrations from SQL text to a database's end state, through dsql-local.
//!
//! One PostgreSQL serves all tests; each test has an endpoint, that is an emulated cluster, of its own.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod always_files;
mod boot;
mod bridge;
mod cancel;
mod cannot_tell;
mod evidence;
mod faults;
mod handmade;
mod hook;
mod jobs;
mod kinds;
mod lease;
mod ledger;
mod long_rows;
mod old_layout;
mod own_sql;
mod progress;
mod recommended;
mod refusals;
mod round_trips;
mod sizes;
mod support;
