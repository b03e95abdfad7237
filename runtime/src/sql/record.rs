//! A record as one statement: it writes all of its changes, or none and fails when the lease is not ours.

use super::lease::{self, Known};
use super::quote::{literal, optional};
use super::tables::TableNames;
use crate::checksum::step_checksum;
use crate::core::{Held, StepId, Write};
use crate::server::LEASE_ROW_CHANGED;
use dsql_migrate_plan::Plan;
use std::collections::BTreeSet;
use std::time::Duration;

/// What every record names: the tables, who writes, and as which holder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author<'a> {
    pub(crate) tables: &'a TableNames,
    pub(crate) holder: &'a str,
    pub(crate) held: Held,
    /// For how long the record extends the lease.
    pub(crate) length: Duration,
}

/// One statement with `writes`, in one row-changing `WITH`. When it has touched no lease row, its last part takes
/// [`LEASE_ROW_CHANGED`] for a number: the server refuses, and the transaction comes to nothing, together with the
/// statements of the user's that stand before it.
pub(crate) fn record(author: Author<'_>, plan: &Plan, writes: &[Write]) -> String {
    // The rows of a completed migration go as a whole: one statement must not change a row twice.
    let completed: BTreeSet<usize> = writes
        .iter()
        .filter_map(|write| match write {
            Write::Complete(migration) => Some(*migration),
            _ => None,
        })
        .collect();
    let mut known: Vec<&str> =
        completed.iter().map(|&migration| &*plan.migrations[migration].version).collect();
    if writes.contains(&Write::HookOwed) {
        known.push(lease::HOOK_OWED);
    }
    let known = if writes.contains(&Write::HookDone) { Known::HookDone } else { Known::Add(&known) };
    let mut parts = vec![lease::held(author.tables, author.holder, author.held, author.length, known)];
    for write in writes {
        if write.step().is_some_and(|id| completed.contains(&id.migration)) {
            continue;
        }
        for sql in changes(author.tables, plan, write) {
            parts.push(format!("w{} AS ({sql})", parts.len()));
        }
    }
    format!(
        "WITH {} SELECT CASE (SELECT count(*) FROM held) WHEN 1 THEN 1 \
         ELSE ({} || (SELECT count(*) FROM held))::integer END",
        parts.join(", "),
        literal(LEASE_ROW_CHANGED)
    )
}

fn changes(tables: &TableNames, plan: &Plan, write: &Write) -> Vec<String> {
    let journal = tables.journal();
    let key = |id: &StepId| {
        format!("version = {} AND step = {}", literal(&plan.migrations[id.migration].version), id.step)
    };
    let insert = |id: &StepId, state: &str, done_at: &str| {
        let migration = &plan.migrations[id.migration];
        format!(
            "INSERT INTO {journal} AS j (version, step, statement_checksum, state, fence, done_at) \
             SELECT {}, {}, {}, '{state}', fence, {done_at} FROM held ON CONFLICT (version, step) DO UPDATE",
            literal(&migration.version),
            id.step,
            literal(&step_checksum(&migration.steps[id.step]).to_string()),
        )
    };
    match write {
        Write::Intent(id) => vec![format!(
            "{} SET statement_checksum = excluded.statement_checksum, state = excluded.state, job_id = NULL, \
             fence = excluded.fence, started_at = now(), done_at = NULL",
            insert(id, "started", "NULL::timestamptz")
        )],
        Write::Submitted(id, job) => vec![format!(
            "UPDATE {journal} SET job_id = {} WHERE {} AND EXISTS (SELECT 1 FROM held)",
            optional(Some(job)),
            key(id)
        )],
        Write::Done(id) => {
            vec![format!("{} SET state = excluded.state, done_at = now()", insert(id, "done", "now()"))]
        }
        Write::Forget(id) => {
            vec![format!("DELETE FROM {journal} WHERE {} AND EXISTS (SELECT 1 FROM held)", key(id))]
        }
        Write::Complete(migration) => {
            let migration = &plan.migrations[*migration];
            vec![
                format!(
                    "DELETE FROM {journal} WHERE version = {} AND EXISTS (SELECT 1 FROM held)",
                    literal(&migration.version)
                ),
                format!(
                    "INSERT INTO {} AS l (version, name, checksum) SELECT {}, {}, {} FROM held \
                     ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum",
                    tables.ledger(),
                    literal(&migration.version),
                    literal(&migration.name),
                    literal(&migration.checksum.to_string())
                ),
            ]
        }
        // Both are changes to the lease row, which every record touches anyway.
        Write::HookOwed | Write::HookDone => Vec::new(),
        Write::Sweep(version) => vec![format!(
            "DELETE FROM {journal} WHERE version = {} AND EXISTS (SELECT 1 FROM held)",
            literal(version)
        )],
    }
}
