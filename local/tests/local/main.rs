//! The stand-in under real clients. One PostgreSQL for the whole binary, an endpoint (a database) a test.

mod clients;
mod conflicts;
mod connection;
mod faults;
mod jobs;
mod process;
mod recorded;
mod refusals;
mod support;
mod transactions;
