//! Optimistic concurrency on a PostgreSQL that locks.
//!
//! On DSQL two writers of a row never wait for each other: both statements succeed, and the one that commits second fails at its
//! COMMIT. Here the second writer meets a lock or PostgreSQL's own 40001. Its statement is undone, the tables it names are copied
//! into temporary ones of the same names, and it is run again on the copies: counts, RETURNING and what later statements of the
//! transaction read are right, while the transaction is doomed to fail at COMMIT.
//!
//! What commits at once (a statement outside a block, DDL) has the right of way instead: open transactions that hold it up lose.

use std::time::Duration;

use super::transaction::Phase;
use super::{Fail, Session};
use crate::lex::{TokenKind, blank, tokens};
use crate::registry::Registry;
use crate::statement::{Kind, Statement};
use crate::words::{self, ServerError};

/// An open transaction that has been silent for this long gives way to any other: its client may be gone or frozen.
const SILENT: Duration = Duration::from_secs(1);

/// Whether PostgreSQL could not go on because of another transaction's row.
pub(super) fn is_row_conflict(error: &ServerError) -> bool {
    match error.code.as_str() {
        "40001" | "40P01" => true,
        // The context of a lock timeout names a tuple when a row was waited for.
        "55P03" => {
            error.fields.as_deref().is_some_and(|fields| fields.windows(5).any(|window| window == b"tuple"))
        }
        _ => false,
    }
}

/// Whether PostgreSQL waited in vain for a table.
fn is_table_wait(error: &ServerError) -> bool {
    error.code == "55P03" && !is_row_conflict(error)
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
    pub(super) async fn doom(&mut self, statement: &Statement, error: ServerError) -> Result<(), Fail> {
        if is_table_wait(&error) {
            // The table is being changed by a transaction that will not end.
            return Err(words::oc001().into());
        }
        if !is_row_conflict(&error) {
            return Err(error.into());
        }
        if self.transaction.phase != Phase::Block || !self.transaction.guarded {
            return Err(words::oc000().into());
        }
        if self.unsynced {
            self.backend.sync().await?;
            self.unsynced = false;
        }
        let named = tokens(&statement.text);
        let names: Vec<String> =
            named.iter().filter_map(|t| t.identifier()).map(|name| words::literal(&name)).collect();
        let shadow = format!(
            "ROLLBACK TO SAVEPOINT dsql_local; SELECT sys._shadow(ARRAY[{}]::text[]); SELECT sys._rows_changed()",
            names.join(",")
        );
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
        self.transaction.doomed = Some(words::oc000());
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
pub(super) async fn clear_way(registry: &Registry, pid: i32, way: Way) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let (error, silent) = match way {
            Way::First => (words::oc000(), Duration::ZERO),
            Way::Catalog => (words::oc001(), Duration::ZERO),
            Way::Silent => (words::oc000(), SILENT),
        };
        registry.clear_way(pid, &error, silent).await;
    }
}
