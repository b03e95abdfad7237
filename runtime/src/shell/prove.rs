//! Asks the catalog whether a step has happened.

use super::perform::Shell;
use super::session::{Answer, Row};
use crate::connect::Connector;
use crate::core::{Outcome, StepId, Verdict};
use crate::error::Error;
use crate::progress::{Event, Found, StepRef};
use crate::sql::identity::{self, Identity, Lookup};
use crate::sql::{definition, proof};
use dsql_migrate_plan::{Column, Fact, Job, Proof, StepKind, TableConstraint};

impl<C: Connector> Shell<'_, C> {
    pub(super) async fn prove(&mut self, id: StepId) -> Result<Outcome, Error> {
        let verdict = match &self.plan.migrations[id.migration].steps[id.step].kind {
            StepKind::Ddl { proof, .. } => Some(self.prove_ddl(id, proof).await?),
            StepKind::AsyncDdl { job, .. } => self.prove_job(id, job, Lookup::Path).await?,
            StepKind::Dml { .. } => Some(Verdict::Absent),
        };
        let Some(verdict) = verdict else { return Ok(Outcome::LeaseLost) };
        self.tell(Event::StepChecked { step: StepRef::new(self.plan, id), found: Found::from(&verdict) });
        Ok(Outcome::Judged(verdict))
    }

    async fn prove_ddl(&mut self, id: StepId, proof: &Proof) -> Result<Verdict, Error> {
        let facts = match proof {
            Proof::Facts(facts) | Proof::Repeatable(facts) if !facts.is_empty() => facts,
            _ => return Ok(proof::judge(proof, &[], &[])),
        };
        let before = self.intents.get(&id).map(|intent| intent.identities.clone()).unwrap_or_default();
        let now = match self.objects_now(facts, &before).await? {
            Ok(now) => now,
            Err(why) => return Ok(why),
        };
        let verdict = proof::judge(proof, &before, &now);
        let (Verdict::Happened, [Fact::Table { columns, constraints, .. }], Proof::Facts(_)) =
            (&verdict, &**facts, proof)
        else {
            return Ok(verdict);
        };
        // Somebody may have made one by hand since the intent was recorded.
        match now.first().and_then(Option::as_ref).and_then(|objects| objects.last()) {
            Some(table) => self.compare_table(*table, columns, constraints).await,
            None => Ok(verdict),
        }
    }

    /// What has the names of these facts now, or why that cannot be asked.
    async fn objects_now(
        &mut self,
        facts: &[Fact],
        before: &[Option<Identity>],
    ) -> Result<Result<Vec<Option<std::collections::BTreeSet<i64>>>, Verdict>, Error> {
        let answers = match self.read(&proof::changed_since(facts, before)).await? {
            Ok(answers) => answers,
            Err(error) => return Ok(Err(Verdict::CannotTell(error.to_string()))),
        };
        let row = first_row(&answers);
        Ok(Ok(proof::objects_now(facts, before, &row)))
    }

    /// Whether a table is what a statement makes.
    pub(super) async fn compare_table(
        &mut self,
        table: i64,
        columns: &[Column],
        constraints: &[TableConstraint],
    ) -> Result<Verdict, Error> {
        let asked = self.read(&definition::columns(table)).await?;
        let asked_constraints = self.read(&definition::constraints(table)).await?;
        Ok(match (asked, asked_constraints) {
            (Ok(found), Ok(found_constraints)) => definition::judge_table(
                columns,
                constraints,
                &definition::read_columns(&rows(found)),
                &rows(found_constraints),
            ),
            (Err(error), _) | (_, Err(error)) => Verdict::CannotTell(error.to_string()),
        })
    }

    /// Whether an index is what a statement makes.
    pub(super) async fn compare_index(
        &mut self,
        job: &Job,
        table: i64,
        index: i64,
        valid: bool,
    ) -> Result<Verdict, Error> {
        let Job::IndexBuild { table: of, index: name, definition, .. } = job else {
            return Ok(Verdict::Happened);
        };
        let asked = self.read(&definition::columns(table)).await?;
        let asked_index = self.read(&definition::index(index)).await?;
        Ok(match (asked, asked_index) {
            (Ok(columns), Ok(found)) => definition::judge_index(
                (of, name, definition),
                &first_row(&found),
                &definition::read_columns(&rows(columns)),
                valid,
            ),
            (Err(error), _) | (_, Err(error)) => Verdict::CannotTell(error.to_string()),
        })
    }

    /// The table of a job: as its intent has it, or as its name is found now.
    pub(super) async fn table_of(
        &mut self,
        id: StepId,
        job: &Job,
        lookup: Lookup,
    ) -> Result<Result<Option<i64>, Verdict>, Error> {
        let known = self.intents.get(&id).and_then(|intent| intent.identities.first()).cloned().flatten();
        if let Some(table) = known.and_then(|identity| identity.scope.first().copied()) {
            return Ok(Ok(Some(table)));
        }
        let sql = identity::ask_job(job, lookup);
        Ok(match self.read_under(id, &sql).await? {
            None => Ok(None),
            Some(Ok(answers)) => {
                let found = first_row(&answers).first().cloned().flatten();
                Ok(found.as_deref().and_then(Identity::parse).and_then(|it| it.scope.first().copied()))
            }
            Some(Err(error)) => Err(Verdict::CannotTell(error.to_string())),
        })
    }
}

pub(super) fn rows(answers: Vec<Answer>) -> Vec<Row> {
    answers.into_iter().next().map(|answer| answer.rows).unwrap_or_default()
}

pub(super) fn first_row(answers: &[Answer]) -> Row {
    answers.first().and_then(|answer| answer.rows.first()).cloned().unwrap_or_default()
}
