//! The frontend/backend protocol, version 3, as raw frames: a type byte, a length, a body.
//!
//! The proxy passes on nearly everything unread, so frames stay bytes; only what it must understand or answer itself is built here.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::words::ServerError;

/// Nothing sensible is longer than this, in either direction.
const LARGEST_FRAME: usize = 1 << 30;

/// A client that sends more than this in one message is disconnected without a word, as was observed.
pub(crate) const LARGEST_MESSAGE: usize = 10 * 1024 * 1024;

/// What has piled up for the peer is written out once it reaches this size, so that large results stream.
const FLUSH_AT: usize = 64 * 1024;

/// What a peer is connected through.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// One message of either direction.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) tag: u8,
    pub(crate) body: Vec<u8>,
}

impl Frame {
    pub(crate) fn new(tag: u8, body: Vec<u8>) -> Self {
        Self { tag, body }
    }

    /// The zero-terminated string at `at`, and the offset after it.
    pub(crate) fn text_at(&self, at: usize) -> io::Result<(String, usize)> {
        let rest = self.body.get(at..).unwrap_or_default();
        let length = rest.iter().position(|&b| b == 0).ok_or_else(|| broken("unterminated string"))?;
        let text = String::from_utf8_lossy(rest.get(..length).unwrap_or_default()).into_owned();
        Ok((text, at + length + 1))
    }

    /// The zero-terminated string that the body starts with.
    pub(crate) fn text(&self) -> io::Result<String> {
        Ok(self.text_at(0)?.0)
    }
}

/// A protocol violation by the peer.
pub(crate) fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("protocol error: {what}"))
}

/// A byte stream that carries frames.
pub(crate) struct Wire<S> {
    stream: S,
    read: Vec<u8>,
    at: usize,
    write: Vec<u8>,
    /// How often what was queued has been written out.
    flushes: u64,
}

/// A place among the queued frames, to return to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    flushes: u64,
    length: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, read: Vec::new(), at: 0, write: Vec::new(), flushes: 0 }
    }

    /// Reads one frame; `None` when the peer closed between frames. Safe to cancel: what was read stays buffered.
    pub(crate) async fn read(&mut self) -> io::Result<Option<Frame>> {
        if !self.fill(5).await? {
            return Ok(None);
        }
        let (tag, length) = match self.read.get(self.at..self.at + 5) {
            Some(&[tag, a, b, c, d]) => (tag, u32::from_be_bytes([a, b, c, d]) as usize),
            _ => return Err(broken("short header")),
        };
        if !(4..=LARGEST_FRAME).contains(&length) {
            return Err(broken("frame length"));
        }
        if !self.fill(length + 1).await? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let body = self.read.get(self.at + 5..self.at + 1 + length).unwrap_or_default().to_vec();
        self.at += length + 1;
        Ok(Some(Frame { tag, body }))
    }

    /// Reads a start-up packet, which has no type byte.
    pub(crate) async fn read_startup(&mut self) -> io::Result<Option<Vec<u8>>> {
        if !self.fill(4).await? {
            return Ok(None);
        }
        let length = match self.read.get(self.at..self.at + 4) {
            Some(&[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]) as usize,
            _ => return Err(broken("short header")),
        };
        if !(8..=10_000).contains(&length) {
            return Err(broken("start-up packet length"));
        }
        if !self.fill(length).await? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let body = self.read.get(self.at + 4..self.at + length).unwrap_or_default().to_vec();
        self.at += length;
        Ok(Some(body))
    }

    /// Makes sure that `wanted` unread bytes are buffered; false when the peer closed with none.
    async fn fill(&mut self, wanted: usize) -> io::Result<bool> {
        if self.at > 0 && self.at == self.read.len() {
            self.read.clear();
            self.at = 0;
        }
        while self.read.len() - self.at < wanted {
            if self.at > FLUSH_AT {
                self.read.drain(..self.at);
                self.at = 0;
            }
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return if self.read.len() == self.at {
                    Ok(false)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
        Ok(true)
    }

    /// Queues a frame.
    pub(crate) fn push(&mut self, tag: u8, body: &[u8]) {
        self.write.push(tag);
        self.push_startup(body);
    }

    /// Queues a frame without a type byte.
    pub(crate) fn push_startup(&mut self, body: &[u8]) {
        let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
        self.write.extend_from_slice(&length.to_be_bytes());
        self.write.extend_from_slice(body);
    }

    /// Queues a frame as it was read.
    pub(crate) fn pass(&mut self, frame: &Frame) {
        self.push(frame.tag, &frame.body);
    }

    /// Queues bytes that are no frame.
    pub(crate) fn push_raw(&mut self, bytes: &[u8]) {
        self.write.extend_from_slice(bytes);
    }

    /// The place where the next frame will be queued.
    pub(crate) fn mark(&self) -> Mark {
        Mark { flushes: self.flushes, length: self.write.len() }
    }

    /// Takes back what was queued since; false when some of it has been written out.
    pub(crate) fn rewind(&mut self, to: Mark) -> bool {
        if self.flushes != to.flushes {
            return false;
        }
        self.write.truncate(to.length);
        true
    }

    /// Forgets the second half of what is queued.
    pub(crate) fn halve(&mut self) {
        self.write.truncate(self.write.len() / 2);
    }

    /// Writes out when much is queued.
    pub(crate) async fn relieve(&mut self) -> io::Result<()> {
        if self.write.len() >= FLUSH_AT { self.flush().await } else { Ok(()) }
    }

    /// Writes out what is queued.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        if !self.write.is_empty() {
            self.stream.write_all(&self.write).await?;
            self.write.clear();
            self.flushes += 1;
        }
        self.stream.flush().await
    }

    /// Gives the stream back, for a TLS handshake on it. Nothing may be buffered by then.
    pub(crate) fn into_stream(self) -> S {
        self.stream
    }

    /// The same over any stream.
    pub(crate) fn boxed(self) -> Wire<Box<dyn Stream>>
    where
        S: Stream + 'static,
    {
        Wire {
            stream: Box::new(self.stream),
            read: self.read,
            at: self.at,
            write: self.write,
            flushes: self.flushes,
        }
    }

    /// What was read but not consumed.
    pub(crate) fn unread(&self) -> usize {
        self.read.len() - self.at
    }
}

