//! A local emulator of an Amazon Aurora DSQL cluster, for tests and for trying things out: a real PostgreSQL behind a proxy
//! that refuses, delays and conflicts as DSQL was seen to do. It is **not** Amazon Aurora DSQL.
//!
//! It needs a PostgreSQL of version 15 or newer on the machine (any package will do) and nothing else; or, with the feature
//! `embedded-postgres`, a Linux with glibc 2.38 or newer or a Mac with Apple's processor.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let cluster = dsql_local::Cluster::start(dsql_local::Options::new()).await?;
//! let (client, connection) = tokio_postgres::connect(&cluster.url(), tokio_postgres::NoTls).await?;
//! tokio::spawn(connection);
//! client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await?;
//! let refused = client.batch_execute("CREATE INDEX i ON t (v)").await;
//! assert!(refused.is_err(), "unsupported mode. please use CREATE INDEX ASYNC.");
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! Each client has a PostgreSQL connection of its own, and the proxy carries one message at a time. A statement outside a
//! transaction block runs inside a hidden one, so that what it did can be judged (by its command tag, PostgreSQL's row counters
//! and the traces it left in the catalog) and still be undone. Nothing here shares code with `dsql-migrate-check`: the two are
//! separate opinions on the same rules.
//!
//! # Where it differs
//!
//! `conformance/table.tsv` in this crate lists every behaviour, whether it is emulated, approximated or missing, and the evidence;
//! [`conformance`] replays what was recorded from a real cluster. What matters most:
//!
//! * The planner, the catalogs and the speed are PostgreSQL's.
//! * The first *writer* of a row wins unless its transaction has been silent for a second or the other statement commits at once;
//!   on DSQL it is the first to commit.
//! * The whole endpoint has one catalog version, so every DDL gives every other connection one OC001.
//! * The size of a transaction is the text and the parameters sent, not what is stored.
//! * Roles are shared by all endpoints of one [`Cluster`].
//! * The signature of a token is not checked.

mod backend;
mod catalog;
mod check;
mod cluster;
pub mod conformance;
mod control;
mod endpoint;
mod error;
mod faults;
mod jobs;
mod lex;
mod newer;
mod options;
mod postgres;
mod refuse;
mod registry;
mod server;
mod session;
mod shared;
mod statement;
mod tls;
mod token;
mod wire;
mod words;

pub use cluster::Cluster;
pub use control::{Control, Listening};
pub use endpoint::Endpoint;
pub use error::Error;
pub use faults::{Counts, Fault, Point, Strike};
pub use options::Options;

/// The date of the newest evidence that the rules rest on.
pub const RULES_OF: &str = "2026-10-10";

/// The main differences from a real cluster, for a banner.
pub const DIFFERENCES: &str = "planner, catalogs and speed are PostgreSQL's; the first writer of a row wins, not the first to commit; \
    OC001 comes to every connection after any DDL; a transaction's size is what was sent; token signatures are not checked";
