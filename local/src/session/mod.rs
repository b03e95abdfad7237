//! One client's session: half-duplex between the client and a PostgreSQL connection of its own.
//!
//! A client message is carried to its end before the next is looked at. PostgreSQL is therefore idle whenever the emulator
//! wants to run something of its own on the session's connection, which is what makes hidden transactions possible.

mod conflict;
mod ending;
mod extended;
mod faulty;
mod run;
mod simple;
mod transaction;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::backend::Backend;
use crate::faults::{Counters, Strike};
use crate::registry::Control;
use crate::shared::Shared;
use crate::wire::{self, Frame, LARGEST_MESSAGE, Stream, Wire, broken};
use crate::words::ServerError;
use extended::{Portal, Prepared};
use transaction::{Phase, Transaction};

/// The client's side of a session.
pub(crate) type Client = Wire<Box<dyn Stream>>;

/// Why a statement did not end well: the client is told, or the session is over.
#[derive(Debug)]
pub(crate) enum Fail {
    Server(ServerError),
    Io(io::Error),
}

impl From<ServerError> for Fail {
    fn from(error: ServerError) -> Self {
        Self::Server(error)
    }
}

impl From<io::Error> for Fail {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A session past its start-up.
pub(crate) struct Session {
    client: Client,
    backend: Backend,
    shared: Arc<Shared>,
    transaction: Transaction,
    prepared: HashMap<String, Prepared>,
    portals: HashMap<String, Portal>,
    /// The last CommandComplete of a hidden transaction, kept back until its commit has gone well.
    held: Option<Frame>,
    /// After an error in the extended protocol, everything up to Sync is passed over.
    skipping: bool,
    /// Extended messages have gone to the backend since its last ReadyForQuery.
    unsynced: bool,
    /// The message being carried out is one of the extended protocol.
    extended: bool,
    /// The version of the catalog that this session has seen.
    seen: u64,
    pid: i32,
    counters: Arc<Counters>,
    /// How the answer to the current message is to be cut off.
    cut: Option<Strike>,
    /// What the emulator tells the session.
    control: UnboundedReceiver<Control>,
    /// A message of a sequence has come whose end has not.
    within: bool,
    /// The last statement that was run, for faults at its commit.
    last: String,
}

impl Session {
    pub(crate) fn new(client: Client, backend: Backend, shared: Arc<Shared>) -> Self {
        let seen = shared.catalog.version();
        let counters = shared.faults.connection();
        let pid = match backend.key.as_slice() {
            [a, b, c, d, ..] => i32::from_be_bytes([*a, *b, *c, *d]),
            _ => 0,
        };
        Self {
            client,
            backend,
            shared,
            transaction: Transaction::default(),
            prepared: HashMap::new(),
            portals: HashMap::new(),
            held: None,
            skipping: false,
            unsynced: false,
            extended: false,
            seen,
            pid,
            counters,
            cut: None,
            control: unbounded_channel().1,
            within: false,
            last: String::new(),
        }
    }

    /// Serves the client until it leaves.
    pub(crate) async fn serve(mut self) -> io::Result<()> {
        let (sender, control) = unbounded_channel();
        self.control = control;
        let shared = Arc::clone(&self.shared);
        let pid = self.pid;
        shared.registry.enter(pid, sender);
        let served = self.turns().await;
        shared.registry.leave(pid);
        served
    }

    /// A turn a message: the client's, or the emulator's own while the client is silent.
    async fn turns(&mut self) -> io::Result<()> {
        self.ready().await?;
        let end_of_life = tokio::time::sleep(self.shared.options.connection_life);
        tokio::pin!(end_of_life);
        loop {
            self.shared.registry.note(self.pid, self.transaction.phase == Phase::Block);
            let frame = tokio::select! {
                biased;
                Some(told) = self.control.recv() => match told {
                    Control::Yield(error) => {
                        self.yield_way(error).await?;
                        continue;
                    }
                    Control::Close => return Ok(()),
                },
                () = &mut end_of_life => return Ok(()),
                frame = self.client.read() => match frame? {
                    Some(frame) => frame,
                    None => return Ok(()),
                },
            };
            if frame.body.len() > LARGEST_MESSAGE {
                return Ok(());
            }
            self.shared.registry.note(self.pid, false);
            self.message(&frame).await?;
            match frame.tag {
                b'X' => return Ok(()),
                b'Q' => self.simple_query(&frame).await?,
                b'P' | b'B' | b'D' | b'E' | b'C' | b'H' | b'S' => self.extended_message(&frame).await?,
                // Left over from a COPY that failed: the protocol says to ignore them.
                b'd' | b'c' | b'f' => {}
                b'F' => {
                    self.tell(&crate::words::unsupported("function call protocol not supported"));
                    self.ready().await?;
                }
                _ => return Err(broken("unknown message type")),
            }
        }
    }

    /// Tells the client that it may go on.
    async fn ready(&mut self) -> io::Result<()> {
        self.release();
        self.client.push(b'Z', &[self.transaction.phase.status()]);
        match self.cut.take() {
            None => self.client.flush().await,
            cut => self.cut_off(cut == Some(Strike::CloseMiddle)).await,
        }
    }

    /// Lets go of a CommandComplete that was kept back.
    fn release(&mut self) {
        if let Some(frame) = self.held.take() {
            self.client.pass(&frame);
        }
    }

    /// Gives the client a CommandComplete, or keeps it back while a hidden transaction may still fail.
    fn complete(&mut self, frame: Frame) {
        self.release();
        if self.transaction.phase == Phase::Hidden {
            self.held = Some(frame);
        } else {
            self.client.pass(&frame);
        }
    }

    fn tell(&mut self, error: &ServerError) {
        self.client.pass(&wire::error(error, "ERROR"));
    }

    /// Gives the client an error, and leaves the transaction as an error leaves it.
    async fn fail(&mut self, error: &ServerError) -> io::Result<()> {
        // Still kept back is only what its commit has failed: the error stands in its place.
        self.held = None;
        let said = self.disguise(error);
        self.tell(&said);
        if self.unsynced {
            self.backend.sync().await?;
            self.unsynced = false;
        }
        match self.transaction.phase {
            Phase::Hidden => {
                self.backend.query("ROLLBACK").await?;
                self.transaction = Transaction::default();
            }
            Phase::Block => {
                // The backend has to know it too, so that it answers the coming COMMIT with ROLLBACK.
                self.backend.query("SELECT 1/0").await?;
                self.transaction.phase = Phase::Failed;
            }
            Phase::Idle => self.transaction = Transaction::default(),
            Phase::Failed => {}
        }
        Ok(())
    }

    /// PostgreSQL's words with DSQL's names: every client is in the database `postgres`.
    fn disguise(&self, error: &ServerError) -> ServerError {
        let mut said = match error.code.as_str() {
            // PostgreSQL's words for what DSQL calls a conflict.
            "40001" | "40P01" | "55P03" if error.fields.is_some() => crate::words::oc000(),
            _ => error.clone(),
        };
        if said.fields.is_some() && said.message.contains(&self.shared.database) {
            said.fields = None;
            said.message = said.message.replace(&self.shared.database, "postgres");
        }
        said
    }
}
