//! Questions about jobs and what they make. The catalog is believed; `sys.jobs` only says who is at work: its rows
//! vanish half an hour after a job's end, and a build whose table was dropped ends as `completed`.

use super::quote::{self, literal};
use crate::core::{JobFailure, Verdict};
use crate::server::{JobRow, data_is_at_fault};
use dsql_migrate_plan::Job;

/// The object that a job makes, as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// Its number.
    pub(crate) oid: i64,
    /// The index or constraint, quoted, with its schema.
    pub(crate) quoted: String,
    pub(crate) valid: bool,
}

/// A query for the object of a job, of the table of that number: at most one row, for [`Made::read`].
pub(crate) fn object(job: &Job, table: i64) -> String {
    match job {
        Job::IndexBuild { index, .. } => format!(
            "SELECT c.oid::text AS number, n.nspname::text AS home, c.relname::text AS name, \
             x.indisvalid::text AS valid FROM pg_catalog.pg_index x \
             JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE x.indrelid = {table} AND c.relname = {}",
            literal(index)
        ),
        Job::ValidateConstraint { constraint, .. } => format!(
            "SELECT c.oid::text AS number, n.nspname::text AS home, c.conname::text AS name, \
             c.convalidated::text AS valid FROM pg_catalog.pg_constraint c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace \
             WHERE c.conrelid = {table} AND c.conname = {}",
            literal(constraint)
        ),
    }
}

impl Made {
    /// From the columns of a row that answers [`object`].
    pub(crate) fn read(columns: &[Option<String>]) -> Option<Self> {
        let text = |position: usize| columns.get(position).and_then(Option::as_deref);
        Some(Self {
            oid: text(0)?.parse().ok()?,
            quoted: quote::qualified(Some(text(1)?), text(2)?),
            valid: text(3)? == "true",
        })
    }
}

/// A query for what has a name in the schema of a table: kind, and the table of an index.
pub(crate) fn who_has(name: &str, table: i64) -> String {
    format!(
        "SELECT c.relkind::text AS kind, n.nspname::text AS home, t.relname::text AS of_table \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid \
         LEFT JOIN pg_catalog.pg_class t ON t.oid = x.indrelid \
         WHERE c.relname = {} AND c.relnamespace IN \
         (SELECT r.relnamespace FROM pg_catalog.pg_class r WHERE r.oid = {table})",
        literal(name)
    )
}

/// What [`who_has`] has found, for people.
pub(crate) fn show_who_has(name: &str, row: &[Option<String>]) -> String {
    let text = |position: usize| row.get(position).and_then(Option::as_deref);
    let kind = match text(0) {
        Some("r" | "p") => "the table",
        Some("v") => "the view",
        Some("S") => "the sequence",
        Some("i" | "I") => "the index",
        _ => "the relation",
    };
    let of = text(2).map(|table| format!(" of the table {table}")).unwrap_or_default();
    match text(1) {
        Some(schema) => format!("{kind} {schema}.{name}{of}"),
        None => format!("{kind} {name}{of}"),
    }
}

/// A query for a job by its id, and for all jobs of an object, newest first.
pub(crate) fn jobs(id: Option<&str>, object: Option<i64>) -> String {
    let id = id.map(|id| format!("job_id = {}", literal(id)));
    let object = object.map(|object| format!("object_id = {object}"));
    let conditions: Vec<String> = id.into_iter().chain(object).collect();
    format!(
        "SELECT job_id::text AS job, status::text AS status, details::text AS details FROM sys.jobs \
         WHERE {} ORDER BY start_time DESC",
        conditions.join(" OR ")
    )
}

/// Drops an index, whose name is quoted.
pub(crate) fn drop_index(quoted: &str) -> String {
    format!("DROP INDEX IF EXISTS {quoted}")
}

