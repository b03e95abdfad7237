//! The settings that migrations ask for, and how they end.

use super::explain::settings_stay;
use super::line::Reply;
use super::perform::Shell;
use crate::connect::Connector;
use crate::core::{Refusal, RefusalCause, RefusedAt, StepId, refused};
use crate::error::Error;
use crate::sql::settings::{set, show};
use dsql_migrate_plan::Setting;

impl<C: Connector> Shell<'_, C> {
    /// Whether the session is open and has had the settings of a step and no others.
    pub(super) fn has_settings(&mut self, id: StepId) -> bool {
        let wanted = &self.plan.migrations[id.migration].steps[id.step].settings;
        self.line.open().is_some_and(|session| {
            session.settings.len() == wanted.len()
                && session
                    .settings
                    .iter()
                    .zip(wanted.iter())
                    .all(|(had, wanted)| *had == wanted.statement.sql)
        })
    }

    /// Gives the session the settings of a step, on a new connection where it has had others. `false` when the lease
    /// is lost on the way.
    pub(super) async fn give_settings(&mut self, id: StepId) -> Result<bool, Error> {
        let wanted: &[Setting] = &self.plan.migrations[id.migration].steps[id.step].settings;
        while !self.has_settings(id) {
            let session = self.line.session().await?;
            let had = session.settings.len();
            let fits = had <= wanted.len()
                && session.settings.iter().zip(wanted).all(|(had, wanted)| *had == wanted.statement.sql);
            if !fits {
                self.take_settings_back().await?;
                continue;
            }
            let Some(setting) = wanted.get(had) else { continue };
            if !self.lease.surely_holds(&mut self.line).await? {
                return Ok(false);
            }
            self.note_before(&setting.parameter).await?;
            match self.line.exchange(&setting.statement.sql, self.options.timings.statement).await? {
                Reply::Answers(_) => {
                    if let Some(session) = self.line.open() {
                        session.settings.push(setting.statement.sql.to_string());
                    }
                }
                Reply::Refused(answer, _) => {
                    let place = self.place(id).statement(&setting.statement);
                    let refusal = Refusal { answer, cause: RefusalCause::Other, at: RefusedAt::Statement(0) };
                    return Err(refused(self.plan, id, refusal).at(place));
                }
                Reply::Again | Reply::InDoubt => {}
            }
        }
        Ok(true)
    }

    /// On a connection that was lent: what the caller has it set to.
    async fn note_before(&mut self, parameter: &str) -> Result<(), Error> {
        if self.line.source.can_connect()
            || self.line.open().is_none_or(|session| session.before.contains_key(parameter))
        {
            return Ok(());
        }
        let answers = self.line.read(&show(parameter), self.options.timings.answer).await?;
        let value =
            answers.map_err(settings_stay)?.first().and_then(|answer| answer.cell(0, 0).map(str::to_owned));
        if let (Some(session), Some(value)) = (self.line.open(), value) {
            session.before.insert(parameter.to_owned(), value);
        }
        Ok(())
    }

    /// A connection on which nothing is set but what its owner has set.
    async fn take_settings_back(&mut self) -> Result<(), Error> {
        if self.line.source.can_connect() {
            self.line.close();
            return Ok(());
        }
        let before = self.line.open().map(|session| session.before.clone()).unwrap_or_default();
        for (parameter, value) in before {
            let sql = set(&parameter, &value);
            self.line.read(&sql, self.options.timings.answer).await?.map_err(settings_stay)?;
        }
        if let Some(session) = self.line.open() {
            session.settings.clear();
        }
        Ok(())
    }

    /// Leaves no setting behind on a connection that was lent.
    pub(super) async fn leave(&mut self) {
        if self.line.open().is_some_and(|session| !session.settings.is_empty())
            && let Err(error) = self.take_settings_back().await
        {
            tracing::warn!(target: "dsql_migrate", "{}", error.for_logs());
        }
    }
}
