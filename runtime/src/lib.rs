//! SQL migrations for Amazon Aurora DSQL: checked when your crate is compiled, applied when your service boots.
//!
//! ```no_run
//! # #[cfg(feature = "iam")]
//! # async fn boot(migrations: dsql_migrate::Migrations) -> Result<(), Box<dyn std::error::Error>> {
//! // static MIGRATIONS: dsql_migrate::Migrations = dsql_migrate::embed_migrations!("migrations");
//! // The endpoint from DSQL_ENDPOINT, a token for each connection from AWS's default credentials.
//! let cluster = dsql_migrate::Dsql::from_env()?;
//! let report = migrations.run(&cluster).await?;
//! println!("{report}");
//! # Ok(()) }
//! ```
//!
//! The service's own statements can be checked against the schema that the migrations end with:
//!
//! ```no_run
//! # async fn title(client: &tokio_postgres::Client, id: &str) -> Result<String, tokio_postgres::Error> {
//! use dsql_migrate::sql;
//!
//! let by_id = sql!("../migrations", "SELECT title FROM items_v2 WHERE id = $1::text::uuid");
//! let row = client.query_one(by_id, &[&id]).await?;
//! # row.try_get(0) }
//! ```
//!
//! A run takes one step after the other, each in a transaction of its own as DSQL asks: one DDL statement, or
//! statements that change rows together with the record that they have. Before a DDL statement its intent is
//! recorded, after it what became of it, so that whoever comes after a crash knows what to ask the catalog about.
//! Any number of instances may boot at once; a lease in the database decides which one works.
//!
//! Three tables are kept: `schema_migrations` (what is applied), `schema_migrations_steps` (what is under way;
//! empty otherwise) and `schema_migrations_lease` (one row). To have a migration applied again, undo it by hand and
//! delete its row from `schema_migrations`.

mod baseline;
mod checksum;
mod connect;
mod core;
mod error;
mod hook;
#[cfg(feature = "serde")]
mod json;
#[cfg(feature = "serde")]
mod json_fields;
mod migrations;
mod options;
#[cfg(feature = "deadpool")]
mod pool;
mod progress;
#[cfg(feature = "refinery")]
pub mod refinery;
mod report;
mod retry;
mod retry_policy;
mod retry_stale;
mod server;
mod server_error;
mod shell;
mod sql;
mod stale;
mod status;
#[cfg(test)]
mod testing;

pub use baseline::{AppliedElsewhere, Baseline, Begun, Mismatch};
pub use connect::{ConnectError, ConnectErrorKind, Connection, Connector};
#[cfg(feature = "tls")]
pub use connect::{Database, Roots};
#[cfg(feature = "iam")]
pub use connect::{Dsql, DsqlBuilder, Token};
pub use core::{HookTime, LateFiles, UnknownVersions};
pub use dsql_migrate_macros::{embed_migrations, sql};
pub use dsql_migrate_plan::{Checksum, MigrationKind, Phase};
pub use error::{Error, ErrorKind};
pub use hook::{Hook, HookError, HookFuture};
pub use migrations::{Migration, Migrations, Runner};
pub use options::Options;
#[cfg(feature = "deadpool")]
pub use pool::{Pool, PoolError, PoolManager, Pooled, Recycler};
pub use progress::{Event, Found, JobState, Kind, Lines, Progress, RetryCause, StepRef};
pub use report::{AppliedNow, Report};
pub use retry_policy::Retry;
pub use retry_stale::{is_stale, retry_stale};
pub use server_error::ServerError;
/// What the macro's expansion and the crates of this repository use. Not part of the public API: it may change with any
/// version.
#[doc(hidden)]
pub mod __private {
    pub use crate::sql::{elsewhere, forms, quote};
    pub use dsql_migrate_plan as plan;
}
#[doc(hidden)]
pub use stale::Source;
pub use status::{
    DryRun, LeaseStatus, MigrationStatus, PlannedMigration, PlannedStatement, PlannedStep, StartedStep,
    State, Status, UnknownMigration,
};