/// What object and jobs together say of a step with a job. `waiting_for` is the job that we know of, if we know one.
pub(crate) fn judge(job: &Job, made: Option<&Made>, jobs: &[JobRow], waiting_for: Option<&str>) -> Verdict {
    if made.is_some_and(|made| made.valid) {
        return Verdict::Happened;
    }
    let ours = |row: &&JobRow| waiting_for.is_none_or(|id| row.id == id);
    let running = jobs.iter().find(|row| row.is_running());
    let ended = jobs.iter().find(ours).filter(|row| !row.is_running());
    // What an unknown job once said may be true no longer; ours tells why this run cannot go on.
    let details = ended.filter(|_| waiting_for.is_some()).and_then(|row| row.details.clone());
    let failure = details.map(|details| JobFailure { of_rows: data_is_at_fault(&details), details });
    let broken = Verdict::Broken(failure);
    match (made, running) {
        (Some(_), Some(row)) => Verdict::Building(row.id.clone()),
        // DSQL may show the job before its object.
        (None, Some(row)) if ours(&row) => Verdict::Building(row.id.clone()),
        (None, _) if waiting_for.is_none() => Verdict::Absent,
        (None, _) => broken,
        // A constraint is NOT VALID before anybody has tried, too.
        (Some(_), None) if waiting_for.is_none() && matches!(job, Job::ValidateConstraint { .. }) => {
            Verdict::Absent
        }
        (Some(_), None) => broken,
    }
}

/// Whether the job that is waited for says itself that it has failed: then there is nothing more to wait for.
pub(crate) fn says_failed(jobs: &[JobRow], waiting_for: Option<&str>) -> bool {
    jobs.iter().any(|row| row.is_failed() && waiting_for.is_some_and(|id| row.id == id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{index_job, name};

    fn made(valid: bool) -> Made {
        let columns = ["16390", "public", "items_by_title", if valid { "true" } else { "false" }];
        let columns: Vec<Option<String>> = columns.iter().map(|column| Some((*column).to_owned())).collect();
        Made::read(&columns).unwrap()
    }

    fn row(id: &str, status: &str, details: Option<&str>) -> JobRow {
        JobRow { id: id.into(), status: status.into(), details: details.map(str::to_owned) }
    }

    fn broken(details: &str, of_rows: bool) -> Verdict {
        Verdict::Broken(Some(JobFailure { details: details.into(), of_rows }))
    }

    #[test]
    fn a_valid_index_counts_whatever_its_job_says() {
        let job = index_job("items_by_title", "title");
        let failed = [row("j", "failed", None)];
        assert_eq!(judge(&job, Some(&made(true)), &failed, Some("j")), Verdict::Happened);
        assert_eq!(judge(&job, Some(&made(true)), &[], None), Verdict::Happened);
    }

    #[test]
    fn a_completed_job_proves_nothing() {
        let job = index_job("items_by_title", "title");
        let details = "relation \"public.items\" does not exist";
        let completed = [row("j", "completed", Some(details))];
        assert_eq!(judge(&job, None, &completed, Some("j")), broken(details, false));
        assert!(!says_failed(&completed, Some("j")));
    }

    #[test]
    fn an_invalid_index_is_waited_for_while_any_job_is_at_it() {
        let job = index_job("items_by_title", "title");
        let other = [row("k", "processing", None)];
        assert_eq!(judge(&job, Some(&made(false)), &other, None), Verdict::Building("k".into()));
        assert_eq!(judge(&job, Some(&made(false)), &[], None), Verdict::Broken(None));
        // A job is shown before what it makes; that of another object is none of ours.
        assert_eq!(judge(&job, None, &other, Some("k")), Verdict::Building("k".into()));
        assert_eq!(judge(&job, None, &other, Some("j")), Verdict::Broken(None));
        assert_eq!(judge(&job, None, &[], None), Verdict::Absent);
    }

    #[test]
    fn only_our_own_failed_job_ends_the_wait() {
        let jobs = [row("k", "failed", None), row("j", "processing", None)];
        assert!(!says_failed(&jobs, Some("j")));
        assert!(says_failed(&jobs, Some("k")));
        assert!(!says_failed(&jobs, None));
    }

    #[test]
    fn a_constraint_that_nobody_validated_is_not_broken() {
        let job = Job::ValidateConstraint { table: name("items"), constraint: "c".into(), if_exists: false };
        assert_eq!(judge(&job, Some(&made(false)), &[], None), Verdict::Absent);
        let details = "check constraint \"c\" is violated by some row";
        let failed = [row("j", "failed", Some(details))];
        assert_eq!(judge(&job, Some(&made(false)), &failed, Some("j")), broken(details, true));
    }

    #[test]
    fn what_has_the_name_is_told() {
        let row = |values: [Option<&str>; 3]| values.map(|value| value.map(str::to_owned)).to_vec();
        assert_eq!(show_who_has("x", &row([Some("v"), Some("app"), None])), "the view app.x");
        let index = row([Some("i"), Some("app"), Some("items")]);
        assert_eq!(show_who_has("x", &index), "the index app.x of the table items");
    }
}
