//! The line to the server: one message and its answer at a time, over as many connections as it takes.

use super::explain::{cannot_connect, connection_ended, gave_up};
use super::observe::{News, announce};
use super::session::{Answer, Session};
use super::source::Source;
use crate::connect::{ConnectError, Connector};
use crate::core::StepId;
use crate::error::{Error, Place};
use crate::progress::{Event, Observer, RetryCause, StepRef};
use crate::retry::{Disposition, Failure, RetryState, disposition};
use crate::server_error::ServerError;
use dsql_migrate_plan::Plan;
use std::time::Duration;

/// What became of a message.
#[derive(Debug)]
pub(super) enum Reply {
    /// Done.
    Answers(Vec<Answer>),
    /// Refused finally, after so many of its statements had succeeded; nothing of it was applied.
    Refused(ServerError, usize),
    /// Surely not applied, and it may succeed another time. The wait before that is over.
    Again,
    /// Perhaps applied. The session is gone, and the wait before another attempt is over.
    InDoubt,
}

/// The way to the server.
pub(super) struct Line<'a, C> {
    pub(super) source: Source<'a, C>,
    plan: &'a Plan,
    connect_limit: Duration,
    session: Option<Session<'a>>,
    retry: RetryState,
    pub(super) observer: Observer,
    /// The step that is being performed.
    pub(super) step: Option<StepId>,
    /// Whether there has been a connection.
    has_connected: bool,
}

impl<'a, C: Connector> Line<'a, C> {
    pub(super) fn new(
        source: Source<'a, C>,
        plan: &'a Plan,
        retry: RetryState,
        connect_limit: Duration,
    ) -> Self {
        Self {
            source,
            plan,
            connect_limit,
            session: None,
            retry,
            observer: Observer::default(),
            step: None,
            has_connected: false,
        }
    }

    /// The session, if one is open.
    pub(super) fn open(&mut self) -> Option<&mut Session<'a>> {
        self.session.as_mut()
    }

    /// The session, opened now if there is none.
    pub(super) async fn session(&mut self) -> Result<&mut Session<'a>, Error> {
        let mut attempts = 0;
        while self.session.is_none() {
            attempts += 1;
            match self.source.session(self.connect_limit).await {
                Ok(session) => {
                    self.session = Some(session);
                    self.tell(Event::Connected { again: self.has_connected, attempts });
                    self.has_connected = true;
                }
                Err(error) => self.connect_later(error).await?,
            }
        }
        self.session.as_mut().ok_or_else(|| Error::internal("a session that was opened is gone"))
    }

    async fn connect_later(&mut self, error: ConnectError) -> Result<(), Error> {
        if !error.is_transient() {
            let what = format!("cannot connect: {}", error.what());
            let otherwise = "check the address, the role and how its token or password is made";
            return Err(cannot_connect(error, what, otherwise));
        }
        let why = Failure::Lost(error.what().to_owned());
        self.pause(RetryCause::NotConnected, &why, |failures| {
            let what = format!("no connection after {failures} attempts: {}", error.what());
            cannot_connect(error, what, "check that the database can be reached from here, and start again")
        })
        .await
    }

    /// Sends a message once.
    pub(super) async fn exchange(&mut self, sql: &str, limit: Duration) -> Result<Reply, Error> {
        let answer = self.session().await?.send(sql, limit).await;
        self.take_in(answer).await
    }

    /// What follows from an answer.
    pub(super) async fn take_in(&mut self, answer: Result<Vec<Answer>, Failure>) -> Result<Reply, Error> {
        let failure = match answer {
            Ok(answers) => return Ok(Reply::Answers(answers)),
            Err(failure) => failure,
        };
        match (disposition(&failure), failure) {
            (Disposition::Final, Failure::Server(error, answered)) => Ok(Reply::Refused(error, answered)),
            (Disposition::Retry, failure) => {
                self.pause(RetryCause::Conflict, &failure, |failures| gave_up(failures, &failure)).await?;
                Ok(Reply::Again)
            }
            (_, failure) => {
                self.lose(&failure).await?;
                Ok(Reply::InDoubt)
            }
        }
    }

    /// Reads: whatever happens on the way, it can be asked again.
    pub(super) async fn read(
        &mut self,
        sql: &str,
        limit: Duration,
    ) -> Result<Result<Vec<Answer>, ServerError>, Error> {
        loop {
            match self.exchange(sql, limit).await? {
                Reply::Answers(answers) => return Ok(Ok(answers)),
                Reply::Refused(error, _) => return Ok(Err(error)),
                Reply::Again | Reply::InDoubt => {}
            }
        }
    }

    /// Ends the session: there may be an answer, but not for us.
    async fn lose(&mut self, failure: &Failure) -> Result<(), Error> {
        if self.source.can_connect() {
            if let Some(session) = self.session.take() {
                session.cut();
            }
        } else if self.session.as_ref().is_some_and(Session::is_closed) {
            return Err(connection_ended());
        }
        // A connection that was lent and is still open is the same one, with the settings that it has had.
        self.pause(RetryCause::AnswerLost, failure, |failures| gave_up(failures, failure)).await
    }

    /// Waits after a failure, or gives up.
    pub(super) async fn pause(
        &mut self,
        cause: RetryCause,
        why: &Failure,
        gave_up: impl FnOnce(u32) -> Error,
    ) -> Result<(), Error> {
        match self.retry.after_failure(why) {
            Some(wait) => {
                self.tell(Event::Retrying {
                    cause,
                    step: self.step.map(|id| StepRef::new(self.plan, id)),
                    why: why.for_logs(),
                    failures: self.retry.failures(),
                    pause: wait,
                });
                tokio::time::sleep(wait).await;
                Ok(())
            }
            None => {
                let error = gave_up(self.retry.failures());
                Err(match self.step {
                    Some(id) => error.at_if_nowhere(|| Place::of_step(self.plan, id)),
                    None => error,
                })
            }
        }
    }

    /// Tells everybody.
    pub(super) fn tell(&self, event: Event) {
        announce(&self.observer, event, News::Yes);
    }

    /// Tells listeners, and logs of the level `debug`.
    pub(super) fn repeat(&self, event: Event) {
        announce(&self.observer, event, News::No);
    }

    /// Something went as it should: failures before it do not count any more.
    pub(super) fn progress(&mut self) {
        self.retry.reset();
    }

    /// A statement that changes something went as it should.
    pub(super) fn answered(&mut self) {
        self.retry.answered();
    }

    /// Gives up a message that is under way; used where its transaction is fenced.
    pub(super) fn hang_up(&mut self) {
        if self.source.can_connect()
            && let Some(session) = self.session.take()
        {
            session.cut();
        }
    }

    /// Closes the session in good order, where another can be opened.
    pub(super) fn close(&mut self) {
        if self.source.can_connect() {
            self.session = None;
        }
    }
}
