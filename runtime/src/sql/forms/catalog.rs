//! Proofs, jobs, and what tables and indexes are like; and the settings of a connection that was lent.

use super::Verdict::{Likely, Seen};
use super::samples::{TABLE, index, name, validation};
use super::{Form, Group, form};
use crate::sql::identity::{Identity, Lookup};
use crate::sql::{definition, jobs, proof, settings as lent};
use dsql_migrate_plan::{Fact, RelationKind};

const CANNOT_TELL: &str = "Nobody can tell: as in the section before.";

pub(super) fn group() -> Group {
    Group {
        title: "Proofs and jobs",
        about: "Jobs are asked about by every run that builds an index or validates a constraint; the rest is asked \
                after a lost answer, by a baseline and by `adopt`.",
        forms: proofs().into_iter().chain(of_jobs()).collect(),
    }
}

fn proofs() -> Vec<Form> {
    let fact = Fact::Relation { name: name("items"), kind: RelationKind::Table, exists: true };
    let facts = [fact];
    let before = [Some(Identity { scope: vec![2200], objects: [].into(), schema: None })];
    vec![
        form("whether a statement has happened", "after a lost answer",
            vec![proof::changed_since(&facts, &before), proof::changed_since(&facts, &[None])])
            .rests_on(
                "scalar queries as columns of a SELECT without FROM",
                "Recorded 2026-09-18, probe q_subquery_scalar. What is in them: see the section before.",
                Seen,
            )
            .if_refused(CANNOT_TELL),
        form("what of a baseline is there", "when a baseline is looked up; Runner::baseline",
            vec![proof::now(&[(&facts[0], Lookup::Path)])])
            .rests_on("as above", "As above.", Seen)
            .if_refused("Each fact is asked for by itself, and the one that cannot be asked is told as such."),
        form("the columns of a table", "where a table may be another's: after a lost answer, in a baseline",
            vec![definition::columns(TABLE)])
            .rests_on(
                "format_type of columns of pg_attribute",
                "Live, pistachio 2026-07-23 (one of the functions that it names as verified), dsqlbase 2026-10-03; \
                 AWS's SQLAlchemy dialect, 2026-08-17.",
                Seen,
            )
            .if_refused(CANNOT_TELL),
        form("the constraints of a table", "the same", vec![definition::constraints(TABLE)])
            .rests_on("pg_constraint.conkey, as the server shows it", "Read by dsqlbase (live 2026-10-03).", Seen)
            .if_refused(CANNOT_TELL),
        form("what an index is like", "where an index may be another's: after a lost answer, in a baseline",
            vec![definition::index(TABLE)])
            .rests_on(
                "pg_index with indkey, indnkeyatts, indpred, indnullsnotdistinct",
                "Read by dsqlbase (live 2026-10-03). \
                 indnullsnotdistinct: no record; PostgreSQL has it since 15, DSQL is 16.",
                Likely,
            )
            .if_refused(CANNOT_TELL),
    ]
}

fn of_jobs() -> Vec<Form> {
    let job = "tpqrncdmjja4tdl3zxo2qqvh4y";
    vec![
        form("an index by its table", "while a job is waited for; after a lost answer", vec![jobs::object(&index(), TABLE)])
            .rests_on(
                "pg_index.indisvalid, joined with pg_class and pg_namespace",
                "Read by deesql (2026-04-13); AWS's page on asynchronous indexes names it.",
                Seen,
            )
            .if_refused("The run ends and says that the catalog does not answer; the job is in the journal, and the \
                         next run looks for it again."),
        form("a constraint by its table", "while a validation is waited for", vec![jobs::object(&validation(), TABLE)])
            .rests_on("pg_constraint.convalidated", "Read by pgrest-lambda (live 2026-08-28).", Seen)
            .if_refused("As above."),
        form("jobs", "while a job is waited for and its object is not valid",
            vec![
                jobs::jobs(Some(job), Some(TABLE)),
                jobs::jobs(Some(job), None),
                jobs::jobs(None, Some(TABLE)),
            ])
            .rests_on(
                "sys.jobs with job_id, status, details, object_id, start_time; ORDER BY … DESC",
                "The columns: recorded 2026-09-16, probe sys_jobs_columns. WHERE job_id = …: live, DSQL-Spike \
                 2026-09-23. All as admin; as another role: no record. object_id compared with a number: no record.",
                Likely,
            )
            .if_refused("As above."),
        form("who has a name", "when CREATE INDEX IF NOT EXISTS made nothing", vec![jobs::who_has("items_by_title", TABLE)])
            .rests_on(
                "LEFT JOIN of catalogs, IN (SELECT …)",
                "LEFT JOIN and IN (SELECT …): recorded 2026-09-18 (probes q_left_join, q_subquery_in). Outer joins of \
                 catalogs: AWS's SQLAlchemy dialect, 2026-08-17.",
                Seen,
            )
            .if_refused(CANNOT_TELL),
        form("drop a failed index", "before it is built anew, alone in its message",
            vec![jobs::drop_index("\"public\".\"items_by_title\"")])
            .rests_on(
                "DROP INDEX IF EXISTS, with a schema",
                "DROP INDEX [IF EXISTS]: live, dsqlbase 2026-10-03. A schema before the name: AWS's grammar, 2026-08-07.",
                Likely,
            )
            .if_refused("The run ends and says which index is to be dropped by hand."),
    ]
}

/// Of a connection that was lent.
pub(super) fn settings() -> Group {
    Group {
        title: "A connection that was lent",
        about: "Only where a migration says SET and the run has no connections of its own: what the caller had set is \
                asked for before, and set again after. The SET statements of migrations are the user's.",
        forms: vec![
            form("what is set", "before the first SET of a parameter", vec![lent::show("search_path"), lent::show("timezone")])
                .rests_on("SHOW", "Recorded 2026-09-16, probes env_timezone and env_server_version.", Seen)
                .if_refused("The run ends before the parameter is set."),
            form("set it again", "before the connection is given back",
                vec![
                    lent::set("search_path", "\"$user\", public"),
                    lent::set("timezone", "UTC"),
                ])
                .rests_on(
                    "SET with names in double quotes, SET with a constant",
                    "AWS's linter tests give clusters a search_path as they connect (2026-10); SET search_path and SET TIME ZONE are \
 in AWS's list of parameters. Names in double quotes: \
                     no record of their own.",
                    Likely,
                )
                .if_refused("The run ends with an error that says that the connection keeps the setting; where it has \
                             ended already, that is logged.")
                .although("search-path", "it warns of what a file sets for the statements behind it; nothing is behind this."),
        ],
    }
}