/// A zero-terminated string.
pub(crate) fn cstr(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = text.bytes().filter(|&b| b != 0).collect();
    bytes.push(0);
    bytes
}

/// RowDescription of text columns.
pub(crate) fn row_description(columns: &[&str]) -> Frame {
    let mut body = u16::try_from(columns.len()).unwrap_or_default().to_be_bytes().to_vec();
    for column in columns {
        body.extend(cstr(column));
        body.extend([0; 6]);
        // text, variable length, no modifier, text format
        body.extend(25_u32.to_be_bytes());
        body.extend((-1_i16).to_be_bytes());
        body.extend((-1_i32).to_be_bytes());
        body.extend([0, 0]);
    }
    Frame::new(b'T', body)
}

/// DataRow of text values.
pub(crate) fn data_row(values: &[&str]) -> Frame {
    let mut body = u16::try_from(values.len()).unwrap_or_default().to_be_bytes().to_vec();
    for value in values {
        body.extend(u32::try_from(value.len()).unwrap_or_default().to_be_bytes());
        body.extend(value.as_bytes());
    }
    Frame::new(b'D', body)
}

/// CommandComplete.
pub(crate) fn complete(tag: &str) -> Frame {
    Frame::new(b'C', cstr(tag))
}

/// ErrorResponse; what the backend said is passed on as it was.
pub(crate) fn error(error: &ServerError, severity: &str) -> Frame {
    if let Some(fields) = &error.fields {
        return Frame::new(b'E', fields.clone());
    }
    let mut body = Vec::new();
    for (field, value) in [
        (b'S', severity),
        (b'V', severity),
        (b'C', error.code.as_str()),
        (b'M', error.message.as_str()),
        (b'D', error.detail.as_str()),
        (b'H', error.hint.as_str()),
    ] {
        if !value.is_empty() {
            body.push(field);
            body.extend(cstr(value));
        }
    }
    body.push(0);
    Frame::new(b'E', body)
}

/// The fields of an ErrorResponse or NoticeResponse.
pub(crate) fn parse_error(frame: &Frame) -> io::Result<ServerError> {
    let mut parsed = ServerError::new("XX000", "");
    let mut at = 0;
    while let Some(&field) = frame.body.get(at).filter(|&&b| b != 0) {
        let (value, next) = frame.text_at(at + 1)?;
        match field {
            b'C' => parsed.code = value,
            b'M' => parsed.message = value,
            b'D' => parsed.detail = value,
            b'H' => parsed.hint = value,
            _ => {}
        }
        at = next;
    }
    parsed.fields = Some(frame.body.clone());
    Ok(parsed)
}
