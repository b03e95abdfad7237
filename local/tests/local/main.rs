//! The stand-in under real clients. One PostgreSQL for the whole binary, an endpoint (a database) a test.

mod jobs;
mod support;
mod transactions;
