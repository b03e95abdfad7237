//! A PostgreSQL of our own: found on the system, run over a throw-away cluster, gone when we are.

mod find;
mod launch;

pub(crate) use launch::{Postgres, SUPERUSER};
