use super::{DataType, ObjectName};
use crate::text::Span;

/// An option of a sequence or of an identity column.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceOption {
    /// Which.
    pub kind: SequenceOptionKind,
    /// Where it stands.
    pub span: Span,
}

/// The options of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum SequenceOptionKind {
    /// `AS type`.
    As(DataType),
    /// `CACHE n`.
    Cache(i64),
    /// `OWNED BY table.column`, or `NONE`.
    OwnedBy(ObjectName),
    /// `SEQUENCE NAME name`, which pg_dump writes.
    SequenceName(ObjectName),
    /// `RESTART [WITH n]`.
    Restart,
    /// `SET GENERATED`, for identity columns.
    SetGenerated,
    /// `INCREMENT`, `MINVALUE`, `MAXVALUE`, `START`, `CYCLE` and their `NO` forms.
    Plain,
}
