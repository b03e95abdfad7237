//! A record as one statement: it writes all of its changes, or none and fails when the lease is not ours.

use super::lease::{self, Known};
use super::ledger::Entry;
use super::quote::{literal, optional};
use super::tables::TableNames;
use crate::checksum::step_checksum;
use crate::core::{Held, StepId, Write};
use crate::server::LEASE_ROW_CHANGED;
use dsql_migrate_plan::{Migration, Plan};
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
            Write::Complete(migration) | Write::Adopt(migration) => Some(*migration),
            _ => None,
        })
        .collect();
    let mut known: Vec<&str> =
        completed.iter().map(|&migration| &*plan.migrations[migration].version).collect();
    if writes.contains(&Write::HookOwed) {
        known.push(lease::HOOK_OWED);
    }
    let known = if writes.contains(&Write::HookDone) { Known::HookDone } else { Known::Add(&known) };
    let mut changed = Vec::new();
    for write in writes {
        if write.step().is_some_and(|id| completed.contains(&id.migration)) {
            continue;
        }
        changed.extend(changes(author.tables, plan, write));
    }
    fenced(author, known, changed)
}

/// One statement that notes migrations as applied, each with the time when it was if that is known; fenced as
/// [`record`] is. What the journal has of them goes.
pub(crate) fn adopt(author: Author<'_>, plan: &Plan, adopted: &[(usize, Option<String>)]) -> String {
    let migration = |position: usize| &plan.migrations[position];
    let versions: Vec<&str> = adopted.iter().map(|(position, _)| &*migration(*position).version).collect();
    let entries: Vec<Entry<'_>> =
        adopted.iter().map(|(position, at)| entry(migration(*position), at.as_deref())).collect();
    let listed: Vec<String> = versions.iter().map(|version| literal(version)).collect();
    let tables = author.tables;
    let swept = format!(
        "DELETE FROM {} WHERE version IN ({}) AND EXISTS (SELECT 1 FROM held)",
        tables.journal(),
        listed.join(", ")
    );
    fenced(author, Known::Add(&versions), vec![swept, tables.form.insert(&tables.ledger(), &entries)])
}

fn entry<'a>(migration: &'a Migration, at: Option<&'a str>) -> Entry<'a> {
    Entry { version: &migration.version, name: &migration.name, checksum: &migration.checksum, at }
}

/// All changes and the touch of the lease row as one statement.
fn fenced(author: Author<'_>, known: Known<'_>, changes: Vec<String>) -> String {
    let mut parts = vec![lease::held(author.tables, author.holder, author.held, author.length, known)];
    for sql in changes {
        parts.push(format!("w{} AS ({sql})", parts.len()));
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
        Write::Complete(migration) | Write::Adopt(migration) => {
            let migration = &plan.migrations[*migration];
            vec![
                format!(
                    "DELETE FROM {journal} WHERE version = {} AND EXISTS (SELECT 1 FROM held)",
                    literal(&migration.version)
                ),
                tables.form.insert(&tables.ledger(), &[entry(migration, None)]),
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
