//! Recording what somebody else has applied: a database that was made by other means, or by another runner.

use crate::connect::Connector;
use crate::core::{compare_versions, expected};
use crate::error::{Error, ErrorKind};
use crate::migrations::Runner;
use crate::shell::{Source as Via, look_at, note_applied, read_tables};
use std::cmp::Ordering;
use std::fmt;

/// What to do about a migration that a run has begun, and that is to be recorded as applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begun {
    /// Refuse: a run is to apply the rest of it.
    Refuse,
    /// Record it all the same: all of it is there.
    Record,
}

/// A migration to be recorded as applied, without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedElsewhere {
    /// Its version, as its file's name has it.
    pub version: String,
    /// When it was applied, in any form that the server reads as a `timestamptz`; `None` for now.
    pub at: Option<String>,
}

impl AppliedElsewhere {
    /// The migration of this version, applied now.
    pub fn new(version: impl Into<String>) -> Self {
        Self { version: version.into(), at: None }
    }

    /// The same, applied at this time, in any form that the server reads as a `timestamptz`.
    #[must_use]
    pub fn at(mut self, time: impl Into<String>) -> Self {
        self.at = Some(time.into());
        self
    }
}

/// What [`Runner::baseline`] found: which migrations to record, and where the catalog shows something else.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Baseline {
    /// The versions to record, in order.
    pub record: Vec<String>,
    /// The versions up to the one asked for that the ledger has already.
    pub recorded: Vec<String>,
    /// What these migrations must have left behind and the catalog does not show.
    #[cfg_attr(feature = "serde", serde(rename = "doubts"))]
    pub mismatches: Vec<Mismatch>,
    /// How much of what they must have left the catalog shows.
    pub proved: usize,
    /// How many of their steps leave nothing there that could be looked up, such as inserted rows.
    pub silent: usize,
}

/// A statement whose effect the catalog does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Mismatch {
    /// The file.
    pub file: String,
    /// The line of the statement, from 1.
    pub line: u32,
    /// The statement.
    pub statement: String,
    /// What is found instead.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let statement = self.statement.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "{}:{}: {}\n  {statement}", self.file, self.line, self.found)
    }
}

impl Runner<'_> {
    /// What recording all migrations up to `version` as applied would mean, for a database that was made by other
    /// means: which rows it would write, and where the catalog shows something else than those migrations leave.
    /// Never writes; [`Self::record`] does.
    ///
    /// # Errors
    /// When no migration has this version, or the database cannot be read.
    pub async fn baseline<C: Connector>(&self, connector: &C, version: &str) -> Result<Baseline, Error> {
        let migrations = &self.plan.migrations;
        let last = migrations
            .iter()
            .position(|one| compare_versions(&one.version, version) == Ordering::Equal)
            .ok_or_else(|| unknown_version(version))?;
        let tables = read_tables(Via::Connector(connector), &self.options, self.plan).await?;
        let in_ledger =
            |version: &str| tables.ledger.iter().any(|row| row.version == version && row.checksum.is_some());
        let baselined = &migrations[..=last];
        let versions = |there: bool| {
            let of = baselined.iter().map(|one| one.version.to_string());
            of.filter(|version| in_ledger(version) == there).collect::<Vec<_>>()
        };
        let (expected, silent) = expected(baselined);
        let found = look_at(Via::Connector(connector), &self.options, self.plan, &expected).await?;
        let mismatches = expected.iter().zip(found).filter_map(|(one, found)| {
            let migration = &migrations[one.of.migration];
            let statement = migration.steps[one.of.step].statements().next()?;
            Some(Mismatch {
                file: migration.file.to_string(),
                line: statement.line,
                statement: statement.sql.to_string(),
                found: found?,
            })
        });
        let mismatches: Vec<_> = mismatches.collect();
        let proved = expected.len() - mismatches.len();
        Ok(Baseline { record: versions(false), recorded: versions(true), mismatches, proved, silent })
    }

    /// Records migrations as applied without running them, under the lease, and tells which: those that the ledger has with their checksums stay as they are. Rows that another runner wrote without a
    /// checksum get one, and keep their time.
    ///
    /// # Errors
    /// When no migration has one of the versions; when a run has begun one of them, unless `begun`
    /// says otherwise; else as [`Self::run`].
    pub async fn record<C: Connector>(
        &self,
        connector: &C,
        applied: &[AppliedElsewhere],
        begun: Begun,
    ) -> Result<Vec<String>, Error> {
        let migrations = &self.plan.migrations;
        let position = |version: &str| {
            let found = migrations.iter().position(|one| *one.version == *version);
            found.ok_or_else(|| unknown_version(version))
        };
        let mut adopted = applied
            .iter()
            .map(|one| Ok((position(&one.version)?, one.at.clone())))
            .collect::<Result<Vec<_>, Error>>()?;
        adopted.sort();
        adopted.dedup_by_key(|(position, _)| *position);
        let noted = note_applied(Via::Connector(connector), &self.options, self.plan, adopted, begun).await?;
        Ok(noted.into_iter().map(|position| migrations[position].version.to_string()).collect())
    }
}

fn unknown_version(version: &str) -> Error {
    Error::new(ErrorKind::MissingFile, format!("no migration has the version {version}"))
        .now("nothing was recorded")
        .remedy("name the version of one of the files, by its digits")
}
