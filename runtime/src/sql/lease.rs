//! The lease row: taking, renewing and releasing it.
//!
//! `fence` grows with every take-over and `seq` with every record. Whoever writes names both as last seen, so a
//! transaction that was sent by a former holder, or that was given up as lost and arrives late, changes nothing.
//! The clock is the server's. `known` holds the versions that were applied when the last run ended: it tells a
//! row that somebody deleted by hand, whose file is to run again, from a file that came late.

use super::quote::literal;
use super::tables::TableNames;
use crate::core::Held;
use std::time::Duration;

/// Among the known versions, none of which it can be taken for: the hook has not been called for all of them. Other
/// binaries, with a hook or without, leave it there.
pub(crate) const HOOK_OWED: &str = "after_migrate";

/// The times that a lease goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeaseTimes {
    /// How long the lease holds without a sign of its holder.
    pub(crate) length: Duration,
    /// How long after its end a DDL statement that the holder had sent could still commit.
    pub(crate) quiet: Duration,
}

fn interval(duration: Duration) -> String {
    format!("interval '{} milliseconds'", duration.as_millis())
}

/// Takes the lease if it is free, ours already, or abandoned. One row: the new fence and sequence, NULL when
/// it was not to be had, and who held it before.
///
/// Only DDL runs unfenced, so the quiet time is waited out only where the journal shows a step that is begun and
/// not done: its statement may be under way, or, where it has a job, the drop of the index that a failed job left.
pub(crate) fn take(tables: &TableNames, holder: &str, times: LeaseTimes) -> String {
    let (lease, journal) = (tables.lease(), tables.journal());
    let (me, length, quiet) = (literal(holder), interval(times.length), interval(times.quiet));
    format!(
        "WITH taken AS (UPDATE {lease} SET holder = {me}, fence = fence + 1, seq = seq + 1, since = now(), \
         expires_at = now() + {length} WHERE id = 1 AND (holder IS NULL OR holder = {me} \
         OR expires_at + {quiet} <= now() OR (expires_at <= now() \
         AND NOT EXISTS (SELECT 1 FROM {journal} WHERE state = 'started'))) RETURNING fence, seq), \
         made AS (INSERT INTO {lease} (id, holder, fence, seq, since, expires_at, known) \
         SELECT 1, {me}, 1, 1, now(), now() + {length}, '' WHERE NOT EXISTS (SELECT 1 FROM {lease} WHERE id = 1) \
         ON CONFLICT (id) DO NOTHING RETURNING fence, seq) \
         SELECT coalesce((SELECT fence FROM taken), (SELECT fence FROM made)) AS fence, \
         coalesce((SELECT seq FROM taken), (SELECT seq FROM made)) AS seq, before.holder AS holder, \
         before.since::text AS since, \
         ceil(extract(epoch FROM before.expires_at - now()))::bigint AS seconds_left \
         FROM (SELECT 1 AS one) AS one LEFT JOIN {lease} AS before ON before.id = 1"
    )
}

/// Moves the end of the lease; no row when it is not ours any more. Leaves `seq` alone: it records nothing.
pub(crate) fn renew(tables: &TableNames, holder: &str, fence: i64, length: Duration) -> String {
    format!(
        "UPDATE {} SET expires_at = now() + {} WHERE id = 1 AND holder = {} AND fence = {fence} RETURNING fence",
        tables.lease(),
        interval(length),
        literal(holder)
    )
}

/// Gives the lease back and notes what is applied by now, and that the hook is owed where it was.
pub(crate) fn release(tables: &TableNames, holder: &str, held: Held) -> String {
    format!(
        "UPDATE {} SET holder = NULL, seq = seq + 1, expires_at = now(), \
         known = coalesce((SELECT string_agg(version::text, ' ' ORDER BY version::text) FROM {}), '') \
         || CASE WHEN known LIKE '% {HOOK_OWED}%' THEN ' {HOOK_OWED}' ELSE '' END WHERE id = 1 AND holder = {} AND fence = {}",
        tables.lease(),
        tables.ledger(),
        literal(holder),
        held.fence
    )
}

/// What a record does to the known versions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'a> {
    /// Adds those that it completes, and the word for the hook where that is owed.
    Add(&'a [&'a str]),
    /// Takes that word away.
    HookDone,
}

/// The first part of every record: touches the lease row if all of it is still as we left it, and changes the
/// known versions.
pub(crate) fn held(
    tables: &TableNames,
    holder: &str,
    held: Held,
    length: Duration,
    known: Known<'_>,
) -> String {
    let known = match known {
        Known::Add([]) => String::new(),
        Known::Add(words) => format!(", known = known || {}", literal(&format!(" {}", words.join(" ")))),
        Known::HookDone => format!(", known = replace(known, {}, '')", literal(&format!(" {HOOK_OWED}"))),
    };
    format!(
        "held AS (UPDATE {} SET seq = seq + 1, expires_at = now() + {}{known} \
         WHERE id = 1 AND holder = {} AND fence = {} AND seq = {} RETURNING fence)",
        tables.lease(),
        interval(length),
        literal(holder),
        held.fence,
        held.seq
    )
}

/// Who holds the lease, for people.
pub(crate) fn show(tables: &TableNames) -> String {
    format!(
        "SELECT holder, since::text AS since, \
         ceil(extract(epoch FROM expires_at - now()))::bigint AS seconds_left, known \
         FROM {} WHERE id = 1",
        tables.lease()
    )
}
