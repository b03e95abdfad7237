//! The stand-in under real clients. One PostgreSQL for the whole binary, an endpoint (a database) a test.

mod conflicts;
mod connection;
mod faults;
mod jobs;
mod recorded;
mod support;
mod transactions;
