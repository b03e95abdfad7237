//! The simple query protocol: a string of statements, which are one implicit transaction.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::conflict::{clear_way, unqualified};
use super::transaction::Phase;
use super::{Fail, Session};
use crate::check;
use crate::lex::split;
use crate::statement::{Kind, Statement};
use crate::wire::{Frame, cstr};
use crate::words;

impl Session {
    /// Runs a Query message.
    pub(super) async fn simple_query(&mut self, frame: &Frame) -> io::Result<()> {
        self.forget_unnamed().await?;
        let text = frame.text()?;
        match self.statements(&text).await {
            Ok(()) => {}
            Err(Fail::Server(error)) => self.fail(&error).await?,
            Err(Fail::Io(error)) => return Err(error),
        }
        self.ready().await
    }

    async fn statements(&mut self, text: &str) -> Result<(), Fail> {
        let parts = split(text);
        if parts.is_empty() {
            self.client.push(b'I', &[]);
        }
        for part in &parts {
            let statement = Statement::read(part);
            // As PostgreSQL does: what came before a failing statement was answered, though it is undone.
            self.release();
            self.admit(&statement).await?;
            if self.run_without_portal(&statement).await? {
                continue;
            }
            if matches!(statement.kind, Kind::Call)
                && parts.len() == 1
                && self.transaction.phase == Phase::Idle
            {
                let tag = self.forward_query(&statement.text).await?;
                self.complete(Frame::new(b'C', cstr(&tag)));
                continue;
            }
            self.open_hidden().await?;
            if matches!(statement.kind, Kind::Dml | Kind::Mixed) {
                self.transaction.bytes += u64::try_from(statement.text.len()).unwrap_or(u64::MAX);
            }
            let tag = self.run_simple(&statement).await?;
            self.judge(&statement, &tag).await?;
            if !tag.is_empty() {
                self.complete(Frame::new(b'C', cstr(&tag)));
            }
        }
        self.close_hidden().await
    }

    /// Runs a statement, and once more on copies of its tables when it meets another transaction's rows.
    async fn run_simple(&mut self, statement: &Statement) -> Result<String, Fail> {
        self.guard(statement).await?;
        let mark = self.client.mark();
        let doomed = self.transaction.doomed.is_some();
        let text = if doomed { unqualified(&statement.text) } else { statement.text.clone() };
        let shared = Arc::clone(&self.shared);
        let (pid, way, cleared) = (self.pid, self.way(statement), AtomicBool::new(false));
        let outcome = tokio::select! {
            outcome = self.forward_query(&text) => outcome,
            never = clear_way(&shared.registry, pid, way, &cleared) => match never {},
        };
        let Err(Fail::Server(error)) = outcome else { return outcome };
        self.doom(statement, error, cleared.into_inner()).await?;
        if !self.client.rewind(mark) {
            // Part of the result has left already.
            return Err(words::oc000().into());
        }
        self.forward_query(&unqualified(&statement.text)).await
    }

    /// Sends one statement as a simple query and passes its results on, all but the CommandComplete, whose tag is returned.
    async fn forward_query(&mut self, text: &str) -> Result<String, Fail> {
        self.backend.wire.push(b'Q', &cstr(text));
        self.backend.wire.flush().await?;
        let (mut tag, mut error) = (String::new(), None);
        loop {
            let frame = self.backend.read().await?;
            match frame.tag {
                b'Z' => break,
                b'C' => tag = frame.text()?,
                b'E' => error = Some(crate::wire::parse_error(&frame)?),
                b'G' => {
                    self.client.pass(&frame);
                    self.copy_in().await?;
                }
                b'T' if error.is_none() => match check::columns(&frame)? {
                    None => self.client.pass(&frame),
                    refused => error = refused,
                },
                // Nothing of a refused result is shown.
                b'D' if error.is_some() => {}
                _ => self.pass_on(&frame).await?,
            }
        }
        self.unsynced = false;
        error.map_or(Ok(tag), |error| Err(error.into()))
    }

    /// Gives the client a frame of the backend's.
    pub(super) async fn pass_on(&mut self, frame: &Frame) -> io::Result<()> {
        self.client.pass(frame);
        self.client.relieve().await
    }

    /// Carries COPY data from the client to the backend until the client ends it.
    pub(super) async fn copy_in(&mut self) -> Result<(), Fail> {
        self.client.flush().await?;
        loop {
            let frame =
                self.client.read().await?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
            match frame.tag {
                b'd' => {
                    self.transaction.bytes += u64::try_from(frame.body.len()).unwrap_or(u64::MAX);
                    self.backend.wire.pass(&frame);
                    self.backend.wire.relieve().await?;
                }
                b'c' | b'f' => {
                    self.backend.wire.pass(&frame);
                    // In the extended protocol nothing comes back before a Flush; in the simple one it does no harm.
                    self.backend.wire.push(b'H', &[]);
                    self.backend.wire.flush().await?;
                    return Ok(());
                }
                // During a COPY, Flush and Sync mean nothing.
                b'H' | b'S' => {}
                _ => return Err(crate::wire::broken("unexpected message during COPY").into()),
            }
        }
    }
}
