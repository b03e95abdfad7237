//! What a run did.

use std::fmt;
use std::time::Duration;

/// What a run did, for logs and for code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Report {
    /// The migrations that this run applied, in order.
    pub applied: Vec<AppliedNow>,
    /// The versions that were applied when it ended, and not by it: earlier, or by another instance meanwhile.
    pub already_applied: Vec<String>,
    /// The versions that are pending and that the options held back.
    pub held_back: Vec<String>,
    /// How long the run took in all, connecting and waiting included.
    #[cfg_attr(feature = "serde", serde(rename = "duration_ms", with = "crate::json_fields::millis"))]
    pub duration: Duration,
}

/// A migration that a run applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct AppliedNow {
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// How long it took this run, from its first step here to its record. Less than the whole where another
    /// instance had begun it.
    #[cfg_attr(feature = "serde", serde(rename = "duration_ms", with = "crate::json_fields::millis"))]
    pub duration: Duration,
    /// Whether it is a baseline that the database had before: it was recorded and not run.
    #[cfg_attr(feature = "serde", serde(default))]
    pub adopted: bool,
}

impl Report {
    /// Whether this run changed nothing.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.applied.is_empty()
    }
}

impl fmt::Display for Report {
    /// One line for each migration that was applied, and one that sums up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for migration in &self.applied {
            if migration.adopted {
                writeln!(f, "recorded {} {}, which was there", migration.version, migration.name)?;
                continue;
            }
            writeln!(f, "applied {} {} in {:.1?}", migration.version, migration.name, migration.duration)?;
        }
        match self.applied.len() {
            0 => write!(f, "nothing to apply: all {} migrations are there", self.already_applied.len())?,
            applied => write!(
                f,
                "{applied} applied, {} already there, {:.1?} in all",
                self.already_applied.len(),
                self.duration
            )?,
        }
        if !self.held_back.is_empty() {
            write!(f, "; held back: {}", self.held_back.join(", "))?;
        }
        Ok(())
    }
}
