//! A local stand-in for an Amazon Aurora DSQL cluster, for tests and for trying things out: a real PostgreSQL behind a proxy
//! that refuses, delays and conflicts as DSQL was seen to do. It is **not** Amazon Aurora DSQL.

mod backend;
mod catalog;
mod check;
mod cluster;
pub mod conformance;
mod endpoint;
mod error;
mod jobs;
mod lex;
mod options;
mod postgres;
mod refuse;
mod registry;
mod session;
mod statement;
mod wire;
mod words;

pub use cluster::Cluster;
pub use endpoint::Endpoint;
pub use error::Error;
pub use options::Options;
