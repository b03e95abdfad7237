//! A connection to the PostgreSQL behind the stand-in.

use std::io;
use std::path::Path;

use tokio::net::UnixStream;

use crate::wire::{Frame, Wire, broken, cstr, parse_error};
use crate::words::ServerError;

/// A connection, past its start-up.
pub(crate) struct Backend {
    pub(crate) wire: Wire<UnixStream>,
    /// What the server reported at start-up, for the client.
    pub(crate) parameters: Vec<(String, String)>,
    /// BackendKeyData as it came.
    pub(crate) key: Vec<u8>,
}

/// What a hidden query answered.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Vec<Option<String>>>,
    pub(crate) tag: String,
    pub(crate) error: Option<ServerError>,
    /// The transaction status of ReadyForQuery: `I`, `T` or `E`.
    pub(crate) status: u8,
    /// Whether a notice came, by SQLSTATE.
    pub(crate) notices: Vec<Frame>,
}

impl Answer {
    /// The value in the first row's first column.
    pub(crate) fn value(&self) -> Option<&str> {
        self.rows.first()?.first()?.as_deref()
    }

    /// The answer, or the error that it is.
    pub(crate) fn ok(mut self) -> Result<Self, ServerError> {
        match self.error.take() {
            None => Ok(self),
            Some(error) => Err(error),
        }
    }
}

/// Why a connection did not come about.
#[derive(Debug)]
pub(crate) enum Refused {
    Server(ServerError),
    Io(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Backend {
    /// Connects, with the start-up parameters that the client gave.
    pub(crate) async fn connect(socket: &Path, parameters: &[(String, String)]) -> Result<Self, Refused> {
        let mut wire = Wire::new(UnixStream::connect(socket).await?);
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for (name, value) in parameters {
            body.extend(cstr(name));
            body.extend(cstr(value));
        }
        body.push(0);
        wire.push_startup(&body);
        wire.flush().await?;
        let mut backend = Self { wire, parameters: Vec::new(), key: Vec::new() };
        loop {
            let frame = backend.read().await?;
            match frame.tag {
                b'R' if frame.body == [0; 4] => {}
                b'R' => return Err(broken("the backend wants a password").into()),
                b'S' => {
                    let (name, next) = frame.text_at(0)?;
                    backend.parameters.push((name, frame.text_at(next)?.0));
                }
                b'K' => backend.key = frame.body,
                b'Z' => return Ok(backend),
                b'E' => return Err(Refused::Server(parse_error(&frame)?)),
                _ => {}
            }
        }
    }

    /// Reads one frame.
    pub(crate) async fn read(&mut self) -> io::Result<Frame> {
        self.wire.read().await?.ok_or_else(|| io::ErrorKind::ConnectionAborted.into())
    }

    /// Runs a query of our own and collects what it answers.
    pub(crate) async fn query(&mut self, sql: &str) -> io::Result<Answer> {
        self.wire.push(b'Q', &cstr(sql));
        self.collect().await
    }

    /// Ends an extended-protocol sequence.
    pub(crate) async fn sync(&mut self) -> io::Result<Answer> {
        self.wire.push(b'S', &[]);
        self.collect().await
    }

    /// Reads up to ReadyForQuery.
    async fn collect(&mut self) -> io::Result<Answer> {
        self.wire.flush().await?;
        let mut answer = Answer::default();
        loop {
            let frame = self.read().await?;
            match frame.tag {
                b'D' => answer.rows.push(values(&frame)?),
                b'C' => answer.tag = frame.text()?,
                b'E' => answer.error = Some(parse_error(&frame)?),
                b'N' => answer.notices.push(frame),
                b'Z' => {
                    answer.status = frame.body.first().copied().unwrap_or(b'I');
                    return Ok(answer);
                }
                _ => {}
            }
        }
    }
}

/// The text values of a DataRow.
fn values(frame: &Frame) -> io::Result<Vec<Option<String>>> {
    let short = || broken("short DataRow");
    let body = &frame.body;
    let mut at = 2;
    let mut values = Vec::new();
    while at < body.len() {
        let length = body.get(at..at + 4).and_then(|b| b.try_into().ok()).map(i32::from_be_bytes);
        at += 4;
        match usize::try_from(length.ok_or_else(short)?) {
            Ok(length) => {
                let value = body.get(at..at + length).ok_or_else(short)?;
                values.push(Some(String::from_utf8_lossy(value).into_owned()));
                at += length;
            }
            Err(_) => values.push(None),
        }
    }
    Ok(values)
}
