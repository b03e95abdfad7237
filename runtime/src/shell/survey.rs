//! Looks up what a baseline leaves.

use super::perform::Shell;
use crate::connect::Connector;
use crate::core::{Claim, Held, Outcome, StepId, Verdict, claims};
use crate::error::Error;
use crate::sql::proof;
use dsql_migrate_plan::Fact;

/// How many facts are asked for at once; a query has at most 1,664 columns.
const AT_ONCE: usize = 200;

impl<C: Connector> Shell<'_, C> {
    /// Asks for all claims of a baseline, each under the settings of its step: facts in few questions.
    pub(super) async fn survey(&mut self, migration: usize, held: Held) -> Result<Outcome, Error> {
        let baseline = &self.plan.migrations[migration];
        let claims = claims(baseline);
        let settings = |step: usize| &baseline.steps[step].settings;
        let mut verdicts = Vec::new();
        let mut rest = claims.as_slice();
        while let Some((step, claim)) = rest.first() {
            let id = StepId { migration, step: *step };
            if let Some(lost) = self.set(id, held).await? {
                return Ok(lost);
            }
            if let Claim::Made(job) = claim {
                verdicts.push(self.settled(id, job, None, held).await?);
                rest = &rest[1..];
                continue;
            }
            let facts: Vec<Fact> = rest
                .iter()
                .take(AT_ONCE)
                .take_while(|(other, _)| settings(*other) == settings(*step))
                .map_while(|(_, claim)| match claim {
                    Claim::Fact(fact) => Some(fact.clone()),
                    Claim::Made(_) => None,
                })
                .collect();
            rest = rest.get(facts.len()..).unwrap_or_default();
            let answers = self.ask_facts(&facts, Some((id, held))).await?;
            let answers = answers.map_err(|error| self.unanswered(id, error))?;
            let judged = facts.iter().enumerate().map(|(position, fact)| {
                let answer = answers.get(position).cloned().flatten();
                proof::judge(std::slice::from_ref(fact), &[answer])
            });
            verdicts.extend(judged.collect::<Vec<Verdict>>());
        }
        Ok(Outcome::Surveyed(verdicts))
    }
}
