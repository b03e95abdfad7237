//! What a run tells while it goes on.

use crate::core::StepId;
use crate::error::ErrorKind;
use dsql_migrate_plan::{Plan, StepKind};
use std::time::Duration;

/// What a run tells while it goes on: to a [`crate::Progress`], and through `tracing`.
///
/// Holds no statement, no connection string, no token and no password. Where the server's words are passed on
/// (`why`, `details`, `message`) they are the server's answer to a migration's statement, which may name a row's key.
///
/// With the feature `serde`, an event is an object whose `event` is the variant's name in snake case; durations are
/// whole milliseconds under `…_ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "event", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Event {
    /// A run begins.
    #[non_exhaustive]
    RunStarted {
        /// What this instance calls itself to others.
        holder: String,
        /// How many migrations the set has.
        migrations: usize,
        /// Of the set: [`crate::Migrations::digest`].
        digest: String,
    },
    /// A connection is open.
    #[non_exhaustive]
    Connected {
        /// Whether there was one before in this run.
        again: bool,
        /// How many attempts it took, from 1.
        attempts: u32,
    },
    /// Something that may succeed later did not, and is tried again after a pause.
    #[non_exhaustive]
    Retrying {
        /// What kind of failure it was.
        cause: RetryCause,
        /// The step that was under way, if one was.
        step: Option<StepRef>,
        /// What happened.
        why: String,
        /// How often in a row, from 1.
        failures: u32,
        /// How long the pause is.
        #[cfg_attr(feature = "serde", serde(rename = "pause_ms", with = "crate::json_fields::millis"))]
        pause: Duration,
    },
    /// Another instance is migrating; told at every look.
    #[non_exhaustive]
    LeaseWaiting {
        /// What it calls itself.
        holder: String,
        /// Since when it migrates, by the server's clock and as the server writes it.
        since: String,
        /// Until its lease ends unless it renews it, in seconds; below zero once it is over.
        seconds_left: i64,
        /// How long this run has waited.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// The lease is ours: this instance migrates.
    #[non_exhaustive]
    LeaseTaken {
        /// Who had it and has gone without giving it back.
        from: Option<String>,
        /// How long this run had waited.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// The lease is another's now: everything is read again.
    #[non_exhaustive]
    LeaseLost {},
    /// The first step of a migration is about to run, or to be asked about.
    #[non_exhaustive]
    MigrationStarted {
        /// Its version.
        version: String,
        /// Its name.
        name: String,
        /// Its file.
        file: String,
        /// How many steps it has.
        steps: usize,
    },
    /// A step's statements are about to be sent.
    #[non_exhaustive]
    StepStarted {
        /// The step.
        #[cfg_attr(feature = "serde", serde(flatten))]
        step: StepRef,
        /// How often this run has sent it, from 1.
        attempt: u32,
    },
    /// A step was started before and nobody saw its end: the catalog was asked.
    #[non_exhaustive]
    StepChecked {
        /// The step.
        #[cfg_attr(feature = "serde", serde(flatten))]
        step: StepRef,
        /// What the catalog says.
        found: Found,
    },
    /// The job of a step, told when it starts, at every look, and when it ends.
    #[non_exhaustive]
    Job {
        /// The step that started it.
        #[cfg_attr(feature = "serde", serde(flatten))]
        step: StepRef,
        /// Its id in `sys.jobs`.
        job_id: String,
        /// What it makes, for people.
        object: String,
        /// How it stands.
        state: JobState,
        /// What it, or the catalog, says of its failure.
        details: Option<String>,
        /// Since this run started it or first saw it.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// A step is done, and recorded.
    #[non_exhaustive]
    StepFinished {
        /// The step.
        #[cfg_attr(feature = "serde", serde(flatten))]
        step: StepRef,
        /// Since this run first sent it or asked about it, its job and its record included.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// A migration is applied, and recorded.
    #[non_exhaustive]
    MigrationFinished {
        /// Its version.
        version: String,
        /// Its name.
        name: String,
        /// Its file.
        file: String,
        /// Since its first step in this run.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// The hook of [`crate::Options::after_migrate`] is about to be called.
    #[non_exhaustive]
    HookStarted {},
    /// The hook has ended well.
    #[non_exhaustive]
    HookFinished {
        /// How long it took, all calls together.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// The run has ended well.
    #[non_exhaustive]
    RunFinished {
        /// How many migrations it applied.
        applied: usize,
        /// How many had been applied before, or by another instance meanwhile.
        already_applied: usize,
        /// How many the options hold back.
        held_back: usize,
        /// How long it took in all.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
    /// The run has stopped before its end.
    #[non_exhaustive]
    RunFailed {
        /// The kind of the error that it ends with.
        kind: ErrorKind,
        /// The error, for people.
        message: String,
        /// How long it took in all.
        #[cfg_attr(feature = "serde", serde(rename = "elapsed_ms", with = "crate::json_fields::millis"))]
        elapsed: Duration,
    },
}

/// A step of a migration. Its text is in [`crate::Migrations::plan`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct StepRef {
    /// The version of its migration.
    pub version: String,
    /// Its number in the migration, from 1.
    pub step: usize,
    /// How many steps the migration has.
    pub steps: usize,
    /// The line of its first statement in the file, from 1; 0 where there is none.
    pub line: u32,
    /// Its kind.
    pub kind: Kind,
}

impl StepRef {
    pub(crate) fn new(plan: &Plan, id: StepId) -> Self {
        let migration = &plan.migrations[id.migration];
        let step = &migration.steps[id.step];
        Self {
            version: migration.version.to_string(),
            step: id.step + 1,
            steps: migration.steps.len(),
            line: step.statements().next().map_or(0, |statement| statement.line),
            kind: Kind::of(&step.kind),
        }
    }
}

/// The kinds of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Kind {
    /// One statement that changes the catalog.
    Ddl,
    /// One statement that changes the catalog and starts a job.
    AsyncDdl,
    /// Statements that change rows, in one transaction.
    Dml,
}

impl Kind {
    /// The kind of a planned step.
    #[doc(hidden)]
    #[must_use]
    pub const fn of(kind: &StepKind) -> Self {
        match kind {
            StepKind::Ddl { .. } => Self::Ddl,
            StepKind::AsyncDdl { .. } => Self::AsyncDdl,
            StepKind::Dml { .. } => Self::Dml,
        }
    }
}

/// Why something is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RetryCause {
    /// No connection could be opened.
    NotConnected,
    /// The server refused because of another transaction; nothing was applied.
    Conflict,
    /// The answer was lost, with or without its connection; perhaps it was applied.
    AnswerLost,
    /// The lease row was not as this run left it; nothing was applied.
    LeaseChanged,
}

/// What the catalog says of a step whose end nobody saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Found {
    /// It has happened.
    Happened,
    /// It has not, or running it again does no harm.
    Absent,
    /// Its job is at work.
    Building,
    /// Its job failed, or is gone and did not finish.
    Broken,
    /// Something else has its name.
    Different,
    /// The catalog does not tell: the statement is sent again, and the server decides.
    CannotTell,
}

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum JobState {
    /// This run has just started it.
    Started,
    /// It is at work.
    Running,
    /// It ended well: the catalog shows what it made as valid.
    Succeeded,
    /// It failed, or is gone without having finished.
    Failed,
}

macro_rules! written_as_in_json {
    ($($type:ty { $($variant:ident => $text:literal),* $(,)? })*) => { $(
        impl $type {
            /// As logs and JSON write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    )* };
}

written_as_in_json! {
    Kind { Ddl => "ddl", AsyncDdl => "async_ddl", Dml => "dml" }
    RetryCause {
        NotConnected => "not_connected", Conflict => "conflict", AnswerLost => "answer_lost",
        LeaseChanged => "lease_changed",
    }
    Found {
        Happened => "happened", Absent => "absent", Building => "building", Broken => "broken",
        Different => "different", CannotTell => "cannot_tell",
    }
    JobState { Started => "started", Running => "running", Succeeded => "succeeded", Failed => "failed" }
}
