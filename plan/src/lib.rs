//! What passes between the stages of dsql-migrate.
//!
//! The checker makes a [`Plan`] from SQL files, the macro writes it into a binary as bytes ([`Plan::encode`]), and the
//! runtime reads them ([`Plan::decode`]) and applies it. Nothing here parses SQL or talks to a network, and nothing here
//! depends on another crate.
//!
//! The three stages are released together, so the fields are public and a plan is built with struct
//! literals. Services read plans; they have no need to build one by hand.

mod checksum;
mod encoding;
pub mod limits;
mod proof;
mod step;

pub use checksum::{Checksum, InvalidChecksum};
pub use encoding::{FORMAT, fingerprint};
pub use proof::{Column, ConstraintKind, Fact, Name, Proof, RelationKind, TableConstraint};
pub use step::{IndexDefinition, Job, Setting, Statement, Step, StepKind, Unqualified};

/// Text that is borrowed from the bytes in a binary and owned when a folder is read at run time.
pub type Text = std::borrow::Cow<'static, str>;

/// A list; an empty one costs nothing.
pub type List<T> = std::borrow::Cow<'static, [T]>;

/// All migrations of a folder, in version order, split into the steps that DSQL can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The day (`YYYY-MM-DD`) whose DSQL the files were judged against.
    pub dialect: Text,
    /// The migrations, by ascending version; versions are distinct.
    pub migrations: List<Migration>,
}

/// When a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MigrationKind {
    /// Once, in version order.
    #[default]
    Ordinary,
    /// `-- dsql: baseline`: what a database may have had before the set. Where the catalog shows all of it, it is
    /// recorded and not run; where it shows nothing of it, it runs like any other. It stands before all that is not.
    Baseline,
    /// `-- dsql: always`: again whenever its checksum is not the recorded one, after everything else. Its
    /// statements can be repeated.
    Always,
}

impl MigrationKind {
    /// The word for it: `ordinary`, `baseline` or `always`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Baseline => "baseline",
            Self::Always => "always",
        }
    }
}

/// Which way a migration moves the schema, seen by code of an older release that still runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Phase {
    /// Old code goes on working.
    #[default]
    Expand,
    /// Rows change, not the schema.
    Backfill,
    /// Something that old code may use is taken away, renamed or narrowed.
    Contract,
}

impl Phase {
    /// The word for it: `expand`, `backfill` or `contract`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Backfill => "backfill",
            Self::Contract => "contract",
        }
    }
}

/// One migration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// When it runs.
    pub kind: MigrationKind,
    /// Which way it moves the schema: the farthest of its statements.
    pub phase: Phase,
    /// The digits before the first underscore of the file's name, as they are written (`0003`).
    pub version: Text,
    /// The rest of the file's name without `.sql` (`add_items`).
    pub name: Text,
    /// The file as messages name it (`migrations/0003_add_items.sql`).
    pub file: Text,
    /// Of the file's tokens: white space, line ends and comments do not count.
    pub checksum: Checksum,
    /// Older checksums that the ledger may have: the file was edited in a way that does not change what it did.
    pub replaces: List<Checksum>,
    /// What runs, in this order. Empty for a file that holds nothing but comments, which the checker refuses.
    pub steps: List<Step>,
}
