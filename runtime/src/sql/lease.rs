//! The lease: reading, taking, renewing and releasing it.
//!
//! Three rows. The first is the fence: its `fence` grows with every take-over and its `seq` with every record.
//! Whoever writes names both as last seen, so a transaction that was sent by a former holder, or that was given up
//! as lost and arrives late, changes nothing. The second is the heartbeat: its end moves while its holder lives.
//! Records write the first and heartbeats the second, so that neither waits for, or conflicts with, the other; who
//! takes the lease over writes both. The third holds the versions that were applied when the last run ended: it
//! tells a row that somebody deleted by hand, whose file is to run again, from a file that came late.
//!
//! Until version 0.1 of this crate was finished all of it was one row, the first. The lease ends when both rows say
//! so, and a heartbeat counts only with the fence of the first row, so that such a database is taken over as it is.
//!
//! The clock is the server's. An end that is farther away than any lease is long is no end that a runner has set: it
//! does not hold anybody up. Every function and type that a migration's search path could hide is qualified.

use super::quote::literal;
use super::tables::TableNames;
use crate::core::{FencingToken, FreeLease};
use crate::server::LEASE_ROW_CHANGED;
use std::time::Duration;

/// In the first row's `known`: the hook has not been called for everything that is applied. Other binaries, with a
/// hook or without, leave it there.
pub(crate) const HOOK_OWED: &str = "after_migrate";

/// No lease is longer. [`crate::Options::lease`] keeps to it.
pub(crate) const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The row that is the fence.
pub(crate) const FENCE: i32 = 1;
/// The row of the holder's heartbeat.
pub(crate) const HEARTBEAT: i32 = 2;
/// The row of the versions that were applied when the last run ended.
pub(crate) const KNOWN: i32 = 3;

const NOW: &str = "pg_catalog.now()";

fn interval(duration: Duration) -> String {
    format!("interval '{} milliseconds'", duration.as_millis())
}

fn in_future(duration: Duration) -> String {
    format!("{NOW} + {}", interval(duration))
}

/// Reads the lease, and whether the journal shows a step that is begun and not done: two results.
///
/// Only DDL runs unfenced, so the `quiet` time is waited out only where there is such a step: its statement may be
/// under way, or, where it has a job, the drop of the index that a failed job left.
pub(crate) fn read(tables: &TableNames, quiet: Duration) -> String {
    format!(
        "{}; SELECT version FROM {} WHERE state = 'started' LIMIT 1",
        show(tables, quiet),
        tables.journal()
    )
}

/// The rows of the lease, for [`Rows::read`].
pub(crate) fn show(tables: &TableNames, quiet: Duration) -> String {
    let absurd = format!("expires_at > {}", in_future(LONGEST));
    format!(
        "SELECT id, holder, fence, seq, since::pg_catalog.text AS since, known, \
         (expires_at <= {NOW} OR {absurd}) AS over, \
         (expires_at <= {NOW} - {quiet} OR {absurd}) AS quiet, \
         CASE WHEN {absurd} OR expires_at <= {NOW} - {longest} THEN -3600 \
         ELSE extract(epoch FROM expires_at - {NOW})::bigint END AS seconds_left FROM {lease}",
        quiet = interval(quiet),
        longest = interval(LONGEST),
        lease = tables.lease()
    )
}

/// Fails its transaction unless the first row is still this one.
fn check(tables: &TableNames, holder: Option<&str>, fence: i64, seq: Option<i64>) -> String {
    let seq = seq.map(|seq| format!(" AND seq = {seq}")).unwrap_or_default();
    let holder = match holder {
        Some(holder) => format!("holder = {}", literal(holder)),
        None => "holder IS NULL".to_owned(),
    };
    format!(
        "SELECT (CASE WHEN pg_catalog.count(*) = 1 THEN '1' ELSE {} END)::integer AS lease \
         FROM {} WHERE id = {FENCE} AND {holder} AND fence = {fence}{seq}",
        literal(LEASE_ROW_CHANGED),
        tables.lease()
    )
}

/// Fails its transaction if the holder has given a sign of life since its lease was found to be over.
fn is_silent(tables: &TableNames, holder: &str, fence: i64) -> String {
    format!(
        "SELECT (CASE WHEN pg_catalog.count(*) = 0 THEN '1' ELSE {} END)::integer AS lease FROM {} \
         WHERE id IN ({FENCE}, {HEARTBEAT}) AND holder = {} AND fence = {fence} \
         AND expires_at > {NOW} AND expires_at <= {}",
        literal(LEASE_ROW_CHANGED),
        tables.lease(),
        literal(holder),
        in_future(LONGEST)
    )
}

