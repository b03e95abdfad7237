//! What a run records of its steps.

use super::Verdict::{Likely, Seen};
use super::samples::{HOLDER, LENGTH, changes, plan, statements, tables, token};
use super::{Group, form};
use crate::core::{StepId, Write};
use crate::sql::record::{Author, Identities, adopt};

pub(super) fn group() -> Group {
    let tables = tables();
    let change = |write| changes(&tables, &[write], Identities::Asked);
    let (table, index) = (StepId { migration: 0, step: 0 }, StepId { migration: 0, step: 1 });
    let author = Author { tables: &tables, holder: HOLDER, token: token(), length: LENGTH };
    let adopted = adopt(author, &plan(), &[(0, Some("2026-11-30 04:05:06+00".to_owned()))], &[]);
    let adopted = statements(&adopted.sql).into_iter().skip(2).collect();
    Group {
        title: "Records",
        about: "Each stands in a message with the check of the lease before it, and is one transaction with it. The \
                statements of a step that changes rows stand in the same message.",
        forms: vec![
            form("an intent", "before a DDL statement that a proof can be asked for",
                [table, index].map(|step| change(Write::Intent(step))).concat())
                .rests_on(
                    "INSERT … SELECT of constants joined with ||, each with a scalar query in coalesce; ON CONFLICT of \
                     two columns DO UPDATE; RETURNING",
                    "INSERT … SELECT, scalar queries, coalesce, ||, ON CONFLICT DO UPDATE and INSERT … RETURNING each: \
                     recorded 2026-09-18 (probes q_insert_select, q_subquery_scalar, q_coalesce_nullif, q_string_ops, \
                     q_upsert, q_insert_returning). ON CONFLICT of two columns: a fork of Temporal made for DSQL, \
                     2026-01-27. All of them in one statement: no record. What the queries ask: see the next section.",
                    Likely,
                )
                .if_refused("0A000, 42501, 42P01, 42703 or 42883: a warning in the log says that the catalog does not \
                             tell what names mean, and the next form is sent, by this run for all its intents."),
            form("an intent without identities", "where there is nothing to ask, and after the form above was refused",
                changes(&tables, &[Write::Intent(table)], Identities::LeftOut))
                .rests_on("INSERT … VALUES … ON CONFLICT DO UPDATE … RETURNING", "As above, the parts.", Seen),
            form("a step is done", "after its statement, or when the catalog shows that it has happened",
                change(Write::Done(table)))
                .rests_on("INSERT … ON CONFLICT of two columns DO UPDATE", "As above.", Seen),
            form("a job was started", "after an asynchronous statement has answered",
                change(Write::Submitted(index, "tpqrncdmjja4tdl3zxo2qqvh4y".to_owned())))
                .rests_on("UPDATE of one row", "Recorded 2026-09-18, probe q_update_returning.", Seen),
            form("a step has not happened", "after a refusal, or when the catalog shows that nothing of it is there",
                change(Write::Forget(table)))
                .rests_on("DELETE by the key", "Recorded 2026-09-18, probe q_delete_returning.", Seen),
            form("a migration is applied", "with the record of its last step", change(Write::Complete(0)))
                .rests_on(
                    "ON CONFLICT DO UPDATE with CASE over the row that is there, named by the table",
                    "Live, DSQL-Spike 2026-09-23: DO UPDATE SET n = table.n + excluded.n. CASE: recorded 2026-09-18.",
                    Seen,
                ),
            form("a migration that somebody else has applied", "Runner::record, adopt", adopted)
                .rests_on(
                    "a constant as timestamp with time zone",
                    "Columns and constants of that type: recorded 2026-09-16 (group types).",
                    Seen,
                ),
            form("close the journal of a migration", "with the record that completes it", change(Write::Close(0)))
                .rests_on("INSERT … ON CONFLICT DO NOTHING", "As for the rows of the lease.", Likely),
        ],
    }
}
