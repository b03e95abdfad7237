//! Findings, and the rules that they are of.

mod diagnostic;
mod edit;
mod rule;
mod schema;

pub use diagnostic::{Diagnostic, Label, ServerAnswer, Severity};
pub(crate) use edit::removal;
pub use edit::{Edit, Suggestion, apply};
pub(crate) use rule::Context;
pub(crate) use rule::{Check, OfPart};
pub use rule::{Findings, Rule};
pub(crate) use schema::Schema;
