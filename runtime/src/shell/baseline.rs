//! Looks up what migrations must have left: a baseline, or what somebody else has applied.

use super::perform::Shell;
use super::prove::first_row;
use crate::connect::Connector;
use crate::core::{Expectation, Expected, Outcome, StepId, Verdict, expectations};
use crate::error::Error;
use crate::sql::identity::{Identity, Lookup};
use crate::sql::proof;
use dsql_migrate_plan::{Fact, Job};

/// How many facts are asked for at once.
const AT_ONCE: usize = 50;

impl<C: Connector> Shell<'_, C> {
    /// Asks for all that a baseline leaves, each under the settings of its step: facts in few questions.
    pub(super) async fn check_baseline(
        &mut self,
        migration: usize,
        applied: &[usize],
    ) -> Result<Outcome, Error> {
        let expected = expectations(self.plan, migration, applied);
        let mut verdicts = Vec::new();
        let mut rest = expected.as_slice();
        while let Some(first) = rest.first() {
            let id = StepId { migration, step: first.of.step };
            if !self.lease.surely_holds(&mut self.line).await? {
                return Ok(Outcome::LeaseLost);
            }
            let settings = |one: &&Expected| {
                self.plan.migrations[migration].steps[one.of.step].settings
                    == self.plan.migrations[migration].steps[id.step].settings
            };
            let facts: Vec<(Fact, bool)> = rest
                .iter()
                .take(AT_ONCE)
                .take_while(settings)
                .map_while(|one| match &one.what {
                    Expectation::Fact(fact) => Some((fact.clone(), one.own)),
                    Expectation::Made(_) => None,
                })
                .collect();
            if let (true, Expectation::Made(job)) = (facts.is_empty(), &first.what) {
                let lookup = if first.own { Lookup::Creation } else { Lookup::Path };
                match self.prove_job(id, job, lookup).await? {
                    // Another run of before, or somebody else, has just begun it.
                    Some(Verdict::Building(_)) => {
                        tokio::time::sleep(self.options.timings.job_poll_max).await;
                        continue;
                    }
                    Some(verdict) => verdicts.push(verdict),
                    None => return Ok(Outcome::LeaseLost),
                }
                rest = &rest[1..];
                continue;
            }
            rest = rest.get(facts.len()..).unwrap_or_default();
            match self.judge_facts(Some(id), &facts).await? {
                Some(judged) => verdicts.extend(judged),
                None => return Ok(Outcome::LeaseLost),
            }
        }
        Ok(Outcome::BaselineChecked(verdicts))
    }

    /// What the catalog says of each, under the settings of a step if there is one; `None` when the lease is lost
    /// meanwhile.
    async fn judge_facts(
        &mut self,
        under: Option<StepId>,
        facts: &[(Fact, bool)],
    ) -> Result<Option<Vec<Verdict>>, Error> {
        let asked: Vec<(&Fact, Lookup)> = facts
            .iter()
            .map(|(fact, own)| (fact, if *own { Lookup::Creation } else { Lookup::Path }))
            .collect();
        let sql = proof::now(&asked);
        let answers = match under {
            Some(id) => self.read_under(id, &sql).await?,
            None => Some(self.read(&sql).await?),
        };
        let Some(answers) = answers else { return Ok(None) };
        let row = match answers {
            Ok(answers) => first_row(&answers),
            // One that cannot be asked spoils the others.
            Err(_) if facts.len() > 1 => {
                let mut verdicts = Vec::new();
                for fact in facts {
                    match Box::pin(self.judge_facts(under, std::slice::from_ref(fact))).await? {
                        Some(judged) => verdicts.extend(judged),
                        None => return Ok(None),
                    }
                }
                return Ok(Some(verdicts));
            }
            Err(error) => return Ok(Some(vec![Verdict::CannotTell(error.to_string())])),
        };
        let mut verdicts = Vec::new();
        for (position, (fact, _)) in facts.iter().enumerate() {
            let found = row.get(position).and_then(Option::as_deref).and_then(Identity::parse);
            let verdict = match (proof::holds(fact, found.as_ref()), fact) {
                (true, Fact::Table { columns, constraints, .. }) => {
                    match found.and_then(|found| found.objects.first().copied()) {
                        Some(table) => self.compare_table(table, columns, constraints).await?,
                        None => Verdict::Happened,
                    }
                }
                (true, _) => Verdict::Happened,
                (false, _) => Verdict::Absent,
            };
            verdicts.push(verdict);
        }
        Ok(Some(verdicts))
    }

    /// What the catalog shows instead of an expectation; `None` where it holds.
    pub(super) async fn contradicts(&mut self, expected: &Expected) -> Result<Option<String>, Error> {
        let verdict = match &expected.what {
            Expectation::Fact(fact) => {
                self.judge_facts(None, &[(fact.clone(), expected.own)]).await?.into_iter().flatten().next()
            }
            Expectation::Made(job) => Some(self.look_once(job, expected.own).await?),
        };
        Ok(match (verdict, &expected.what) {
            (Some(Verdict::Happened) | None, _) => None,
            (Some(Verdict::Absent), Expectation::Fact(fact)) => {
                Some(format!("the catalog does not show that {fact}"))
            }
            (Some(Verdict::Absent), Expectation::Made(_)) => Some("the catalog does not show it".to_owned()),
            (Some(Verdict::Building(_) | Verdict::Broken(_)), _) => {
                Some("it is there and not valid, or not yet".to_owned())
            }
            (Some(Verdict::Different { expected, found }), _) => {
                Some(format!("expected {expected}, found {found}"))
            }
            // Whoever knows better can insist, which an error would not let them.
            (Some(Verdict::CannotTell(why)), what) => {
                Some(format!("the catalog does not answer whether {what}: {why}"))
            }
        })
    }

    /// A job's object as it is now, compared with its statement.
    async fn look_once(&mut self, job: &Job, own: bool) -> Result<Verdict, Error> {
        let lookup = if own { Lookup::Creation } else { Lookup::Path };
        let sql = crate::sql::identity::ask_job(job, lookup);
        let found = match self.read(&sql).await? {
            Ok(answers) => first_row(&answers).first().cloned().flatten(),
            Err(error) => return Ok(Verdict::CannotTell(error.to_string())),
        };
        let Some(identity) = found.as_deref().and_then(Identity::parse) else { return Ok(Verdict::Absent) };
        let Some(table) = identity.scope.first().copied() else { return Ok(Verdict::Absent) };
        let (verdict, made) = self.look_at_object(job, table).await?;
        match (made, &verdict) {
            (Some(made), Verdict::Happened) => self.compare_index(job, table, made, true).await,
            _ => Ok(verdict),
        }
    }
}
