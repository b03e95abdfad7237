//! A PostgreSQL of our own: found on the system or embedded, run over a throw-away cluster, gone when we are.

mod command;
mod copy;
#[cfg(feature = "embedded-postgres")]
mod embedded;
mod find;
mod installation;
mod launch;
mod template;
mod watchdog;

pub(crate) use launch::{Postgres, SUPERUSER};

/// A user and group id.
type User = (u32, u32);
