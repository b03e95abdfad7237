//! Judges SQL migrations for Amazon Aurora DSQL, and plans the steps in which DSQL can take them.
//!
//! Text in, [`Report`] out: nothing here talks to a network, and only [`folder`] reads files. What DSQL
//! accepts changes by the month, so every rule carries the days between which it holds, and a text is judged
//! as of a [`Dialect`].
//!
//! ```
//! use dsql_migrate_check::{Input, Options, check_file};
//!
//! let bytes = b"CREATE INDEX items_title_idx ON items (title);".to_vec();
//! let input = Input { path: "a.sql".into(), name: "a.sql".into(), bytes };
//! let report = check_file(input, Options::default());
//! assert_eq!(report.diagnostics[0].rule.id, "index-async");
//! ```

mod ast;
mod calls;
mod catalog;
mod check;
mod checksum;
mod cursor;
mod dialect;
mod directive;
mod effect;
mod expr;
mod file_name;
mod finding;
pub mod fix;
pub mod folder;
#[doc(hidden)]
pub mod grammar;
mod head;
mod judge;
#[doc(hidden)]
pub mod lex;
pub mod lock;
mod naming;
mod options;
pub mod page;
mod parse;
mod plan;
pub mod render;
mod rules;
mod settings;
mod statement;
mod text;
#[doc(hidden)]
pub mod value;

#[doc(hidden)]
pub use check::replayed;
pub use check::{Input, Report, check_file, check_set};
pub use dialect::{Date, Dialect, InvalidDate};
pub use dsql_migrate_plan::Plan;
pub use finding::{Diagnostic, Label, Rule, ServerAnswer, Severity};
pub use head::{Head, Judged};
pub use options::Options;
pub use rules::RULES;
pub use text::{Anchor, Position, Source, Span};
