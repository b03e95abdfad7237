//! What stopped a run: for people through `Display`, for code through its accessors.

use crate::connect::ConnectError;
use crate::core::ids::StepId;
use crate::server_error::ServerError;
use dsql_migrate_plan::{Migration, Plan, Statement};
use std::fmt;

/// Why a run stopped, where, what is true in the database now, and what to do about it.
///
/// Holds no connection string, token or password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Error(Box<Report>);

#[derive(Clone, PartialEq, Eq, Hash)]
struct Report {
    kind: ErrorKind,
    what: String,
    place: Option<Place>,
    server: Option<ServerError>,
    connect: Option<ConnectError>,
    now: Option<String>,
    remedy: Option<String>,
    /// Whether nobody knows if the step has happened.
    undecided: bool,
}

/// The kinds of errors, for code that has to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ErrorKind {
    /// No connection could be had, for as long as the options allow.
    Connect,
    /// The connection that the caller lent has ended.
    ConnectionEnded,
    /// An applied migration's file has been edited.
    Edited,
    /// A migration that is applied in part has been edited in a part that is applied.
    EditedInFlight,
    /// A pending file is older than the newest applied one.
    OutOfOrder,
    /// An applied migration's file is gone.
    MissingFile,
    /// The database has migrations that are newer than this binary.
    NewerDatabase,
    /// The bookkeeping tables cannot be read or made.
    Bookkeeping,
    /// The server refused a statement of a migration.
    Refused,
    /// SQL that is only known at run time is not what DSQL takes. Nothing of it was sent.
    Unacceptable,
    /// An object of the same name and another definition is in the way.
    Different,
    /// An index build or a validation failed.
    JobFailed,
    /// The database has a part of a baseline: neither can it be recorded, nor run.
    PartialBaseline,
    /// Another instance had the lease for longer than the options allow to wait.
    LeaseTimeout,
    /// What may succeed later did not, as often as the options allow to try.
    GaveUp,
    /// The caller asked to stop.
    Interrupted,
    /// The hook of [`crate::Options::after_migrate`] failed; every migration is applied.
    Hook,
    /// [`crate::Runner::verify`] found migrations that are not applied.
    Pending,
    /// A debug build embeds other migrations than its folder holds.
    Stale,
    /// A mistake in this crate.
    Internal,
}

/// A place in the migrations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    version: String,
    name: String,
    file: String,
    step: Option<usize>,
    line: Option<u32>,
    statement: Option<String>,
}

impl Place {
    /// A migration.
    pub(crate) fn of(migration: &Migration) -> Self {
        Self {
            version: migration.version.to_string(),
            name: migration.name.to_string(),
            file: migration.file.to_string(),
            step: None,
            line: None,
            statement: None,
        }
    }

    /// A step of a migration, which begins with its first statement.
    pub(crate) fn of_step(plan: &Plan, id: StepId) -> Self {
        Self::of_statement(plan, id, 0)
    }

    /// One of the statements of a step.
    pub(crate) fn of_statement(plan: &Plan, id: StepId, position: usize) -> Self {
        let migration = &plan.migrations[id.migration];
        let place = Self { step: Some(id.step), ..Self::of(migration) };
        match migration.steps[id.step].statements().nth(position) {
            Some(statement) => place.statement(statement),
            None => place,
        }
    }

    /// The same with a statement.
    pub(crate) fn statement(mut self, statement: &Statement) -> Self {
        self.line = Some(statement.line);
        self.statement = Some(statement.sql.to_string());
        self
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self(Box::new(Report {
            kind,
            what: what.into(),
            place: None,
            server: None,
            connect: None,
            now: None,
            remedy: None,
            undecided: false,
        }))
    }

