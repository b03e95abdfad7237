//! Sends messages, over as many connections as it takes.

use super::explain::{cannot_connect, gave_up};
use super::keeper::Renewal;
use super::perform::Shell;
use super::session::{Answer, Session};
use crate::connect::Connector;
use crate::core::{Held, StepId};
use crate::error::{Error, ErrorKind};
use crate::progress::{Event, RetryCause, StepRef};
use crate::retry::{Fate, Trouble, fate};
use crate::server::ServerError;
use std::time::Duration;

/// What became of a message that changes something.
pub(super) enum Sent {
    /// Done.
    Answers(Vec<Answer>),
    /// Refused finally, after so many of its statements had succeeded; nothing of it was applied.
    Refused(ServerError, usize),
    /// Perhaps done.
    Doubt,
}

impl<'a, C: Connector> Shell<'a, C> {
    /// The session, opened now if there is none.
    pub(super) async fn session(&mut self) -> Result<&Session<'a>, Error> {
        let mut attempts = 0;
        while self.session.is_none() {
            attempts += 1;
            match self.source.session(self.options.timings.connect).await {
                Ok(session) => {
                    self.session = Some(session);
                    self.tell(Event::Connected { again: self.has_connected, attempts });
                    self.has_connected = true;
                }
                Err(error) if error.is_transient() => {
                    self.pause(RetryCause::NotConnected, &error.what(), |failures| {
                        let what = format!("no connection after {failures} attempts: {}", error.what());
                        cannot_connect(
                            &error,
                            what,
                            "check that the database can be reached from here, and start again",
                        )
                    })
                    .await?;
                }
                Err(error) => {
                    return Err(cannot_connect(
                        &error,
                        format!("cannot connect: {}", error.what()),
                        "check the address, the role and how its token or password is made",
                    ));
                }
            }
        }
        self.session.as_ref().ok_or_else(|| Error::internal("a session that was opened is gone"))
    }

    /// Waits after a failure, or gives up.
    pub(super) async fn pause(
        &mut self,
        cause: RetryCause,
        why: &impl std::fmt::Display,
        gave_up: impl FnOnce(u32) -> Error,
    ) -> Result<(), Error> {
        match self.patience.after_failure() {
            Some(wait) => {
                self.tell(Event::Retrying {
                    cause,
                    step: self.current.map(|id| StepRef::new(self.plan, id)),
                    why: why.to_string(),
                    failures: self.patience.failures(),
                    pause: wait,
                });
                tokio::time::sleep(wait).await;
                Ok(())
            }
            None => Err(gave_up(self.patience.failures())),
        }
    }

    /// Something went as it should: failures before it do not count any more.
    pub(super) fn progress(&mut self) {
        self.patience.restore();
    }

    /// Sends a message that may change something. What is surely not applied is sent again, where the message itself
    /// does not check the lease only while that surely holds; a lost answer is reported, not asked for here.
    pub(super) async fn send(
        &mut self,
        sql: &str,
        limit: Duration,
        unfenced: Option<Held>,
    ) -> Result<Sent, Error> {
        self.send_set(sql, limit, unfenced, None).await
    }

    /// The same with the settings of a step: whatever connection the message goes over in the end has had them.
    pub(super) async fn send_set(
        &mut self,
        sql: &str,
        limit: Duration,
        unfenced: Option<Held>,
        of: Option<(StepId, Held)>,
    ) -> Result<Sent, Error> {
        loop {
            if let Some(held) = unfenced
                && !self.surely_holds(held).await?
            {
                return Ok(Sent::Doubt);
            }
            self.session().await?;
            if let Some((id, held)) = of
                && !self.has_settings(id)
            {
                if Box::pin(self.set(id, held)).await?.is_some() {
                    return Ok(Sent::Doubt);
                }
                continue;
            }
            let Some(session) = &self.session else { continue };
            let answer = match unfenced {
                Some(held) => {
                    let length = self.options.timings.lease;
                    let renewal = Renewal { tables: &self.tables, holder: &self.holder, held, length };
                    self.keeper.while_running(renewal, session.send(sql, limit)).await
                }
                None => session.send(sql, limit).await,
            };
            match answer {
                Ok(answers) => return Ok(Sent::Answers(answers)),
                Err(trouble) => match (fate(&trouble), trouble) {
                    (Fate::Final, Trouble::Server(error, answered)) => {
                        return Ok(Sent::Refused(error, answered));
                    }
                    (Fate::Again, trouble) => self.again(&trouble).await?,
                    (_, trouble) => {
                        self.lose(&trouble).await?;
                        return Ok(Sent::Doubt);
                    }
                },
            }
        }
    }

    /// Reads: whatever happens on the way, it can be asked again.
    pub(super) async fn read(&mut self, sql: &str) -> Result<Result<Vec<Answer>, ServerError>, Error> {
        loop {
            match self.send(sql, self.options.timings.answer, None).await? {
                Sent::Answers(answers) => return Ok(Ok(answers)),
                Sent::Refused(error, _) => return Ok(Err(error)),
                Sent::Doubt => {}
            }
        }
    }

    /// Asks with parameters, as often as need be; for a holder it keeps the lease meanwhile, and asks under the
    /// settings of a step.
    pub(super) async fn ask(
        &mut self,
        question: &crate::sql::proof::Question,
        of: Option<(StepId, Held)>,
    ) -> Result<Result<Vec<super::session::Row>, ServerError>, Error> {
        let held = of.map(|(_, held)| held);
        loop {
            if let Some((id, held)) = of {
                // Where the lease is lost on the way, nothing that is decided by the answer can be recorded.
                self.set(id, held).await?;
            }
            self.session().await?;
            let Some(session) = &self.session else { continue };
            let asked = session.ask(question, self.options.timings.answer);
            let answer = match held {
                Some(held) => {
                    let length = self.options.timings.lease;
                    let renewal = Renewal { tables: &self.tables, holder: &self.holder, held, length };
                    self.keeper.while_running(renewal, asked).await
                }
                None => asked.await,
            };
            match answer {
                Ok(rows) => return Ok(Ok(rows)),
                Err(trouble) => match (fate(&trouble), trouble) {
                    (Fate::Final, Trouble::Server(error, _)) => return Ok(Err(error)),
                    (Fate::Again, trouble) => self.again(&trouble).await?,
                    (_, trouble) => self.lose(&trouble).await?,
                },
            }
        }
    }

    async fn again(&mut self, trouble: &Trouble) -> Result<(), Error> {
        self.pause(RetryCause::Conflict, trouble, |failures| gave_up(failures, trouble)).await
    }

    /// Ends the session: there may be an answer, but not for us.
    async fn lose(&mut self, trouble: &Trouble) -> Result<(), Error> {
        let closed = self.session.as_ref().is_some_and(Session::is_closed);
        if let Some(session) = self.session.take() {
            session.cut();
        }
        if !self.source.can_connect() && closed {
            return Err(Error::new(ErrorKind::ConnectionEnded, "the connection that was lent has ended")
                .remedy("run again on another one: it goes on where this one stopped"));
        }
        self.pause(RetryCause::AnswerLost, trouble, |failures| gave_up(failures, trouble)).await
    }

    /// Gives up a message that is under way; used where its transaction is fenced.
    pub(super) fn hang_up(&mut self) {
        if self.source.can_connect()
            && let Some(session) = self.session.take()
        {
            session.cut();
        }
    }
}
