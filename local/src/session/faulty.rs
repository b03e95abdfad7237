//! Where the faults that were asked for strike.

use std::io;
use std::sync::atomic::Ordering;

use super::{Fail, Session};
use crate::faults::{Point, Strike, delay};
use crate::registry::Control;
use crate::statement::Statement;
use crate::wire::Frame;
use crate::words;

impl Session {
    /// A message has come; the first of a sequence may meet a fault.
    pub(super) async fn message(&mut self, frame: &Frame) -> io::Result<()> {
        let begins = matches!(frame.tag, b'Q' | b'P' | b'B' | b'D' | b'E' | b'C' | b'S') && !self.within;
        self.within = !matches!(frame.tag, b'Q' | b'S') && (self.within || begins);
        if !begins {
            return Ok(());
        }
        self.counters.round_trips.fetch_add(1, Ordering::Relaxed);
        let text = String::from_utf8_lossy(&frame.body).into_owned();
        match self.shared.faults.strike(Point::Message, &text) {
            None => Ok(()),
            Some(strike) => match self.struck(strike).await {
                Ok(()) => Ok(()),
                Err(Fail::Io(error)) => Err(error),
                // There is no statement yet that could fail; the connection does.
                Err(Fail::Server(_)) => Err(io::ErrorKind::ConnectionAborted.into()),
            },
        }
    }

    /// A statement is about to run.
    pub(super) async fn statement(&mut self, statement: &Statement) -> Result<(), Fail> {
        self.counters.statements.fetch_add(1, Ordering::Relaxed);
        let strike = self.shared.faults.strike(Point::Statement, &statement.text);
        if !statement.ends_transaction() {
            self.last.clone_from(&statement.text);
        }
        match strike {
            Some(strike) => self.struck(strike).await,
            None => Ok(()),
        }
    }

    /// A transaction is about to commit.
    pub(super) async fn commit(&mut self) -> Result<(), Fail> {
        if !self.transaction.ddl && !self.transaction.dml {
            return Ok(());
        }
        match self.shared.faults.strike(Point::Commit, &self.last) {
            Some(strike) => self.struck(strike).await,
            None => Ok(()),
        }
    }

    async fn struck(&mut self, strike: Strike) -> Result<(), Fail> {
        match strike {
            Strike::Oc000 => Err(words::oc000().into()),
            Strike::Oc001 => Err(words::oc001().into()),
            Strike::CloseBefore => Err(Fail::Io(io::ErrorKind::ConnectionAborted.into())),
            Strike::CloseMiddle | Strike::CloseAfter => {
                self.cut = Some(strike);
                Ok(())
            }
            Strike::Delay(milliseconds) => {
                tokio::time::sleep(delay(milliseconds)).await;
                Ok(())
            }
            Strike::Freeze => {
                // What it holds can still be taken from it: nobody waits for a frozen connection on DSQL.
                self.shared.registry.note(self.pid, true);
                loop {
                    tokio::select! {
                        Some(told) = self.control.recv() => match told {
                            Control::Yield(error) => self.yield_way(error).await?,
                            Control::Close => return Err(Fail::Io(io::ErrorKind::ConnectionAborted.into())),
                        },
                        frame = self.client.read() => if frame?.is_none() {
                            return Err(Fail::Io(io::ErrorKind::ConnectionAborted.into()));
                        },
                    }
                }
            }
        }
    }

    /// Ends the connection instead of answering, or in the middle of the answer.
    pub(super) async fn cut_off(&mut self, in_the_middle: bool) -> io::Result<()> {
        if in_the_middle {
            self.client.halve();
            self.client.flush().await?;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }
}
