//! Texts: files with their places, and how like two words are.

mod near;
mod source;

pub(crate) use near::{distance, nearest};
pub use source::{Anchor, Position, Source, Span};
