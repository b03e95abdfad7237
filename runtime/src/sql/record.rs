//! A record as one message, hence one transaction: it writes all of its changes, or none and fails when the lease is
//! not ours. The user's statements of a row step stand in the same message.

use super::identity;
use super::lease::{self, HookWord};
use super::ledger::Entry;
use super::quote::literal;
use super::tables::TableNames;
use crate::checksum::step_checksum;
use crate::core::{FencingToken, StepId, Write};
use dsql_migrate_plan::{Migration, MigrationKind, Plan, Statement};
use std::ops::Range;
use std::time::Duration;

/// The number of the step whose row says that the others of its version are of the past.
pub(crate) const CLOSED: i64 = -1;

/// What every record names: the tables, who writes, and as which holder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author<'a> {
    pub(crate) tables: &'a TableNames,
    pub(crate) holder: &'a str,
    pub(crate) token: FencingToken,
    /// For how long the record extends the lease.
    pub(crate) length: Duration,
}

/// A record to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) sql: String,
    /// Which of its statements are the user's.
    pub(crate) user: Range<usize>,
    /// Whether it asks the catalog what the names in a statement mean.
    pub(crate) asks_catalog: bool,
}

/// Whether intents say what their statements' names mean, which the catalog has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identities {
    Asked,
    /// The catalog cannot be asked.
    LeftOut,
}

/// The message that commits `rows` and `writes` together.
///
/// The lease is checked before the user's statements, so that a former holder's come to nothing in milliseconds, and
/// written behind them: what conflicts with it then is the whole transaction.
pub(crate) fn record(
    author: Author<'_>,
    plan: &Plan,
    rows: &[&Statement],
    writes: &[Write],
    identities: Identities,
) -> Message {
    let word = match (writes.contains(&Write::HookOwed), writes.contains(&Write::HookDone)) {
        (true, _) => HookWord::Set,
        (false, true) => HookWord::Clear,
        (false, false) => HookWord::Keep,
    };
    let changes = writes.iter().filter_map(|write| change(author, plan, write, identities));
    let mut message = fenced(author, word, rows, changes);
    message.asks_catalog =
        identities == Identities::Asked && writes.iter().any(|write| matches!(write, Write::Intent(_)));
    message
}

/// The message that notes migrations as applied, each with the time when it was if that is known, and makes the
/// `writes` that the journal needs for that.
pub(crate) fn adopt(
    author: Author<'_>,
    plan: &Plan,
    adopted: &[(usize, Option<String>)],
    writes: &[Write],
) -> Message {
    let tables = author.tables;
    let entries: Vec<Entry<'_>> =
        adopted.iter().map(|(position, at)| entry(&plan.migrations[*position], at.as_deref())).collect();
    let insert = tables.form.insert(&tables.ledger(), &tables.ledger, &entries);
    let changes = writes.iter().filter_map(|write| change(author, plan, write, Identities::LeftOut));
    fenced(author, HookWord::Keep, &[], std::iter::once(insert).chain(changes))
}

fn entry<'a>(migration: &'a Migration, at: Option<&'a str>) -> Entry<'a> {
    Entry {
        version: &migration.version,
        name: &migration.name,
        checksum: &migration.checksum,
        always: migration.kind == MigrationKind::Always,
        at,
    }
}

fn fenced(
    author: Author<'_>,
    word: HookWord,
    rows: &[&Statement],
    changes: impl Iterator<Item = String>,
) -> Message {
    let (check, count) = lease::fence(author.tables, author.holder, author.token, author.length, word);
    let mut statements = vec![check];
    statements.extend(rows.iter().map(|statement| statement.sql.to_string()));
    let user = 1..statements.len();
    statements.push(count);
    statements.extend(changes);
    // A statement of the user's may end in a comment to the end of its line.
    Message { sql: statements.join("\n;\n"), user, asks_catalog: false }
}

fn change(author: Author<'_>, plan: &Plan, write: &Write, identities: Identities) -> Option<String> {
    let tables = author.tables;
    let journal = tables.journal();
    let of = |id: &StepId| &plan.migrations[id.migration];
    let key = |id: &StepId| format!("version = {} AND step = {}", literal(&of(id).version), id.step);
    let values = |id: &StepId, state: &str| {
        let (version, checksum) = (literal(&of(id).version), step_checksum(&of(id).steps[id.step]));
        format!(
            "{version}, {}, {}, '{state}', {}",
            id.step,
            literal(&checksum.to_string()),
            author.token.fence
        )
    };
    let file = |id: &StepId| literal(&of(id).checksum.to_string());
    Some(match write {
        Write::Intent(id) => {
            let identity = match identities {
                Identities::Asked => identity::of_step(&of(id).steps[id.step].kind),
                Identities::LeftOut => String::new(),
            };
            let row = format!("{}, {}{identity}", values(id, "started"), file(id));
            // Queries inside VALUES are nowhere recorded on DSQL, those of a SELECT are. The last column has its name so
            // that nobody reads the ON behind it as one.
            let row = match identity.is_empty() {
                true => format!("VALUES ({row})"),
                false => format!("SELECT {row} AS intent"),
            };
            format!(
                "INSERT INTO {journal} (version, step, statement_checksum, state, fence, intent) \
                 {row} ON CONFLICT (version, step) DO UPDATE SET \
                 statement_checksum = excluded.statement_checksum, state = excluded.state, job_id = NULL, \
                 fence = excluded.fence, started_at = pg_catalog.now(), done_at = NULL, intent = excluded.intent \
                 RETURNING version, step, intent"
            )
        }
        Write::Done(id) => format!(
            "INSERT INTO {journal} (version, step, statement_checksum, state, fence, intent, done_at) \
             VALUES ({}, {}, pg_catalog.now()) ON CONFLICT (version, step) DO UPDATE SET \
             statement_checksum = excluded.statement_checksum, state = excluded.state, \
             intent = excluded.intent, done_at = excluded.done_at",
            values(id, "done"),
            file(id)
        ),
        Write::Submitted(id, job) => {
            format!("UPDATE {journal} SET job_id = {} WHERE {}", literal(job), key(id))
        }
        Write::Forget(id) => format!("DELETE FROM {journal} WHERE {}", key(id)),
        Write::Complete(migration) | Write::Adopt(migration) => {
            let entry = entry(&plan.migrations[*migration], None);
            tables.form.insert(&tables.ledger(), &tables.ledger, &[entry])
        }
        Write::Close(migration) => format!(
            "INSERT INTO {journal} (version, step, statement_checksum, state, fence) \
             VALUES ({}, {CLOSED}, '', 'closed', {}) ON CONFLICT (version, step) DO NOTHING",
            literal(&plan.migrations[*migration].version),
            author.token.fence
        ),
        // Both are changes to the lease row, which every record touches anyway.
        Write::HookOwed | Write::HookDone => return None,
        Write::Sweep { .. } => return sweep_sql(tables, write),
    })
}

/// The statement that sweeps rows of the journal, if the write is one that does.
pub(crate) fn sweep_sql(tables: &TableNames, write: &Write) -> Option<String> {
    let Write::Sweep { version, from, to, last } = write else { return None };
    // The row of a closed version stands before all steps.
    let from = if *last { CLOSED } else { i64::try_from(*from).unwrap_or(i64::MAX) };
    Some(format!(
        "DELETE FROM {} WHERE version = {} AND step >= {from} AND step < {to}",
        tables.journal(),
        literal(version)
    ))
}
