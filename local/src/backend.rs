//! A connection to the PostgreSQL behind the emulator.

use std::io;
use std::path::Path;

use tokio::net::UnixStream;

use crate::wire::{Frame, Stream, Wire, broken, cstr, parse_error};
use crate::words::ServerError;

/// A connection, past its start-up.
pub(crate) struct Backend {
    pub(crate) wire: Wire<Box<dyn Stream>>,
    /// What the server reported at start-up, for the client.
    pub(crate) parameters: Vec<(String, String)>,
    /// BackendKeyData as it came.
    pub(crate) key: Vec<u8>,
}

/// What a hidden query answered.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Vec<Option<String>>>,
    /// The columns' names and type OIDs.
    pub(crate) columns: Vec<(String, u32)>,
    /// The tag of the last command.
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
    /// Connects to a Unix socket, with the start-up parameters that the client gave.
    pub(crate) async fn connect(socket: &Path, parameters: &[(String, String)]) -> Result<Self, Refused> {
        Self::over(Box::new(UnixStream::connect(socket).await?), parameters, "").await
    }

    /// Starts up over a stream.
    pub(crate) async fn over(
        stream: Box<dyn Stream>,
        parameters: &[(String, String)],
        password: &str,
    ) -> Result<Self, Refused> {
        let mut wire = Wire::new(stream);
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
                b'R' if frame.body == [0, 0, 0, 3] && !password.is_empty() => {
                    backend.wire.push(b'p', &cstr(password));
                    backend.wire.flush().await?;
                }
                b'R' => return Err(broken("an authentication that is not known here").into()),
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

    /// Runs one statement by the extended protocol, with text results and no parameters.
    pub(crate) async fn extended_query(&mut self, sql: &str) -> io::Result<Answer> {
        let mut parse = cstr("");
        parse.extend(cstr(sql));
        parse.extend([0, 0]);
        self.wire.push(b'P', &parse);
        self.wire.push(b'B', &[0; 8]);
        self.wire.push(b'D', b"P\0");
        self.wire.push(b'E', &[0; 5]);
        self.sync().await
    }

    /// Ends an extended-protocol sequence.
    pub(crate) async fn sync(&mut self) -> io::Result<Answer> {
        self.wire.push(b'S', &[]);
        self.collect().await
    }

    /// Runs a string of statements and keeps the answer of each.
    pub(crate) async fn query_all(&mut self, sql: &str) -> io::Result<Vec<Answer>> {
        self.wire.push(b'Q', &cstr(sql));
        self.collect_all().await
    }

    /// Reads up to ReadyForQuery; of several answers, the rows of all and the tag of the last.
    async fn collect(&mut self) -> io::Result<Answer> {
        let mut whole = Answer::default();
        for mut answer in self.collect_all().await? {
            whole.rows.append(&mut answer.rows);
            whole.notices.append(&mut answer.notices);
            whole.error = whole.error.or(answer.error);
            whole.status = answer.status;
            if !answer.columns.is_empty() {
                whole.columns = answer.columns;
            }
            if !answer.tag.is_empty() {
                whole.tag = answer.tag;
            }
        }
        Ok(whole)
    }

    /// Reads up to ReadyForQuery, an answer a command; the last one carries the status, and an error or what came after all commands.
    async fn collect_all(&mut self) -> io::Result<Vec<Answer>> {
        self.wire.flush().await?;
        let mut answer = Answer::default();
        let mut answers = Vec::new();
        loop {
            let frame = self.read().await?;
            match frame.tag {
                b'T' => answer.columns = columns(&frame)?,
                b'D' => answer.rows.push(values(&frame)?),
                b'C' => {
                    answer.tag = frame.text()?;
                    answers.push(std::mem::take(&mut answer));
                }
                b'E' => answer.error = Some(parse_error(&frame)?),
                b'N' => answer.notices.push(frame),
                b'Z' => {
                    if answers.is_empty() || answer.error.is_some() || !answer.notices.is_empty() {
                        answers.push(answer);
                    }
                    if let Some(last) = answers.last_mut() {
                        last.status = frame.body.first().copied().unwrap_or(b'I');
                    }
                    return Ok(answers);
                }
                _ => {}
            }
        }
    }
}

/// The names and type OIDs of a RowDescription.
pub(crate) fn columns(frame: &Frame) -> io::Result<Vec<(String, u32)>> {
    let mut found = Vec::new();
    let mut at = 2;
    while at < frame.body.len() {
        let (name, next) = frame.text_at(at)?;
        // table (4), column (2), then the type
        let oid = frame.body.get(next + 6..next + 10).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
        found.push((name, oid.ok_or_else(|| broken("short RowDescription"))?));
        at = next + 18;
    }
    Ok(found)
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