/// Takes the lease if it is still as it was read, and reads everything: the last three results are those of
/// [`TableNames::load`].
pub(crate) fn take(tables: &TableNames, holder: &str, free: &FreeLease, length: Duration) -> String {
    let lease = tables.lease();
    let (me, end) = (literal(holder), in_future(length));
    let token = free.token.unwrap_or(FencingToken { fence: 0, seq: 0 });
    let mut statements = Vec::new();
    if free.token.is_none() || !free.has_companions {
        let row = |id: i32| format!("({id}, NULL, 0, 0, {NOW}, {NOW}, '')");
        statements.push(format!(
            "INSERT INTO {lease} (id, holder, fence, seq, since, expires_at, known) VALUES {}, {}, {} \
             ON CONFLICT (id) DO NOTHING",
            row(FENCE),
            row(HEARTBEAT),
            row(KNOWN)
        ));
    }
    let before = free.abandoned_by.as_ref().map(|it| it.holder.as_str());
    statements.push(check(tables, before, token.fence, Some(token.seq)));
    if let Some(other) = before.filter(|before| *before != holder) {
        statements.push(is_silent(tables, other, token.fence));
    }
    let FencingToken { fence, seq } = FencingToken { fence: token.fence + 1, seq: token.seq + 1 };
    // Of an older version: the versions move to their row, the word for the hook stays.
    let (words, versions): (Vec<&str>, Vec<&str>) =
        free.known.split_whitespace().partition(|word| *word == HOOK_OWED);
    let known = if versions.is_empty() {
        String::new()
    } else {
        statements
            .push(format!("UPDATE {lease} SET known = {} WHERE id = {KNOWN}", literal(&versions.join(" "))));
        format!(", known = {}", literal(words.first().copied().unwrap_or_default()))
    };
    statements.push(format!(
        "UPDATE {lease} SET holder = {me}, fence = {fence}, seq = {seq}, since = {NOW}, expires_at = {end}{known} \
         WHERE id = {FENCE}"
    ));
    statements.push(format!(
        "UPDATE {lease} SET holder = {me}, fence = {fence}, expires_at = {end} WHERE id = {HEARTBEAT}"
    ));
    statements.push(tables.load());
    statements.join("; ")
}

/// Moves the end of the lease. It is ours if both results have a row. Leaves `seq` alone: it records nothing.
pub(crate) fn renew(tables: &TableNames, holder: &str, fence: i64, length: Duration) -> String {
    let (lease, holder) = (tables.lease(), literal(holder));
    format!(
        "UPDATE {lease} SET expires_at = {} WHERE id = {HEARTBEAT} AND holder = {holder} AND fence = {fence} \
         RETURNING fence; \
         SELECT fence FROM {lease} WHERE id = {FENCE} AND holder = {holder} AND fence = {fence}",
        in_future(length)
    )
}

/// Gives the lease back, sweeps what is left of the journal, and notes what is applied where that has changed.
pub(crate) fn release(
    tables: &TableNames,
    holder: &str,
    token: FencingToken,
    known: Option<&str>,
    sweep: Option<String>,
) -> String {
    let lease = tables.lease();
    let mut statements = vec![check(tables, Some(holder), token.fence, None)];
    statements.extend(sweep);
    statements.push(format!(
        "UPDATE {lease} SET holder = NULL, seq = seq + 1, expires_at = {NOW} WHERE id = {FENCE}"
    ));
    statements.push(format!("UPDATE {lease} SET holder = NULL, expires_at = {NOW} WHERE id = {HEARTBEAT}"));
    if let Some(known) = known {
        statements.push(format!("UPDATE {lease} SET known = {} WHERE id = {KNOWN}", literal(known)));
    }
    statements.join("; ")
}

/// What a record does to the word for the hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookWord {
    Keep,
    Set,
    Clear,
}

/// The two statements of every record that touch the lease: the first fails unless the row is as we left it, the
/// second counts the record.
pub(crate) fn fence(
    tables: &TableNames,
    holder: &str,
    token: FencingToken,
    length: Duration,
    word: HookWord,
) -> (String, String) {
    let known = match word {
        HookWord::Keep => String::new(),
        HookWord::Set => format!(", known = {}", literal(HOOK_OWED)),
        HookWord::Clear => ", known = ''".to_owned(),
    };
    let FencingToken { fence, seq } = token;
    (
        check(tables, Some(holder), fence, Some(seq)),
        format!(
            "UPDATE {} SET seq = {}, expires_at = {}{known} WHERE id = {FENCE} AND fence = {fence} AND seq = {seq}",
            tables.lease(),
            token.next().seq,
            in_future(length)
        ),
    )
}
