//! What the tests of more than one crate share: a relay that counts and cuts, and plans made from SQL text.

pub mod catalog;
pub mod form;
mod frames;
pub mod generated;
pub mod relay;
pub mod schema_sets;
pub mod sets;

/// The examples in the documents, compiled.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../docs/observability.md")]
    struct Observability;
}
