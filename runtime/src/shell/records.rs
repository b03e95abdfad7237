//! Writes records, alone or together with the rows of a step.

use super::clock::LeaseClock;
use super::explain::{bookkeeping, gave_up};
use super::perform::{Fence, Sent, Shell, refusal};
use super::session::Answer;
use crate::checksum::step_checksum;
use crate::connect::Connector;
use crate::core::{FencingToken, Outcome, RefusedAt, StepId, Write};
use crate::error::Error;
use crate::progress::RetryCause;
use crate::retry::Failure;
use crate::server_error::ServerError;
use crate::sql::identity::Intent;
use crate::sql::record::{Author, Identities, Message, record};
use dsql_migrate_plan::Statement;

/// Where a record was refused.
enum Refused {
    /// The lease row is not as we left it.
    LeaseChanged,
    /// At this statement of the user's, or, with `None`, at the end of the transaction.
    Step(Option<usize>),
    /// The catalog does not tell what the names of a statement mean.
    Identity,
    /// Our own tables are at fault.
    Bookkeeping,
}

impl<C: Connector> Shell<'_, C> {
    pub(super) async fn record(&mut self, writes: &[Write], token: FencingToken) -> Result<Outcome, Error> {
        self.commit(None, writes, token).await
    }

    /// A DML step: its statements and their record are one message, hence one transaction.
    pub(super) async fn rows(
        &mut self,
        id: StepId,
        writes: &[Write],
        token: FencingToken,
    ) -> Result<Outcome, Error> {
        self.commit(Some(id), writes, token).await
    }

    /// An intent says what the names of its statement mean under the settings of its step, so the record is made under
    /// those, too.
    async fn commit(
        &mut self,
        rows: Option<StepId>,
        writes: &[Write],
        token: FencingToken,
    ) -> Result<Outcome, Error> {
        let intent = writes.iter().find_map(|write| match write {
            Write::Intent(id) => Some(*id),
            _ => None,
        });
        let statements: Vec<&Statement> = rows
            .map(|id| self.plan.migrations[id.migration].steps[id.step].statements().collect())
            .unwrap_or_default();
        let timings = self.options.timings;
        let limit = if rows.is_some() { timings.statement } else { timings.answer };
        let length = self.lease_length();
        let mut identities = Identities::Asked;
        loop {
            let author = Author { tables: &self.tables, holder: &self.holder, token, length };
            let message = record(author, self.plan, &statements, writes, identities);
            let clock = LeaseClock::start(length);
            match self.send(&message.sql, limit, Fence::InMessage, rows.or(intent)).await? {
                Sent::Answers(answers) => {
                    self.lease.renewed(clock);
                    self.line.answered();
                    self.take_in_intents(&answers);
                    self.known
                        .extend(completed(writes).map(|at| self.plan.migrations[at].version.to_string()));
                    return Ok(Outcome::Recorded);
                }
                Sent::Refused(error, answered) => match self.refused(&message, &error, answered) {
                    Refused::LeaseChanged => return self.lease_changed(error).await,
                    Refused::Identity => {
                        tracing::warn!(
                            target: "dsql_migrate",
                            sqlstate = error.sqlstate,
                            "the catalog does not tell what names mean ({}): intents are recorded without it",
                            error.message
                        );
                        identities = Identities::LeftOut;
                    }
                    Refused::Step(position) => {
                        let at = position.map_or(RefusedAt::Commit, RefusedAt::Statement);
                        return Ok(Outcome::Refused(refusal(error, at)));
                    }
                    Refused::Bookkeeping => return Err(bookkeeping("progress cannot be recorded", error)),
                },
                Sent::Conflicted => {}
                Sent::InDoubt => return Ok(Outcome::InDoubt),
                Sent::LeaseLost => return Ok(Outcome::LeaseLost),
            }
        }
    }

    /// Only the words about the lease, and rights and columns of our own tables, are about the record.
    fn refused(&self, message: &Message, error: &ServerError, answered: usize) -> Refused {
        if error.is_changed_lease_row(answered < message.user.start) {
            return Refused::LeaseChanged;
        }
        if message.user.contains(&answered) {
            return Refused::Step(Some(answered - message.user.start));
        }
        if error.lacks_a_table() && self.tables.are_named_in(&error.message) {
            return Refused::Bookkeeping;
        }
        if message.asks_catalog && error.is_of_the_catalog() {
            return Refused::Identity;
        }
        if message.user.is_empty() { Refused::Bookkeeping } else { Refused::Step(None) }
    }

    /// A record that does not fit is decided anew.
    async fn lease_changed(&mut self, error: ServerError) -> Result<Outcome, Error> {
        let failure = Failure::Server(error, 0);
        self.line.pause(RetryCause::LeaseChanged, &failure, |failures| gave_up(failures, &failure)).await?;
        Ok(Outcome::InDoubt)
    }

    /// The record answers what it has noted of the names in a statement.
    fn take_in_intents(&mut self, answers: &[Answer]) {
        for answer in answers.iter().filter(|answer| answer.columns == ["version", "step", "intent"]) {
            for row in &answer.rows {
                if let [Some(version), Some(step), Some(intent)] = row.as_slice() {
                    self.note_intent(version, step, intent);
                }
            }
        }
    }

    /// Whether a row of the journal is of the very step that the plan has at its place, and not of one that stands for
    /// it: what names meant there says nothing of other statements.
    pub(super) fn is_of_this_step(&self, version: &str, step: &str, checksum: &str) -> bool {
        let migration = self.plan.migrations.iter().find(|it| it.version == version);
        let step = step.parse::<usize>().ok().and_then(|step| migration?.steps.get(step));
        step.is_some_and(|step| step_checksum(step).to_string() == checksum)
    }

    pub(super) fn note_intent(&mut self, version: &str, step: &str, intent: &str) {
        let migration = self.plan.migrations.iter().position(|it| it.version == version);
        if let (Some(migration), Ok(step)) = (migration, step.parse()) {
            self.intents.insert(StepId { migration, step }, Intent::parse(intent));
        }
    }
}

/// The positions of the migrations that a record completes.
pub(super) fn completed(writes: &[Write]) -> impl Iterator<Item = usize> + '_ {
    writes.iter().filter_map(|write| match write {
        Write::Complete(migration) | Write::Adopt(migration) => Some(*migration),
        _ => None,
    })
}
