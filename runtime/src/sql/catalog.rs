//! Questions about indexes, constraints and jobs. The catalog is believed; `sys.jobs` only says who is at work:
//! its rows vanish half an hour after a job's end, and a build whose table was dropped ends as `completed`.

use super::proof::Question;
use super::quote;
use crate::core::Verdict;
use crate::server::JobRow;
use dsql_migrate_plan::{IndexDefinition, Job, Name};

/// The object that a job makes, as the catalog has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    /// The index or constraint, quoted, with its schema.
    pub(crate) quoted: String,
    /// As `sys.jobs.object_name` has it.
    pub(crate) object_name: String,
    pub(crate) valid: bool,
    /// For an index: what to compare, and its definition for people.
    pub(crate) index: Option<(IndexDefinition, String)>,
}

/// Asks for the object of a job: at most one row, for [`Made::read`].
pub(crate) fn object(job: &Job) -> Question {
    let mut question = Question::new();
    match job {
        Job::IndexBuild { table, index, .. } => {
            let (table, index) = (question.bind(quote::name(table)), question.bind(index.as_ref()));
            // Key columns by position, an empty line for an expression.
            let keys = "(SELECT string_agg(coalesce(a.attname::text, ''), E'\\n' ORDER BY k.n) \
                 FROM generate_series(0, x.indnkeyatts - 1) AS k (n) LEFT JOIN pg_catalog.pg_attribute a \
                 ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k.n] AND a.attnum > 0)";
            question.sql = format!(
                "SELECT n.nspname::text, i.relname::text, x.indisvalid::text, x.indisunique::text, \
                 (x.indpred IS NOT NULL)::text, {keys}, pg_get_indexdef(i.oid)::text \
                 FROM pg_catalog.pg_class t JOIN pg_catalog.pg_class i ON i.relnamespace = t.relnamespace \
                 JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid \
                 JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace \
                 WHERE t.oid = to_regclass({table}) AND i.relname = {index}"
            );
        }
        Job::ValidateConstraint { table, constraint } => {
            let (table, constraint) = (question.bind(quote::name(table)), question.bind(constraint.as_ref()));
            question.sql = format!(
                "SELECT n.nspname::text, c.conname::text, c.convalidated::text \
                 FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace \
                 WHERE c.conrelid = to_regclass({table}) AND c.conname = {constraint}"
            );
        }
    }
    question
}

impl Made {
    /// From the columns of a row that answers [`object`].
    pub(crate) fn read(columns: &[Option<String>]) -> Option<Self> {
        let text = |position: usize| columns.get(position).and_then(Option::as_deref);
        let flag = |position: usize| text(position).map(|flag| flag == "true");
        let (schema, name) = (text(0)?, text(1)?);
        let index = match (flag(3), flag(4), text(5), text(6)) {
            (Some(unique), Some(partial), Some(keys), Some(shown)) => {
                let keys =
                    keys.split('\n').map(|key| (!key.is_empty()).then(|| key.to_owned().into())).collect();
                Some((IndexDefinition { unique, keys, partial }, shown.to_owned()))
            }
            _ => None,
        };
        Some(Self {
            quoted: quote::qualified(Some(schema), name),
            object_name: format!("{schema}.{name}"),
            valid: flag(2)?,
            index,
        })
    }
}

/// Asks for a job by its id, or for all jobs of an object, newest first.
pub(crate) fn jobs(id: Option<&str>, object_name: Option<&str>) -> Question {
    let mut question = Question::new();
    let mut conditions = Vec::new();
    if let Some(id) = id {
        conditions.push(format!("job_id = {}", question.bind(id)));
    }
    if let Some(name) = object_name {
        conditions.push(format!("(object_name = {} AND job_type = 'INDEX_BUILD')", question.bind(name)));
    }
    question.sql = format!(
        "SELECT job_id::text, status::text, details::text FROM sys.jobs WHERE {} ORDER BY start_time DESC",
        conditions.join(" OR ")
    );
    question
}

/// What object and jobs together say of a step with a job.
///
/// `waiting_for` is the job that we know of, if we know one.
pub(crate) fn judge(job: &Job, made: Option<&Made>, jobs: &[JobRow], waiting_for: Option<&str>) -> Verdict {
    let ours = |row: &&JobRow| waiting_for.is_none_or(|id| row.id == id);
    let running = jobs.iter().find(|row| row.is_running());
    let ended = jobs.iter().find(ours).filter(|row| !row.is_running());
    // What an unknown job once said may be true no longer; ours tells why this run cannot go on.
    let details = ended.filter(|_| waiting_for.is_some()).and_then(|row| row.details.clone());
    let Some(made) = made else {
        return match running.filter(ours) {
            // DSQL may show the job before its object.
            Some(row) => Verdict::Building(row.id.clone()),
            None if waiting_for.is_some() => Verdict::Broken(details),
            None => Verdict::Absent,
        };
    };
    if let (Job::IndexBuild { table, index, definition, .. }, Some((found, shown))) = (job, &made.index)
        && !same(definition, found, made.valid)
    {
        return Verdict::Different { expected: show(table, index, definition), found: shown.clone() };
    }
    match (made.valid, running) {
        (true, _) => Verdict::Happened { compared: is_compared(job) },
        (false, Some(row)) => Verdict::Building(row.id.clone()),
        (false, None) => match job {
            Job::IndexBuild { .. } => Verdict::Broken(details),
            // A constraint is NOT VALID before anybody has tried, too.
            Job::ValidateConstraint { .. } if waiting_for.is_none() => Verdict::Absent,
            Job::ValidateConstraint { .. } => Verdict::Broken(details),
        },
    }
}

