//! Optimistic concurrency on a PostgreSQL that locks.
//!
//! On DSQL two writers of a row never wait for each other: both statements succeed, and the one that commits second fails at its
//! COMMIT. Here the second writer meets a lock or PostgreSQL's own 40001. Its statement is undone, the tables it names are copied
//! into temporary ones of the same names, and it is run again on the copies: counts, RETURNING and what later statements of the
//! transaction read are right, while the transaction is doomed to fail at COMMIT.
//!
//! What commits at once (a statement outside a block, DDL) has the right of way instead: open transactions that hold it up lose.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::transaction::Phase;
use super::{Fail, Session};
use crate::lex::{TokenKind, blank, tokens};
use crate::registry::Registry;
use crate::statement::{Kind, Statement};
use crate::words::{self, ServerError};

/// An open transaction that has been silent for this long gives way to any other: its client may be gone or frozen.
const SILENT: Duration = Duration::from_secs(1);

/// How long a transaction that was told to go is given before the statement it held up is run again.
const YIELDING: Duration = Duration::from_millis(50);

/// Whether PostgreSQL could not go on because of another transaction. A lock timeout that does not name its tuple may be a queue
/// for one, so all of them count.
pub(super) fn is_conflict(error: &ServerError) -> bool {
    matches!(error.code.as_str(), "40001" | "40P01" | "55P03")
}

/// Which open transactions have to give way to a statement that waits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// All: the statement commits at once, so it is the first to commit.
    First,
    /// All, for the catalog has changed under them.
    Catalog,
    /// Those that have gone silent.
    Silent,
}

impl Session {
    /// How a statement's waiting is to be ended.
    pub(super) fn way(&self, statement: &Statement) -> Way {
        match (self.transaction.phase, &statement.kind) {
            (_, Kind::Ddl(_) | Kind::AsyncIndex(_) | Kind::AsyncValidate(_)) => Way::Catalog,
            (Phase::Hidden, _) => Way::First,
            _ => Way::Silent,
        }
    }

    /// Marks the place to return to should the next statement meet a conflict.
    pub(super) async fn guard(&mut self, statement: &Statement) -> Result<(), Fail> {
        if self.transaction.phase == Phase::Block && matches!(statement.kind, Kind::Dml | Kind::Mixed) {
            let again = if self.transaction.guarded { "RELEASE SAVEPOINT dsql_local; " } else { "" };
            self.backend.query(&format!("{again}SAVEPOINT dsql_local")).await?.ok()?;
            self.unsynced = false;
            self.transaction.guarded = true;
        }
        Ok(())
    }

    /// After a conflict: undoes the statement and puts copies in place of its tables. An error when it cannot be hidden any longer.
    /// Where a silent transaction was in the way and has been told to go, the statement just gets its turn again.
    pub(super) async fn doom(
        &mut self,
        statement: &Statement,
        error: ServerError,
        cleared: bool,
    ) -> Result<(), Fail> {
        // A key may be taken by a row that came after the snapshot. On DSQL that is a conflict like any other; here only a copy
        // made from the snapshot can tell.
        let in_block = self.transaction.phase == Phase::Block && self.transaction.guarded;
        let taken = error.code == "23505" && in_block && self.transaction.doomed.is_none();
        if !is_conflict(&error) && !taken {
            return Err(error.into());
        }
        if self.transaction.phase != Phase::Block || !self.transaction.guarded {
            return Err(words::oc000().into());
        }
        if self.unsynced {
            self.backend.sync().await?;
            self.unsynced = false;
        }
        if cleared {
            tokio::time::sleep(YIELDING).await;
        }
        let named = tokens(&statement.text);
        let names: Vec<String> =
            named.iter().filter_map(|t| t.identifier()).map(|name| words::literal(&name)).collect();
        let copies = if cleared {
            String::new()
        } else {
            format!("SELECT sys._shadow(ARRAY[{}]::text[]); ", names.join(","))
        };
        let shadow = format!("ROLLBACK TO SAVEPOINT dsql_local; {copies}SELECT sys._rows_changed()");
        let answer = self.backend.query(&shadow).await?;
        if let Some(error) = answer.error {
            tracing::debug!(
                code = error.code,
                message = error.message,
                "a conflict cannot be kept until COMMIT"
            );
            return Err(words::oc000().into());
        }
        // Copying and undoing have moved the counters; what the transaction has changed so far stays what it was.
        let now: u64 =
            answer.rows.last().and_then(|row| row.first()?.as_deref()?.parse().ok()).unwrap_or_default();
        self.transaction.baseline = Some(now.saturating_sub(self.transaction.changed));
        if !cleared {
            self.transaction.doomed = Some(words::oc000());
        }
        Ok(())
    }
}

/// A statement for a doomed transaction: the copies have no schema that could be named.
pub(super) fn unqualified(text: &str) -> String {
    let all = tokens(text);
    let mut gone = Vec::new();
    for window in all.windows(3) {
        let [schema, dot, name] = window else { continue };
        let names = |kind| matches!(kind, TokenKind::Word | TokenKind::Quoted);
        // Only `public` is taken off: any other word before a dot is as likely a table's alias.
        if schema.identifier().as_deref() == Some("public") && dot.is_mark(".") && names(name.kind) {
            gone.extend([*schema, *dot]);
        }
    }
    blank(text, &gone)
}

/// Runs beside a statement and makes the transactions that hold it up give way. Never ends by itself.
/// Notes in `cleared` that there were such.
pub(super) async fn clear_way(registry: &Registry, pid: i32, way: Way, cleared: &AtomicBool) -> Infallible {
    loop {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let (error, silent) = match way {
            Way::First => (words::oc000(), Duration::ZERO),
            Way::Catalog => (words::oc001(), Duration::ZERO),
            Way::Silent => (words::oc000(), SILENT),
        };
        if registry.clear_way(pid, &error, silent).await {
            cleared.store(true, Ordering::Relaxed);
        }
    }
}
