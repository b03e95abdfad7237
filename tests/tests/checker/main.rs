//! The checker against what others know: answers recorded from a real cluster, AWS's own linter, the scanner and the
//! catalog of a real PostgreSQL; and against texts that nobody would write.
//!
//! `cargo test -p dsql-migrate-tests --test checker`. Everything generated comes from printed seeds;
//! `CHECKER_INPUTS` (how many inputs) and `CHECKER_SEED` change what is generated.

// A test that cannot go on fails where it stands; clippy knows helpers of tests for no tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod application;
mod builtin;
mod bytes;
mod cases;
mod differential;
mod generate;
mod grammar;
mod judge;
mod outcomes;
mod postgres;
mod random;
mod recorded;
mod repeated;
mod replayed;
mod scanner;
mod settings;
mod shown;
mod soup;
mod syntax;
mod types;
mod values;

/// A number that the environment sets.
fn number(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}
