//! What the tests of more than one crate share: a relay that counts and cuts, and plans made from SQL text.

mod frames;
pub mod relay;
pub mod sets;

/// The examples in the documents, compiled.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../docs/observability.md")]
    struct Observability;
}
