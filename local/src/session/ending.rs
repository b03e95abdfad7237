//! The end of a transaction: where DSQL tells of conflicts and limits.

use super::transaction::{Effect, Phase, Transaction};
use super::{Fail, Session};
use crate::statement::{Kind, Statement};
use crate::wire;
use crate::words::{self, ServerError};

impl Session {
    /// Opens a hidden transaction for a statement outside a block.
    pub(super) async fn open_hidden(&mut self) -> Result<(), Fail> {
        if self.transaction.phase == Phase::Idle {
            let answer = self
                .backend
                .query("BEGIN; SET LOCAL lock_timeout = '5s'; SELECT sys._rows_changed()")
                .await?;
            self.unsynced = false;
            let Transaction { touched, catalog, .. } = self.transaction;
            self.transaction = Transaction { touched, ..Transaction::begin(Phase::Hidden, catalog) };
            self.transaction.baseline = answer.ok()?.value().and_then(|v| v.parse().ok());
        } else if self.transaction.baseline.is_none() {
            self.transaction.baseline = Some(self.rows_changed().await?);
        }
        Ok(())
    }

    /// Commits a hidden transaction, if there is one.
    pub(super) async fn close_hidden(&mut self) -> Result<(), Fail> {
        if self.transaction.phase == Phase::Hidden {
            // Whoever refuses now is undone by `fail`, which finds the transaction still hidden.
            self.may_commit().await?;
            let answer = self.backend.query("COMMIT").await?;
            self.unsynced = false;
            let ended = std::mem::take(&mut self.transaction);
            answer.ok()?;
            self.committed(ended);
        }
        Ok(())
    }

    /// What stands against a commit.
    async fn may_commit(&mut self) -> Result<(), Fail> {
        if let Some(error) = self.transaction.lost.take().or(self.transaction.doomed.take()) {
            return Err(error.into());
        }
        self.commit().await?;
        self.in_age()?;
        if self.transaction.bytes > self.shared.options.size_limit {
            return Err(words::size_limit().into());
        }
        // A block's statements were planned on the catalog it began with.
        if self.transaction.phase == Phase::Block
            && self.transaction.touched
            && self.stale(self.transaction.catalog)
        {
            return Err(words::oc001().into());
        }
        Ok(())
    }

    /// Whether the transaction is still young enough.
    pub(super) fn in_age(&self) -> Result<(), ServerError> {
        let limit = self.shared.options.age_limit;
        if self.transaction.phase == Phase::Idle || self.transaction.started.elapsed() <= limit {
            return Ok(());
        }
        Err(words::age_limit(limit.as_secs()))
    }

    /// Whether others have changed the catalog since that version.
    pub(super) fn stale(&self, version: u64) -> bool {
        self.shared.options.catalog_conflicts && version != self.shared.catalog.version()
    }

    /// Starts what a committed transaction has asked for.
    fn committed(&mut self, ended: Transaction) {
        if ended.ddl {
            self.seen = self.shared.catalog.change();
        }
        for job in ended.jobs {
            self.shared.jobs.start(job);
        }
    }

    /// `BEGIN`, `COMMIT`, `ROLLBACK`: PostgreSQL decides, and its status is believed.
    pub(super) async fn control(&mut self, statement: &Statement) -> Result<(), Fail> {
        let in_block = self.transaction.phase == Phase::Block;
        if in_block
            && matches!(statement.kind, Kind::Commit)
            && let Err(fail) = self.may_commit().await
        {
            self.backend.query("ROLLBACK").await?;
            self.unsynced = false;
            self.transaction = Transaction::default();
            return Err(fail);
        }
        if in_block && self.transaction.lost.take().is_some() {
            // The backend's transaction is gone already, and ROLLBACK is all that can come here.
            self.transaction = Transaction::default();
            self.complete(wire::complete("ROLLBACK"));
            return Ok(());
        }
        let answer = self.backend.query(&statement.text).await?;
        self.unsynced = false;
        let hidden = self.transaction.phase == Phase::Hidden;
        let phase = match answer.status {
            b'T' => Phase::Block,
            b'E' => Phase::Failed,
            _ => Phase::Idle,
        };
        for notice in &answer.notices {
            // BEGIN after other statements of one query: the transaction it warns of is the hidden one.
            let own = hidden && matches!(statement.kind, Kind::Begin);
            if !own {
                self.client.pass(notice);
            }
        }
        if let Some(error) = answer.error {
            if phase == Phase::Idle {
                self.transaction = Transaction::default();
            }
            return Err(error.into());
        }
        let version = self.shared.catalog.version();
        if matches!(statement.kind, Kind::Begin) {
            if hidden {
                self.backend.query("SET LOCAL lock_timeout TO DEFAULT").await?.ok()?;
            } else {
                self.transaction = Transaction::begin(phase, version);
            }
            self.transaction.phase = phase;
        } else {
            let ended = std::mem::replace(&mut self.transaction, Transaction::begin(phase, version));
            if answer.tag == "COMMIT" {
                self.committed(ended);
            }
        }
        self.complete(wire::complete(&answer.tag));
        Ok(())
    }

    /// Gives up an open transaction for another's sake. The client hears of it at its next statement or COMMIT.
    pub(super) async fn yield_way(&mut self, error: ServerError) -> std::io::Result<()> {
        if matches!(self.transaction.phase, Phase::Block | Phase::Hidden) && self.transaction.lost.is_none() {
            self.backend.query("ROLLBACK").await?;
            self.unsynced = false;
            self.transaction.lost = Some(error);
        }
        Ok(())
    }

    /// A transaction that was given up takes no more statements.
    pub(super) async fn not_lost(&mut self) -> Result<(), Fail> {
        if let Some(error) = self.transaction.lost.take() {
            self.backend.query("BEGIN").await?;
            self.unsynced = false;
            return Err(error.into());
        }
        Ok(())
    }

    /// The first look at data of a transaction: the catalog that the session knows must be the current one.
    pub(super) fn fresh(&mut self, statement: &Statement) -> Result<(), ServerError> {
        let touches = statement.touches_data();
        let first = touches && !self.transaction.touched;
        if first && self.stale(self.seen) {
            // One error, then the session knows better.
            self.seen = self.shared.catalog.version();
            return Err(words::oc001());
        }
        if first {
            self.transaction.catalog = self.shared.catalog.version();
        }
        self.transaction.touched |= touches;
        Ok(())
    }

    /// What a statement is before it is run, as far as its words tell.
    pub(super) fn expected(statement: &Statement) -> Effect {
        match &statement.kind {
            Kind::Ddl(_) | Kind::AsyncIndex(_) | Kind::AsyncValidate(_) | Kind::Iam(..) => Effect::Ddl,
            Kind::Dml => Effect::Dml,
            _ => Effect::None,
        }
    }
}
