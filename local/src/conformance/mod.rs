//! What a real cluster answered, asked again of the emulator.
//!
//! `conformance/recorded.tsv` restates answers recorded by Dreamescaper/dsql-emulator from a live cluster (MIT, © 2026 Oleksandr
//! Liakhevych; the licence is beside it). Nobody of this project has run them against a cluster.

mod probe;
mod render;
mod replay;
mod target;

pub use replay::{Comparison, Report, replay, replay_at};

/// The recordings, as they are kept in the crate.
const RECORDED: &str = include_str!("../../conformance/recorded.tsv");

/// Rows whose answer differs, and why: one `id`, tab, reason a line.
const DIFFERENCES: &str = include_str!("../../conformance/differences.tsv");
