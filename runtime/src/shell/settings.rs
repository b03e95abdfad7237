//! The settings that migrations ask for, and how they end.

use super::perform::Shell;
use super::send::Sent;
use crate::connect::Connector;
use crate::core::{Held, Outcome, StepId};
use crate::error::{Error, ErrorKind};
use dsql_migrate_plan::Statement;

impl<C: Connector> Shell<'_, C> {
    /// Whether the session has had the settings of a step and no others.
    pub(super) fn has_settings(&self, id: StepId) -> bool {
        let wanted = &self.plan.migrations[id.migration].steps[id.step].settings;
        self.session.as_ref().is_some_and(|session| {
            session.settings.len() == wanted.len()
                && session.settings.iter().zip(wanted.iter()).all(|(had, wanted)| *had == wanted.sql)
        })
    }

    /// Gives the session the settings of a step, on a new connection where it has had others.
    pub(super) async fn set(&mut self, id: StepId, held: Held) -> Result<Option<Outcome>, Error> {
        let step = &self.plan.migrations[id.migration].steps[id.step];
        let wanted: Vec<&Statement> = step.settings.iter().collect();
        loop {
            self.session().await?;
            let Some(session) = &self.session else { continue };
            let had = session.settings.len();
            let fits = had <= wanted.len()
                && session.settings.iter().zip(&wanted).all(|(had, wanted)| *had == wanted.sql);
            if !fits {
                self.fresh().await?;
                continue;
            }
            let Some(setting) = wanted.get(had) else { return Ok(None) };
            match self.send(&setting.sql, self.options.timings.statement, Some(held)).await? {
                Sent::Answers(_) => {
                    if let Some(session) = &mut self.session {
                        session.settings.push(setting.sql.to_string());
                    }
                }
                Sent::Refused(error, _) => {
                    let place = self.place(id).statement(setting);
                    return Err(crate::core::refused(self.plan, id, 0, error).at(place));
                }
                Sent::Doubt if self.keeper.is_lost() => return Ok(Some(Outcome::LeaseLost)),
                Sent::Doubt => {}
            }
        }
    }

    /// A connection that nothing has been set on.
    async fn fresh(&mut self) -> Result<(), Error> {
        if self.source.can_connect() {
            self.session = None;
            return Ok(());
        }
        self.read("RESET ALL").await?.map_err(|error| {
            Error::new(ErrorKind::Refused, "the settings of a migration cannot be taken back")
                .server(error)
                .remedy("run on a connector instead of one connection")
        })?;
        if let Some(session) = &mut self.session {
            session.settings.clear();
        }
        Ok(())
    }

    /// Leaves no setting behind on a connection that was lent.
    pub(super) async fn leave(&mut self) {
        if self.session.as_ref().is_some_and(|session| !session.settings.is_empty())
            && let Err(error) = self.fresh().await
        {
            tracing::warn!(target: "dsql_migrate", "{error}");
        }
    }
}
