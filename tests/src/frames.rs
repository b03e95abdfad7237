//! PostgreSQL's protocol as a relay needs it: where one message ends and the next begins.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A message with its type and length, as it goes over the wire.
pub(crate) struct Frame {
    pub(crate) tag: u8,
    pub(crate) bytes: Vec<u8>,
}

impl Frame {
    /// The payload up to its first zero byte: the text of a `Query`.
    pub(crate) fn text(&self) -> String {
        let payload = self.bytes.get(5..).unwrap_or_default();
        let end = payload.iter().position(|byte| *byte == 0).unwrap_or(payload.len());
        String::from_utf8_lossy(&payload[..end]).into_owned()
    }

    /// The text of a `Parse`, which a statement's name stands before.
    pub(crate) fn parsed_text(&self) -> String {
        let payload = self.bytes.get(5..).unwrap_or_default();
        let mut parts = payload.split(|byte| *byte == 0);
        parts.nth(1).map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default()
    }
}

/// The next message; `None` at the end of the stream.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Frame>> {
    let mut head = [0; 5];
    if let Err(error) = stream.read_exact(&mut head).await {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let mut bytes = head.to_vec();
    append(stream, &mut bytes, u32::from_be_bytes([head[1], head[2], head[3], head[4]])).await?;
    Ok(Some(Frame { tag: head[0], bytes }))
}

/// The first message of a client, which has no type.
pub(crate) async fn read_startup(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; 4];
    if stream.read_exact(&mut head).await.is_err() {
        return Ok(None);
    }
    let mut bytes = head.to_vec();
    append(stream, &mut bytes, u32::from_be_bytes(head)).await?;
    Ok(Some(bytes))
}

async fn append(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>, length: u32) -> io::Result<()> {
    let start = bytes.len();
    let rest = (length as usize).checked_sub(4).ok_or(io::ErrorKind::InvalidData)?;
    bytes.resize(start + rest, 0);
    stream.read_exact(&mut bytes[start..]).await?;
    Ok(())
}