    pub(crate) fn internal(what: &str) -> Self {
        Self::new(ErrorKind::Internal, what).remedy("please report it: this is a mistake in dsql-migrate")
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    pub(crate) fn server(mut self, server: ServerError) -> Self {
        self.0.server = Some(server);
        self
    }

    /// The same with another reason.
    pub(crate) fn because(mut self, what: impl Into<String>) -> Self {
        self.0.what = what.into();
        self
    }

    /// What kept the way to the database shut.
    pub(crate) fn connect(mut self, cause: ConnectError) -> Self {
        self.0.server = cause.server_error().cloned();
        self.0.connect = Some(cause);
        self
    }

    /// The same at a place, unless it says one.
    pub(crate) fn at_if_nowhere(mut self, place: impl FnOnce() -> Place) -> Self {
        self.0.place.get_or_insert_with(place);
        self
    }

    /// The same where nobody knows whether the step has happened.
    pub(crate) fn undecided(mut self) -> Self {
        self.0.undecided = true;
        self
    }

    pub(crate) fn is_undecided(&self) -> bool {
        self.0.undecided
    }

    pub(crate) fn now_if_none(mut self, now: impl FnOnce() -> String) -> Self {
        self.0.now.get_or_insert_with(now);
        self
    }

    pub(crate) fn now(mut self, now: impl Into<String>) -> Self {
        self.0.now = Some(now.into());
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.0.remedy = Some(remedy.into());
        self
    }

    /// Whether a step failed, which may only look so to an instance that has lost its lease.
    pub(crate) fn is_of_a_step(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Refused | ErrorKind::Different | ErrorKind::JobFailed)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The version of the migration that it is about.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.version.as_str())
    }

    /// The name of the migration that it is about.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.name.as_str())
    }

    /// The file that it is about.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.file.as_str())
    }

    /// The step's number, from 1.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        self.0.place.as_ref().and_then(|place| place.step).map(|step| step + 1)
    }

    /// The line of the file, from 1, on which the statement begins.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.0.place.as_ref().and_then(|place| place.line)
    }

    /// The statement.
    #[must_use]
    pub fn statement(&self) -> Option<&str> {
        self.0.place.as_ref().and_then(|place| place.statement.as_deref())
    }

    /// What the server answered.
    #[must_use]
    pub fn server_error(&self) -> Option<&ServerError> {
        self.0.server.as_ref()
    }

    /// The SQLSTATE of what the server answered.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.0.server.as_ref().map(|server| server.sqlstate.as_str())
    }

    /// Why there was no connection, of an error of the kind [`ErrorKind::Connect`]: its kind tells a misspelt host from
    /// a denied role.
    #[must_use]
    pub fn connect_error(&self) -> Option<&ConnectError> {
        self.0.connect.as_ref()
    }

    /// What happened, in a sentence without the place.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What is true in the database now.
    #[must_use]
    pub fn now_true(&self) -> Option<&str> {
        self.0.now.as_deref()
    }

    /// What to do about it.
    #[must_use]
    pub fn what_to_do(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }
}

/// As for people: a `main` that returns the error prints it this way.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// For people: all that is known, the statement among it. A log is better served by the accessors, or by
/// [`crate::Event::RunFailed`], which has neither the statement nor what the server quotes of rows.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, true)
    }
}

impl std::error::Error for Error {
    /// The [`ConnectError`] or [`ServerError`] behind it.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match (&self.0.connect, &self.0.server) {
            (Some(connect), _) => Some(connect),
            (None, Some(server)) => Some(server),
            (None, None) => None,
        }
    }
}

impl Error {
    /// For logs and events: without the statement, and without what the server quotes of rows in its detail.
    pub(crate) fn for_logs(&self) -> String {
        struct ForLogs<'e>(&'e Error);
        impl fmt::Display for ForLogs<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, false)
            }
        }
        ForLogs(self).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, with_data: bool) -> fmt::Result {
        let report = &*self.0;
        if let Some(place) = &report.place {
            f.write_str(&place.file)?;
            if let Some(line) = place.line {
                write!(f, ":{line}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&report.what)?;
        if let Some(server) = &report.server {
            match with_data {
                true => write!(f, "\n  server: {server}")?,
                false => write!(f, "\n  server: {} {}", server.sqlstate, server.message)?,
            }
        }
        if let Some(statement) =
            report.place.as_ref().and_then(|place| place.statement.as_deref()).filter(|_| with_data)
        {
            write!(f, "\n  statement: {}", shortened(statement))?;
        }
        if let Some(now) = &report.now {
            write!(f, "\n  now: {now}")?;
        }
        if let Some(remedy) = &report.remedy {
            write!(f, "\n  do: {remedy}")?;
        }
        Ok(())
    }
}

/// A statement on one line that fits a log; the whole of it is at [`Error::statement`].
fn shortened(statement: &str) -> String {
    const LIMIT: usize = 200;
    let line = statement.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line,
    }
}
