//! What the sessions of an endpoint have in common.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::catalog::Catalog;
use crate::faults::Faults;
use crate::jobs::Jobs;
use crate::options::Options;
use crate::registry::Registry;
use crate::tls::Tls;
use crate::token;
use crate::words::{self, ServerError};

/// What all sessions of an endpoint share.
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) socket: PathBuf,
    /// The database behind it; clients know it as `postgres`.
    pub(crate) database: String,
    pub(crate) jobs: Jobs,
    pub(crate) catalog: Catalog,
    pub(crate) registry: Registry,
    pub(crate) faults: Faults,
    /// None: served in plain text, to any password.
    pub(crate) tls: Option<Tls>,
    /// Tokens made before are expired.
    pub(crate) tokens_since: Mutex<Option<SystemTime>>,
}

impl Shared {
    pub(crate) fn expire_tokens(&self) {
        *self.tokens_since.lock().unwrap_or_else(PoisonError::into_inner) = Some(SystemTime::now());
    }

    /// Checks the password of a client that named this host.
    pub(crate) fn admits(&self, password: &str, user: &str, host: &str) -> Result<(), ServerError> {
        let since = *self.tokens_since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_some() && !token::made_after(password, since) {
            return Err(words::access_denied()
                .with_hint("Signature expired: the tokens of this emulator were expired on request"));
        }
        token::check(password, user, host, SystemTime::now())
    }
}
