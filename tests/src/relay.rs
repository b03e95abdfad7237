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

/// Whether a message is meant.
type Meant = Box<dyn Fn(&str) -> bool + Send>;

#[derive(Default)]
struct State {
    sent: Vec<String>,
    cut: Option<(usize, Side)>,
    cut_after: Option<Meant>,
    cuts: usize,
    /// Texts, each of which cuts the first message that it stands in.
    cut_texts: Vec<String>,
    cut_texts_side: Option<Side>,
    freeze: Option<(usize, Side)>,
    /// The text of the last message that passes.
    last: Option<(Last, Side)>,
    /// Nothing passes any more.
    is_over: bool,
    conflicts: Option<(f64, Rng)>,
    refusals: Vec<Refusal>,
}

/// What is answered to messages with this text in them.
#[derive(Debug)]
struct Refusal {
    text: String,
    sqlstate: &'static str,
    message: &'static str,
}

/// Which message is the last.
#[derive(Debug, Clone)]
enum Last {
    WithText(String),
    /// Counted from 0.
    Number(usize),
}

/// What happens to a request.
enum Fate {
    Pass,
    Cut(Side),
    Freeze(Side),
    /// This is the last one.
    End(Side),
    /// Not passed on: the server's answer is this.
    Answer(Vec<u8>),
}

/// The relay. Dropping it ends its connections.
pub struct Relay {
    port: u16,
    state: Arc<Mutex<State>>,
    ice: Arc<Ice>,
    over: Arc<watch::Sender<bool>>,
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
        let over = Arc::new(watch::Sender::new(false));
        let (shared, shared_ice, shared_over) = (Arc::clone(&state), Arc::clone(&ice), Arc::clone(&over));
        let listener = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (shared, ice) = (Arc::clone(&shared), Arc::clone(&shared_ice));
                let over = Arc::clone(&shared_over);
                if lock(&shared).is_over {
                    continue;
                }
                connections.spawn(async move {
                    // A connection that ends early is what the relay is for.
                    let _ = relay(client, server, &shared, &ice, &over).await;
                });
            }
        });
        Ok(Self { port, state, ice, over, listener })
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

    /// Cuts the connection once for each of these texts, at the first message that it stands in.
    pub fn cut_at_each(&self, texts: Vec<String>, side: Side) {
        let mut state = lock(&self.state);
        state.sent.clear();
        state.cut_texts = texts;
        state.cut_texts_side = Some(side);
        state.cuts = 0;
    }

    /// The next message with this text is the last that the clients send: all connections are cut, and no other comes
    /// about until [`Self::revive`]. As if all the clients were killed.
    pub fn end_at(&self, text: &str, side: Side) {
        self.end(Last::WithText(text.to_owned()), side);
    }

    /// The same for the message of this number, counted as in [`Self::cut_at`].
    pub fn end_at_number(&self, message: usize, side: Side) {
        self.end(Last::Number(message), side);
    }

    fn end(&self, last: Last, side: Side) {
        let mut state = lock(&self.state);
        state.sent.clear();
        state.last = Some((last, side));
    }

    /// Waits until the last message has come, and until the server has answered it if it was to reach the server.
    pub async fn ended(&self) {
        // The sender lives as long as its relay.
        let _ = self.over.subscribe().wait_for(|over| *over).await;
    }

    /// Lets new connections come about, and forgets about a last message that has not come.
    pub fn revive(&self) {
        let mut state = lock(&self.state);
        state.last = None;
        state.is_over = false;
        self.over.send_replace(false);
    }

    /// Cuts the connection once, after the first message that is one of these.
    pub fn cut_after(&self, is_meant: impl Fn(&str) -> bool + Send + 'static) {
        let mut state = lock(&self.state);
        state.cut_after = Some(Box::new(is_meant));
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

    /// Answers every message that has this text in it with an error instead of passing it on, as a server does that
    /// does not have what it asks for.
    pub fn refuse(&self, text: &str, sqlstate: &'static str, message: &'static str) {
        lock(&self.state).refusals.push(Refusal { text: text.to_owned(), sqlstate, message });
    }

    /// Starts to count anew, without any fault.
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
async fn relay(
    client: TcpStream,
    server: u16,
    state: &Mutex<State>,
    ice: &Ice,
    over: &watch::Sender<bool>,
) -> io::Result<()> {
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
            Fate::End(Side::Before) => {
                over.send_replace(true);
                return Ok(());
            }
            Fate::Freeze(Side::Before) => ice.freeze(state),
            Fate::Cut(Side::After)
            | Fate::End(Side::After)
            | Fate::Freeze(Side::After)
            | Fate::Answer(_)
            | Fate::Pass => {}
        }
        ice.wait_until(false).await;
        if let Fate::Answer(answer) = &fate {
            request.clear();
            to_client.write_all(answer).await?;
            continue;
        }
        for frame in request.drain(..) {
            to_server.write_all(&frame.bytes).await?;
        }
        let answer = answer(&mut from_server).await?;
        match fate {
            Fate::Cut(Side::After) => return Ok(()),
            Fate::End(Side::After) => {
                over.send_replace(true);
                return Ok(());
            }
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
    let text = text.unwrap_or_default();
    let mut state = lock(state);
    if state.is_over {
        return Fate::Cut(Side::Before);
    }
    let number = state.sent.len();
    let is_last = state.last.as_ref().is_some_and(|(last, _)| match last {
        Last::WithText(part) => text.contains(part.as_str()),
        Last::Number(last) => *last == number,
    });
    let cuts = state.cut_texts.iter().position(|part| text.contains(part.as_str()));
    let refusal = state.refusals.iter().find(|it| text.contains(&it.text));
    let refusal = refusal.map(|it| refused(it.sqlstate, it.message));
    let cut_after = state.cut_after.take_if(|is_meant| is_meant(&text)).is_some();
    state.sent.push(text);
    if is_last && let Some((_, side)) = state.last.take() {
        state.is_over = true;
        return Fate::End(side);
    }
    if let (Some(position), Some(side)) = (cuts, state.cut_texts_side) {
        state.cut_texts.swap_remove(position);
        state.cuts += 1;
        return Fate::Cut(side);
    }
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
    if cut_after {
        state.cuts += 1;
        return Fate::Cut(Side::After);
    }
    if let Some(answer) = refusal {
        return Fate::Answer(answer);
    }
    let conflicts = state.conflicts.as_mut().is_some_and(|(share, rng)| rng.f64() < *share);
    // What DSQL answers when another transaction has won.
    let conflict = || refused("40001", "change conflicts with another transaction (OC000)");
    if conflicts { Fate::Answer(conflict()) } else { Fate::Pass }
}

/// An error, then ready again, outside a transaction.
fn refused(sqlstate: &str, message: &str) -> Vec<u8> {
    let fields = format!("SERROR\0VERROR\0C{sqlstate}\0M{message}\0\0");
    let mut answer = vec![b'E'];
    answer.extend_from_slice(&u32::try_from(fields.len() + 4).unwrap_or_default().to_be_bytes());
    answer.extend_from_slice(fields.as_bytes());
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
