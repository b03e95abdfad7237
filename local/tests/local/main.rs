//! The stand-in under real clients. One PostgreSQL for the whole binary, an endpoint (a database) a test.

mod conflicts;
mod jobs;
mod recorded;
mod support;
mod transactions;
