//! What people are told when a step cannot be done.

use super::action::{Refusal, RefusalCause, RefusedAt};
use super::ids::StepId;
use crate::error::{Error, ErrorKind, Place};
use dsql_migrate_plan::{Job, Plan, StepKind};

/// The server will not do what a step asks.
pub(crate) fn refused(plan: &Plan, id: StepId, refusal: Refusal) -> Error {
    let (what, statement) = match refusal.at {
        RefusedAt::Statement(statement) => ("the server refused a statement".to_owned(), statement),
        RefusedAt::Commit => (
            format!(
                "the server refused the transaction of step {} at its end (COMMIT), after it had taken every \
                 statement of it",
                id.step + 1
            ),
            0,
        ),
    };
    let remedy = match (refusal.at, refusal.cause) {
        (RefusedAt::Commit, _) => {
            "change the statements of this step, or the rows that they meet, and start again: it goes on with this \
             step. Constraints that are checked at the end, the size of a transaction and its duration are judged \
             there"
        }
        (_, RefusalCause::Exists) => {
            "remove what is there, or the statement that makes it again, and start again"
        }
        (_, RefusalCause::Missing) => {
            "check which migration should have made it, and whether somebody has removed it by hand"
        }
        (_, RefusalCause::Other) => {
            "change the statement, or the rows that it meets, and start again: it goes on with this step"
        }
    };
    Error::new(ErrorKind::Refused, what)
        .at(Place::of_statement(plan, id, statement))
        .server(refusal.answer)
        .remedy(remedy)
}

/// The answer to an earlier attempt was lost, the server refuses another, and the catalog does not tell.
pub(super) fn cannot_tell(plan: &Plan, id: StepId, why: &str, refusal: Refusal) -> Error {
    refused(plan, id, refusal)
        .because(format!(
            "the server refused a statement whose earlier answer was lost, and the catalog does not tell whether \
             that one was executed: {why}"
        ))
        .undecided()
        .remedy(
            "look whether the database has what the statement makes. If it has not, remove what is in the way and \
             start again. If it has, write the statement so that it can be repeated (IF NOT EXISTS, IF EXISTS, OR \
             REPLACE), and say in the file with `-- dsql: replaces` that it is the same",
        )
}

/// A job is or was at work, and the server does not let us see how it stands.
pub(super) fn job_unknown(plan: &Plan, id: StepId, why: &str) -> Error {
    Error::new(ErrorKind::JobFailed, format!("nobody can tell how the job of this step stands: {why}"))
        .at(Place::of_step(plan, id))
        .undecided()
        .now("the job goes on if it is at work, and it is recorded that it was started")
        .remedy(
            "let the role that migrates read sys.jobs and the catalog, and start again: it goes on waiting",
        )
}

/// Something else has the name.
pub(super) fn different(
    plan: &Plan,
    id: StepId,
    expected: &str,
    found: &str,
    in_doubt: bool,
    refusal: Option<Refusal>,
) -> Error {
    let remedy = if in_doubt {
        "an earlier attempt at this statement was not answered, so compare the two: rename what is there if it is \
         somebody else's; if it is what this migration is to make, change the statement to say so; and start again"
    } else {
        "rename what is there, or change the statement, and start again"
    };
    let error = Error::new(
        ErrorKind::Different,
        format!("an object of that name is there and is not what the statement makes: expected {expected}; found {found}"),
    )
    .at(Place::of_step(plan, id))
    .remedy(remedy);
    match refusal {
        Some(refusal) => error.server(refusal.answer),
        None => error,
    }
}

/// The server takes a statement again and again, starts no job and makes nothing.
pub(super) fn did_nothing(plan: &Plan, id: StepId) -> Error {
    let what = match &plan.migrations[id.migration].steps[id.step].kind {
        StepKind::AsyncDdl { job: Job::IndexBuild { index, table, .. }, .. } => {
            format!(
                "the server took the statement and started no job, and there is no index {index} on {table}"
            )
        }
        _ => "the server took the statement and started no job, and nothing of it is there".to_owned(),
    };
    Error::new(ErrorKind::Different, what).at(Place::of_step(plan, id)).remedy(
        "check whether something else in that schema has the name of the index, or takes it away again, and start \
         again",
    )
}

pub(super) fn job_failed(plan: &Plan, id: StepId, job: Option<&Job>, details: Option<&str>) -> Error {
    let details = details.unwrap_or("the job ended without a reason");
    let (what, remedy) = match job {
        Some(Job::IndexBuild { index, table, .. }) => (
            format!(
                "the index {index} on {table} was not built: {details}; the invalid index has been dropped"
            ),
            format!("find and remove the rows of {table} that have the same key, and start again"),
        ),
        Some(Job::ValidateConstraint { table, constraint, .. }) => (
            format!(
                "the constraint {constraint} of {table} was not validated: {details}; it stays NOT VALID, \
                 and new rows must satisfy it"
            ),
            format!("correct the rows of {table} that break it, and start again"),
        ),
        None => (details.to_owned(), "start again".to_owned()),
    };
    Error::new(ErrorKind::JobFailed, what).at(Place::of_step(plan, id)).remedy(remedy)
}