/// Whether [`same`] says all of it: the text of a condition or of an expression is not compared.
fn is_compared(job: &Job) -> bool {
    match job {
        Job::IndexBuild { definition, .. } => {
            !definition.partial && definition.keys.iter().all(Option::is_some)
        }
        Job::ValidateConstraint { .. } => true,
    }
}

/// One that is not valid is good for nothing and will be built anew, so it need not be unique yet.
fn same(expected: &IndexDefinition, found: &IndexDefinition, valid: bool) -> bool {
    expected.keys == found.keys
        && expected.partial == found.partial
        && (expected.unique == found.unique || !valid)
}

fn show(table: &Name, index: &str, definition: &IndexDefinition) -> String {
    let keys: Vec<&str> =
        definition.keys.iter().map(|key| key.as_deref().unwrap_or("(expression)")).collect();
    format!(
        "{}INDEX {index} ON {table} ({}){}",
        if definition.unique { "UNIQUE " } else { "" },
        keys.join(", "),
        if definition.partial { " WHERE …" } else { "" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{index_job, name};

    fn made(valid: bool) -> Made {
        let columns = [
            "public",
            "items_by_title",
            if valid { "true" } else { "false" },
            "false",
            "false",
            "title",
            "CREATE INDEX …",
        ];
        let columns: Vec<Option<String>> = columns.iter().map(|column| Some((*column).to_owned())).collect();
        Made::read(&columns).unwrap()
    }

    fn row(id: &str, status: &str, details: Option<&str>) -> JobRow {
        JobRow { id: id.into(), status: status.into(), details: details.map(str::to_owned) }
    }

    #[test]
    fn a_valid_index_counts_whatever_its_job_says() {
        let job = index_job("items_by_title", "title");
        let failed = [row("j", "failed", None)];
        assert_eq!(judge(&job, Some(&made(true)), &failed, Some("j")), Verdict::Happened { compared: true });
        assert_eq!(judge(&job, Some(&made(true)), &[], Some("j")), Verdict::Happened { compared: true });
    }

    #[test]
    fn a_condition_that_nobody_compared_proves_no_more_than_a_name() {
        let mut job = index_job("items_by_title", "title");
        let mut made = made(true);
        if let (Job::IndexBuild { definition, .. }, Some((found, _))) = (&mut job, &mut made.index) {
            (definition.partial, found.partial) = (true, true);
        }
        assert_eq!(judge(&job, Some(&made), &[], None), Verdict::Happened { compared: false });
    }

    #[test]
    fn a_completed_job_proves_nothing() {
        let job = index_job("items_by_title", "title");
        let details = "relation \"public.items\" does not exist";
        let completed = [row("j", "completed", Some(details))];
        assert_eq!(judge(&job, None, &completed, Some("j")), Verdict::Broken(Some(details.into())));
    }

    #[test]
    fn an_invalid_index_is_waited_for_while_any_job_is_at_it() {
        let job = index_job("items_by_title", "title");
        let other = [row("k", "processing", None)];
        assert_eq!(judge(&job, Some(&made(false)), &other, None), Verdict::Building("k".into()));
        assert_eq!(judge(&job, Some(&made(false)), &[], None), Verdict::Broken(None));
    }

    #[test]
    fn another_definition_is_told() {
        let job = index_job("items_by_title", "shelf");
        assert_eq!(
            judge(&job, Some(&made(true)), &[], None),
            Verdict::Different {
                expected: "INDEX items_by_title ON items (shelf)".into(),
                found: "CREATE INDEX …".into()
            }
        );
    }

    #[test]
    fn a_constraint_that_nobody_validated_is_not_broken() {
        let job = Job::ValidateConstraint { table: name("items"), constraint: "c".into() };
        let columns = [Some("public".to_owned()), Some("c".to_owned()), Some("false".to_owned())];
        let made = Made::read(&columns);
        assert_eq!(judge(&job, made.as_ref(), &[], None), Verdict::Absent);
        let failed = [row("j", "failed", Some("check constraint \"c\" is violated by some row"))];
        assert!(matches!(judge(&job, made.as_ref(), &failed, Some("j")), Verdict::Broken(Some(_))));
    }
}
