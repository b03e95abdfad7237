//! How to judge.

use crate::dialect::Dialect;

/// How to judge.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// As of which day.
    pub dialect: Dialect,
    /// Whether statements are judged together: what one of them makes, others may use or miss. Without it each
    /// is judged by itself, whatever exists.
    pub catalog: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { dialect: Dialect::LATEST, catalog: true }
    }
}
