//! What the environment says.

use std::error::Error;

/// What to do about migrations that are not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Apply them.
    Apply,
    /// Refuse to start.
    Verify,
    /// Wait until another process has applied them.
    Wait,
}

#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Settings {
    pub(crate) fn from_env() -> Result<Self, Box<dyn Error>> {
        let mode = match variable("MIGRATE").as_deref() {
            None | Some("apply") => Mode::Apply,
            Some("verify") => Mode::Verify,
            Some("wait") => Mode::Wait,
            Some(other) => {
                return Err(format!("MIGRATE={other}: there is only apply, verify and wait").into());
            }
        };
        let port = match variable("PORT") {
            Some(port) => port.parse().map_err(|error| format!("PORT={port}: {error}"))?,
            None => 0,
        };
        Ok(Self { mode, host: variable("HOST").unwrap_or_else(|| "127.0.0.1".to_owned()), port })
    }
}

/// A variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
