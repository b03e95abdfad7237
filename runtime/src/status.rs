//! How a database stands, for people and for code.

use crate::core::{JournalRow, LeaseHolder, LedgerRow, Policies, Review, stands_for};
use crate::progress::Kind;
use dsql_migrate_plan::{Migration, MigrationKind, Plan, Step};
use std::collections::BTreeSet;
use std::fmt;

/// How a database stands, as [`crate::Runner::status`] read it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[non_exhaustive]
pub struct Status {
    /// The migrations of the set, in order.
    pub migrations: Vec<MigrationStatus>,
    /// What is applied and has no file in the set.
    pub unknown: Vec<UnknownMigration>,
    /// Who is migrating now, or was when it died.
    pub lease: Option<LeaseStatus>,
}

/// How one migration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct MigrationStatus {
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// When it runs: once, or whenever it changes; a baseline is recorded and not run where all of it is there.
    #[cfg_attr(feature = "serde", serde(default, with = "crate::json_fields::migration_kind"))]
    pub kind: MigrationKind,
    /// How it stands.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub state: State,
}

/// The states of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "state", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum State {
    /// It is applied.
    Applied {
        /// When, by the server's clock and as the server writes it.
        #[cfg_attr(feature = "serde", serde(rename = "applied_at"))]
        at: String,
        /// Whether another runner recorded it, without a checksum.
        adopted: bool,
    },
    /// It is applied, and its file has been edited since.
    Edited {
        /// When it was applied.
        #[cfg_attr(feature = "serde", serde(rename = "applied_at"))]
        at: String,
        /// The checksum that it was applied with.
        #[cfg_attr(feature = "serde", serde(rename = "applied_checksum"))]
        applied: String,
        /// The checksum of its file now.
        #[cfg_attr(feature = "serde", serde(rename = "checksum"))]
        now: String,
    },
    /// It is always applied, and its file has changed since it was last: the next run applies it again.
    Outdated {
        /// When it was applied last.
        #[cfg_attr(feature = "serde", serde(rename = "applied_at"))]
        at: String,
    },
    /// Some of its steps are applied or started.
    InFlight {
        /// How many steps are done.
        #[cfg_attr(feature = "serde", serde(rename = "steps_done"))]
        done: usize,
        /// How many there are.
        steps: usize,
        /// What is started and not done.
        started: Vec<StartedStep>,
    },
    /// Nothing of it is applied.
    Pending,
}

/// A step that was started and is not known to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StartedStep {
    /// Its number in the migration, from 1.
    pub step: usize,
    /// The line of its statement in the file, from 1.
    pub line: Option<u32>,
    /// The job that builds or validates, if it has one.
    pub job_id: Option<String>,
}

/// A migration that is applied and not in the set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct UnknownMigration {
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// When it was applied.
    #[cfg_attr(feature = "serde", serde(rename = "applied_at"))]
    pub at: String,
}

/// Who has the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct LeaseStatus {
    /// What the instance calls itself.
    pub holder: String,
    /// Since when, by the server's clock and as the server writes it.
    pub since: String,
    /// Until its end, in seconds; below zero once it is over and nobody has taken it.
    pub seconds_left: i64,
}

/// What a run would do, as [`crate::Runner::dry_run`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct DryRun {
    /// The migrations that it would apply, in order.
    pub pending: Vec<PlannedMigration>,
    /// The versions that the options would hold back.
    pub held_back: Vec<String>,
}

/// What a run would do for one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct PlannedMigration {
    /// Its version.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// When it runs: once, or whenever it changes; a baseline is recorded and not run where all of it is there.
    #[cfg_attr(feature = "serde", serde(default, with = "crate::json_fields::migration_kind"))]
    pub kind: MigrationKind,
    /// The statements that it would run, step by step: those of one step commit together. Steps that are done
    /// already are left out.
    pub steps: Vec<PlannedStep>,
}

/// What a run would do in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct PlannedStep {
    /// Its number in the migration, from 1.
    pub step: usize,
    /// Its kind.
    pub kind: Kind,
    /// Its statements, after the settings that it needs.
    pub statements: Vec<PlannedStatement>,
    /// Whether it was started before: the catalog would be asked first whether it has happened.
    pub started: bool,
}

/// A statement that a run would send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct PlannedStatement {
    /// The line of the file, from 1, on which it begins.
    pub line: u32,
    /// Its text.
    pub sql: String,
}

/// What the tables hold.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) ledger: Vec<LedgerRow>,
    pub(crate) journal: Vec<JournalRow>,
    pub(crate) lease: Option<LeaseHolder>,
    /// The versions that were applied when the last run ended, as far as this role may know.
    pub(crate) known: Option<BTreeSet<String>>,
}

impl Status {
    pub(crate) fn new(plan: &Plan, policies: &Policies, tables: &Tables) -> Self {
        let known = |row: &&LedgerRow| !plan.migrations.iter().any(|it| *it.version == *row.version);
        Self {
            migrations: plan
                .migrations
                .iter()
                .map(|migration| of_migration(migration, policies, tables))
                .collect(),
            unknown: tables
                .ledger
                .iter()
                .filter(known)
                .map(|row| UnknownMigration {
                    version: row.version.clone(),
                    name: row.name.clone(),
                    at: row.applied_at.clone(),
                })
                .collect(),
            lease: tables.lease.as_ref().map(|lease| LeaseStatus {
                holder: lease.holder.clone(),
                since: lease.since.clone(),
                seconds_left: lease.seconds_left,
            }),
        }
    }

    /// Whether every migration of the set is applied as its file is now.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.migrations.iter().all(|migration| matches!(migration.state, State::Applied { .. }))
    }
}

