//! Running a statement under DSQL's rules, whichever protocol it came by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::conflict::{Way, clear_way};
use super::transaction::{Effect, Phase, effect_of, is_known};
use super::{Fail, Session};
use crate::backend::Answer;
use crate::check::{self, Ddl};
use crate::jobs::Job;
use crate::statement::{AsyncIndex, AsyncValidate, Kind, Source, Statement};
use crate::wire;
use crate::words;

impl Session {
    /// The checks that come before a statement is run: an aborted transaction, a refusal by words, company it may not have.
    pub(super) async fn admit(&mut self, statement: &Statement) -> Result<(), Fail> {
        self.in_time(statement).await?;
        self.statement(statement).await?;
        if let Kind::Refused(error) = &statement.kind {
            return Err(error.clone().into());
        }
        if !statement.ends_transaction() {
            self.in_age()?;
        }
        self.transaction.admits(Self::expected(statement))?;
        self.fresh(statement)?;
        Ok(())
    }

    /// Runs what is not sent through a portal; false when the statement is none of that.
    pub(super) async fn run_without_portal(&mut self, statement: &Statement) -> Result<bool, Fail> {
        match &statement.kind {
            Kind::Begin | Kind::Commit | Kind::Rollback => self.control(statement).await?,
            Kind::Ddl(ddl) => {
                self.open_hidden().await?;
                check::before(&mut self.backend, ddl).await?;
                let answer = self.insist(&statement.text).await?;
                for notice in &answer.notices {
                    self.client.pass(notice);
                }
                let answer = answer.ok().map_err(words::of_key_type)?;
                if answer.tag.starts_with("SELECT") {
                    return Err(words::statement("CreateTableAs").into());
                }
                check::after(&mut self.backend, ddl).await?;
                self.judge(statement, &answer.tag).await?;
                self.complete(wire::complete(&answer.tag));
            }
            Kind::AsyncIndex(index) => {
                let job = self.create_index(index).await?;
                self.answer_job(job, "CREATE INDEX");
            }
            Kind::AsyncValidate(validate) => {
                let job = self.validate(validate).await?;
                self.answer_job(job, "ALTER TABLE");
            }
            Kind::Shown(column, source) => {
                let value = match source {
                    Source::Fixed(value) => (*value).to_string(),
                    Source::Kept(name) => {
                        let answer = self.backend.query(&format!("SHOW {name}")).await?.ok()?;
                        self.unsynced = false;
                        answer.value().unwrap_or_default().to_string()
                    }
                };
                if self.describing() {
                    self.client.pass(&wire::row_description(&[column]));
                }
                self.client.pass(&wire::data_row(&[&value]));
                self.complete(wire::complete("SHOW"));
            }
            Kind::Iam(grant, role, arn) => {
                self.open_hidden().await?;
                let (role, arn) = (words::literal(role), words::literal(arn));
                self.backend.query(&format!("SELECT sys._map_role({grant}, {role}, {arn})")).await?.ok()?;
                self.unsynced = false;
                self.join(Effect::Ddl);
                self.complete(wire::complete(if *grant { "GRANT" } else { "REVOKE" }));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Runs a statement that changes the catalog: on DSQL it never waits for a transaction, so here none may hold it up.
    async fn insist(&mut self, text: &str) -> Result<Answer, Fail> {
        if self.transaction.phase == Phase::Block {
            self.backend.query("SET LOCAL lock_timeout = '5s'").await?.ok()?;
        }
        let (shared, cleared) = (Arc::clone(&self.shared), AtomicBool::new(false));
        let answer = tokio::select! {
            answer = self.backend.query(text) => answer?,
            never = clear_way(&shared.registry, self.pid, Way::Catalog, &cleared) => match never {},
        };
        self.unsynced = false;
        Ok(answer)
    }

    /// Looks at what a statement has done, by its tag and by PostgreSQL's counters.
    pub(super) async fn judge(&mut self, statement: &Statement, tag: &str) -> Result<(), Fail> {
        let mut effect = effect_of(tag);
        if effect == Effect::Dml || matches!(statement.kind, Kind::Mixed) {
            let before = self.transaction.baseline.unwrap_or_default();
            let changed = self.rows_changed().await?.saturating_sub(before);
            self.transaction.changed = changed;
            if changed > self.shared.options.row_limit {
                return Err(words::row_limit().into());
            }
            if effect == Effect::None && changed > 0 {
                effect = Effect::Dml;
            }
        }
        if effect == Effect::None && !is_known(tag) {
            tracing::warn!(tag, "it is not known whether DSQL has this statement; let through");
        }
        self.transaction.admits(effect)?;
        self.join(effect);
        Ok(())
    }

    fn join(&mut self, effect: Effect) {
        if effect != Effect::None {
            self.counters.writes.fetch_add(1, Ordering::Relaxed);
        }
        self.transaction.joined(effect);
    }

    pub(super) async fn rows_changed(&mut self) -> Result<u64, Fail> {
        let answer = self.backend.query("SELECT sys._rows_changed()").await?.ok()?;
        self.unsynced = false;
        Ok(answer.value().and_then(|value| value.parse().ok()).unwrap_or_default())
    }

    /// Makes the index at once but invalid, and a job that will make it valid. None when IF NOT EXISTS found one.
    async fn create_index(&mut self, index: &AsyncIndex) -> Result<Option<String>, Fail> {
        self.open_hidden().await?;
        self.backend.query("SAVEPOINT dsql_local").await?.ok()?;
        let mut answer = self.insist(&index.create).await?;
        let mut failure = None;
        if let (Some("23505"), Some(placeholder)) =
            (answer.error.as_ref().map(|e| e.code.as_str()), &index.placeholder)
        {
            // Duplicates: DSQL keeps an INVALID index of the name and reports the failure in the job.
            self.backend.query("ROLLBACK TO SAVEPOINT dsql_local").await?.ok()?;
            answer = self.backend.query(placeholder).await?;
            failure = Some(words::DUPLICATE_KEYS.to_string());
        }
        for notice in &answer.notices {
            self.client.pass(notice);
        }
        answer.ok().map_err(words::of_key_type)?;
        check::after(&mut self.backend, &Ddl::default()).await?;
        let id = self.shared.jobs.new_id();
        let start = format!("RELEASE SAVEPOINT dsql_local; SELECT sys._start_index_job('{id}')");
        let made = self.backend.query(&start).await?.ok()?;
        self.join(Effect::Ddl);
        if made.value().is_none() {
            return Ok(None);
        }
        self.transaction.jobs.push(Job { id: id.clone(), failure });
        Ok(Some(id))
    }

    /// Tries a validation for errors that are not about rows, undoes it, and makes a job that will do it.
    async fn validate(&mut self, validate: &AsyncValidate) -> Result<Option<String>, Fail> {
        self.open_hidden().await?;
        self.backend.query("SAVEPOINT dsql_local").await?.ok()?;
        let tried = self.insist(&validate.alter).await?;
        self.backend.query("ROLLBACK TO SAVEPOINT dsql_local; RELEASE SAVEPOINT dsql_local").await?.ok()?;
        if let Some(error) = tried.error
            && !matches!(error.code.as_str(), "23514" | "23503")
        {
            return Err(error.into());
        }
        for notice in &tried.notices {
            self.client.pass(notice);
        }
        let id = self.shared.jobs.new_id();
        let start = format!(
            "SELECT sys._start_validate_job('{id}', {}, {})",
            words::literal(&validate.table),
            words::literal(&validate.constraint)
        );
        let started = self.backend.query(&start).await?.ok()?;
        self.join(Effect::Ddl);
        if started.value().is_none() {
            return Ok(None);
        }
        self.transaction.jobs.push(Job { id: id.clone(), failure: None });
        Ok(Some(id))
    }

    /// Answers with the job's id in a row, or with no row when there is no job.
    fn answer_job(&mut self, job: Option<String>, tag: &str) {
        self.unsynced = false;
        if self.describing() {
            self.client.pass(&wire::row_description(&["job_id"]));
        }
        if let Some(id) = job {
            self.client.pass(&wire::data_row(&[&id]));
        }
        self.complete(wire::complete(tag));
    }
}
