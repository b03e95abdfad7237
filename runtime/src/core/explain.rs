//! What people are told when a step cannot be done.

use super::action::StepId;
use crate::error::{Error, ErrorKind, Place};
use crate::server::ServerError;
use dsql_migrate_plan::{Job, Plan};

/// The server will not do what a step asks.
pub(crate) fn refused(plan: &Plan, id: StepId, statement: usize, answer: ServerError) -> Error {
    let remedy = if answer.is_duplicate() {
        "remove what is there, or the statement that makes it again, and start again"
    } else if answer.is_missing() {
        "check which migration should have made it, and whether somebody has removed it by hand"
    } else {
        "change the statement, or the rows that it meets, and start again: it goes on with this step"
    };
    Error::new(ErrorKind::Refused, "the server refused a statement")
        .at(Place::of_statement(plan, id, statement))
        .server(answer)
        .remedy(remedy)
}

/// Something else has the name.
pub(super) fn different(
    plan: &Plan,
    id: StepId,
    expected: &str,
    found: &str,
    answer: Option<ServerError>,
) -> Error {
    let error = Error::new(
        ErrorKind::Different,
        format!("an object of that name is there and is not what the statement makes: expected {expected}; found {found}"),
    )
    .at(Place::of_step(plan, id))
    .remedy("drop or rename what is there, or change the statement, and start again");
    match answer {
        Some(answer) => error.server(answer),
        None => error,
    }
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
        Some(Job::ValidateConstraint { table, constraint }) => (
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