fn of_migration(migration: &Migration, policies: &Policies, tables: &Tables) -> MigrationStatus {
    let state = match tables.ledger.iter().find(|row| *row.version == *migration.version) {
        Some(row) => {
            let at = row.applied_at.clone();
            match &row.checksum {
                Some(applied) if stands_for(policies, migration, applied) => {
                    State::Applied { at, adopted: false }
                }
                _ if migration.kind == MigrationKind::Always => State::Outdated { at },
                Some(applied) => {
                    State::Edited { at, applied: applied.clone(), now: migration.checksum.to_string() }
                }
                None => State::Applied { at, adopted: true },
            }
        }
        None => under_way(migration, tables),
    };
    MigrationStatus {
        version: migration.version.to_string(),
        name: migration.name.to_string(),
        file: migration.file.to_string(),
        kind: migration.kind,
        state,
    }
}

fn journal_of<'t>(migration: &Migration, tables: &'t Tables) -> impl Iterator<Item = &'t JournalRow> {
    tables.journal.iter().filter(move |row| *row.version == *migration.version)
}

fn under_way(migration: &Migration, tables: &Tables) -> State {
    if journal_of(migration, tables).next().is_none() {
        return State::Pending;
    }
    let line =
        |step: usize| migration.steps.get(step).and_then(|it| it.statements().next()).map(|it| it.line);
    State::InFlight {
        done: journal_of(migration, tables).filter(|row| row.done).count(),
        steps: migration.steps.len(),
        started: journal_of(migration, tables)
            .filter(|row| !row.done)
            .map(|row| StartedStep { step: row.step + 1, line: line(row.step), job_id: row.job.clone() })
            .collect(),
    }
}

impl DryRun {
    pub(crate) fn new(plan: &Plan, review: &Review, tables: &Tables) -> Self {
        let version = |position: &usize| plan.migrations[*position].version.to_string();
        Self {
            pending: review
                .queue
                .iter()
                .map(|&position| planned(&plan.migrations[position], tables))
                .collect(),
            held_back: review.held_back.iter().map(version).collect(),
        }
    }
}

fn planned(migration: &Migration, tables: &Tables) -> PlannedMigration {
    let row = |step: usize| journal_of(migration, tables).find(|row| row.step == step);
    let steps =
        migration.steps.iter().enumerate().filter(|(step, _)| !row(*step).is_some_and(|row| row.done));
    PlannedMigration {
        version: migration.version.to_string(),
        name: migration.name.to_string(),
        file: migration.file.to_string(),
        kind: migration.kind,
        steps: steps.map(|(step, work)| PlannedStep::new(step, work, row(step).is_some())).collect(),
    }
}

impl PlannedStep {
    /// The step at a position, from 0.
    pub(crate) fn new(step: usize, work: &Step, started: bool) -> Self {
        let statements = work.settings.iter().map(|setting| &setting.statement).chain(work.statements());
        Self {
            step: step + 1,
            kind: Kind::of(&work.kind),
            statements: statements
                .map(|it| PlannedStatement { line: it.line, sql: it.sql.to_string() })
                .collect(),
            started,
        }
    }
}

impl fmt::Display for Status {
    /// A line for each migration, and one for whoever has the lease.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for migration in &self.migrations {
            write!(f, "{} {}: ", migration.version, migration.name)?;
            if migration.kind != MigrationKind::Ordinary {
                write!(f, "{}, ", migration.kind.as_str())?;
            }
            match &migration.state {
                State::Applied { at, adopted: false } => writeln!(f, "applied {at}")?,
                State::Applied { at, adopted: true } => writeln!(f, "applied {at} by another runner")?,
                State::Edited { at, .. } => writeln!(f, "applied {at} and EDITED since")?,
                State::Outdated { at } => {
                    writeln!(f, "applied {at}, and changed since: to be applied again")?
                }
                State::Pending => writeln!(f, "pending")?,
                State::InFlight { done, steps, started } => {
                    write!(f, "in flight, {done} of {steps} steps done")?;
                    for step in started {
                        write!(f, "; step {} was started", step.step)?;
                        if let Some(job) = &step.job_id {
                            write!(f, ", job {job}")?;
                        }
                    }
                    writeln!(f)?;
                }
            }
        }
        for unknown in &self.unknown {
            writeln!(f, "{} {}: applied {}, without a file here", unknown.version, unknown.name, unknown.at)?;
        }
        match &self.lease {
            Some(lease) if lease.seconds_left >= 0 => {
                write!(f, "{} is migrating since {}", lease.holder, lease.since)
            }
            Some(lease) => write!(f, "{} was migrating and has not been heard of", lease.holder),
            None => write!(f, "nobody is migrating"),
        }
    }
}

impl fmt::Display for DryRun {
    /// Every statement that a run would send, under its file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pending.is_empty() {
            writeln!(f, "nothing to apply")?;
        }
        for migration in &self.pending {
            let note = match migration.kind {
                MigrationKind::Baseline => ", a baseline: recorded and not run if the database has all of it",
                MigrationKind::Always => ", which is always applied when it has changed",
                _ => "",
            };
            writeln!(f, "{}{note}", migration.file)?;
            for step in &migration.steps {
                let note = if step.started { ", was started: the catalog is asked first" } else { "" };
                writeln!(f, "  step {}{note}", step.step)?;
                for PlannedStatement { line, sql } in &step.statements {
                    writeln!(f, "    {line}: {}", sql.split_whitespace().collect::<Vec<_>>().join(" "))?;
                }
            }
        }
        if !self.held_back.is_empty() {
            writeln!(f, "held back: {}", self.held_back.join(", "))?;
        }
        Ok(())
    }
}
