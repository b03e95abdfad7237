//! A relay between a client and a server that counts round trips, and cuts, freezes or conflicts as it is told to.

use crate::frames::{Frame, read, read_startup};
use fastrand::Rng;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// On which side of the server's work a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server never sees the message.
    Before,
    /// The server has done what the message says, and the client never hears of it.
    After,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<String>,
    cut: Option<(usize, Side)>,
    cuts: usize,
    freeze: Option<(usize, Side)>,
    conflicts: Option<(f64, Rng)>,
}

/// What happens to a request.
enum Fate {
    Pass,
    Cut(Side),
    Freeze(Side),
    Conflict,
}

/// The relay. Dropping it ends its connections.
pub struct Relay {
    port: u16,
    state: Arc<Mutex<State>>,
    ice: Arc<Ice>,
    listener: JoinHandle<()>,
}

/// Says when the relay stands still.
struct Ice {
    frozen: watch::Sender<bool>,
}

impl Ice {
    /// Stands still, unless it has been thawed since the message was counted.
    fn freeze(&self, state: &Mutex<State>) {
        let state = lock(state);
        if state.freeze.is_some() {
            self.frozen.send_replace(true);
        }
    }

    async fn wait_until(&self, frozen: bool) {
        // The sender lives as long as its relay.
        let _ = self.frozen.subscribe().wait_for(|state| *state == frozen).await;
    }
}

impl Relay {
    /// Relays to this port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State::default()));
        let ice = Arc::new(Ice { frozen: watch::Sender::new(false) });
        let (shared, shared_ice) = (Arc::clone(&state), Arc::clone(&ice));
        let listener = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (shared, ice) = (Arc::clone(&shared), Arc::clone(&shared_ice));
                connections.spawn(async move {
                    // A connection that ends early is what the relay is for.
                    let _ = relay(client, server, &shared, &ice).await;
                });
            }
        });
        Ok(Self { port, state, ice, listener })
    }

    /// Where clients connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts the connection at the message of this number, from 0, counted over all connections from now on.
    pub fn cut_at(&self, message: usize, side: Side) {
        let mut state = lock(&self.state);
        state.sent.clear();
        state.cut = Some((message, side));
        state.cuts = 0;
    }

    /// Stands still at the message of this number, counted as in [`Self::cut_at`]: no message of any connection
    /// passes until [`Self::thaw`]. As if the client's whole machine stood still.
    pub fn freeze_at(&self, message: usize, side: Side) {
        let mut state = lock(&self.state);
        state.sent.clear();
        state.freeze = Some((message, side));
    }

    /// Waits until it stands still.
    pub async fn frozen(&self) {
        self.ice.wait_until(true).await;
    }

    /// Lets everything go on, and forgets about a message that has not come.
    pub fn thaw(&self) {
        let mut state = lock(&self.state);
        state.freeze = None;
        self.ice.frozen.send_replace(false);
    }

    /// Answers this share of all messages, from 0 to 1, with a conflict (40001) instead of passing them on.
    pub fn conflict(&self, share: f64, seed: u64) {
        lock(&self.state).conflicts = Some((share, Rng::with_seed(seed)));
    }

    /// Starts to count anew.
    pub fn clear(&self) {
        *lock(&self.state) = State::default();
    }

    /// The messages that clients have waited for an answer to, start-up aside: one for each round trip.
    #[must_use]
    pub fn sent(&self) -> Vec<String> {
        lock(&self.state).sent.clone()
    }

    /// How many connections have been cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        lock(&self.state).cuts
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection, half-duplex as the clients here use it: a request up to its end, then its answer up to its end.
async fn relay(client: TcpStream, server: u16, state: &Mutex<State>, ice: &Ice) -> io::Result<()> {
    client.set_nodelay(true)?;
    let server = TcpStream::connect(("127.0.0.1", server)).await?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let Some(startup) = read_startup(&mut from_client).await? else { return Ok(()) };
    to_server.write_all(&startup).await?;
    greet(&mut from_client, &mut to_client, &mut from_server, &mut to_server).await?;
    let mut request: Vec<Frame> = Vec::new();
    while let Some(frame) = read(&mut from_client).await? {
        let ends = matches!(frame.tag, b'Q' | b'S');
        let goodbye = frame.tag == b'X';
        request.push(frame);
        if goodbye {
            return Ok(());
        }
        if !ends {
            continue;
        }
        let fate = note(state, &request);
        match fate {
            Fate::Cut(Side::Before) => return Ok(()),
            Fate::Freeze(Side::Before) => ice.freeze(state),
            Fate::Cut(Side::After) | Fate::Freeze(Side::After) | Fate::Conflict | Fate::Pass => {}
        }
        ice.wait_until(false).await;
        if matches!(fate, Fate::Conflict) {
            request.clear();
            to_client.write_all(&conflict()).await?;
            continue;
        }
        for frame in request.drain(..) {
            to_server.write_all(&frame.bytes).await?;
        }
        let answer = answer(&mut from_server).await?;
        match fate {
            Fate::Cut(Side::After) => return Ok(()),
            Fate::Freeze(Side::After) => ice.freeze(state),
            _ => {}
        }
        ice.wait_until(false).await;
        to_client.write_all(&answer).await?;
    }
    Ok(())
}

/// Counts a request, and tells what happens to it.
fn note(state: &Mutex<State>, request: &[Frame]) -> Fate {
    let text = request.iter().find_map(|frame| match frame.tag {
        b'Q' => Some(frame.text()),
        b'P' => Some(frame.parsed_text()),
        _ => None,
    });
    let mut state = lock(state);
    let number = state.sent.len();
    state.sent.push(text.unwrap_or_default());
    if let Some((at, side)) = state.freeze
        && at == number
    {
        return Fate::Freeze(side);
    }
    match state.cut {
        Some((at, side)) if at == number => {
            state.cuts += 1;
            return Fate::Cut(side);
        }
        _ => {}
    }
    let conflicts = state.conflicts.as_mut().is_some_and(|(share, rng)| rng.f64() < *share);
    if conflicts { Fate::Conflict } else { Fate::Pass }
}

/// What DSQL answers when another transaction has won: an error, then ready again, outside a transaction.
fn conflict() -> Vec<u8> {
    let fields = b"SERROR\0VERROR\0C40001\0Mchange conflicts with another transaction (OC000)\0\0";
    let mut answer = vec![b'E'];
    answer.extend_from_slice(&u32::try_from(fields.len() + 4).unwrap_or_default().to_be_bytes());
    answer.extend_from_slice(fields);
    answer.extend_from_slice(&[b'Z', 0, 0, 0, 5, b'I']);
    answer
}

/// Up to the first `ReadyForQuery`.
async fn greet(
    from_client: &mut OwnedReadHalf,
    to_client: &mut OwnedWriteHalf,
    from_server: &mut OwnedReadHalf,
    to_server: &mut OwnedWriteHalf,
) -> io::Result<()> {
    while let Some(frame) = read(from_server).await? {
        let asks_password = frame.tag == b'R' && frame.bytes.get(5..9).is_some_and(|kind| kind != [0; 4]);
        to_client.write_all(&frame.bytes).await?;
        if frame.tag == b'Z' {
            return Ok(());
        }
        if asks_password && let Some(password) = read(from_client).await? {
            to_server.write_all(&password.bytes).await?;
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

async fn answer(server: &mut OwnedReadHalf) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    while let Some(frame) = read(server).await? {
        answer.extend_from_slice(&frame.bytes);
        if frame.tag == b'Z' {
            return Ok(answer);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
