//! Any bytes through every way into the checker.
//!
//! `cargo fuzz run -s none check` in `checker/` (CONTRIBUTING.md says more); a bounded run of the same, with seeds, is
//! in `tests/tests/checker/bytes.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../judge_bytes.rs"]
mod judge_bytes;

fuzz_target!(|bytes: &[u8]| judge_bytes::judge_bytes(bytes));
