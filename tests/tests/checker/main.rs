//! The checker against what others know: answers recorded from a real cluster, AWS's own linter, and the scanner
//! of a real PostgreSQL; and against texts that nobody would write.
//!
//! `cargo test -p dsql-migrate-tests --test checker`. Everything generated comes from printed seeds;
//! `CHECKER_INPUTS` (how many inputs) and `CHECKER_SEED` change what is generated.

mod generate;
mod judge;
mod postgres;
mod random;
mod recorded;
mod scanner;
