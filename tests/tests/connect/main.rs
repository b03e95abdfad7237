//! Ways to a database: tokens, TLS, URLs and pools, through dsql-local with all of them required.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod dsql;
mod pool;
mod secrets;
mod support;
mod token;
mod url;
