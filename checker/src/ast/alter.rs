use super::{ColumnDef, DataType, Ident, ObjectName, SequenceOption, TableConstraint, TokenRange};
use crate::text::Span;

/// What `ALTER …` is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlterTarget {
    /// A table.
    Table,
    /// A view.
    View,
    /// An index.
    Index,
}

/// `ALTER TABLE` and what shares its actions.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterTable {
    /// What is altered.
    pub target: AlterTarget,
    /// The words before the name: `ALTER TABLE`.
    pub head: Span,
    /// `ASYNC`.
    pub asynchronous: Option<Span>,
    /// Whether it says `IF EXISTS`.
    pub if_exists: bool,
    /// The name.
    pub name: ObjectName,
    /// What is done to it.
    pub actions: Vec<AlterAction>,
}

/// One action of `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterAction {
    /// What is done.
    pub kind: AlterActionKind,
    /// The whole of it.
    pub span: Span,
}

/// The actions of `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterActionKind {
    /// `ADD COLUMN`.
    AddColumn {
        /// Whether it says `IF NOT EXISTS`.
        if_not_exists: bool,
        /// The column.
        column: ColumnDef,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// Whether it says `IF EXISTS`.
        if_exists: bool,
        /// The column.
        column: Ident,
        /// Whether it says `CASCADE`.
        cascade: bool,
    },
    /// `ALTER COLUMN`.
    AlterColumn {
        /// The column.
        column: Ident,
        /// What is done to it.
        change: AlterColumnKind,
    },
    /// `ADD [CONSTRAINT name] …`.
    AddConstraint(TableConstraint),
    /// `VALIDATE CONSTRAINT name`.
    ValidateConstraint(Ident),
    /// `DROP CONSTRAINT name`.
    DropConstraint {
        /// Whether it says `IF EXISTS`.
        if_exists: bool,
        /// The constraint.
        name: Ident,
    },
    /// `ALTER CONSTRAINT name …`.
    AlterConstraint(Ident),
    /// `RENAME [COLUMN] from TO to`.
    RenameColumn {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `RENAME CONSTRAINT from TO to`.
    RenameConstraint {
        /// The old name.
        from: Ident,
        /// The new name.
        to: Ident,
    },
    /// `RENAME TO name`.
    RenameTo(Ident),
    /// `SET SCHEMA name`.
    SetSchema(Ident),
    /// `OWNER TO name`.
    OwnerTo,
    /// `ENABLE` or `DISABLE TRIGGER`; whether it is `ALL` or `USER`.
    Trigger {
        /// Whether it names no trigger of its own.
        all: bool,
    },
    /// `SET (…)` or `RESET (…)`: options of a view, storage parameters of anything else.
    Options,
    /// Any other, known by its first words in upper case.
    Other(String),
}

/// What `ALTER COLUMN` does.
#[derive(Debug, Clone, PartialEq)]
pub enum AlterColumnKind {
    /// `SET DEFAULT expression`.
    SetDefault(TokenRange),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `[SET DATA] TYPE`.
    Type(Option<DataType>),
    /// `DROP EXPRESSION`.
    DropExpression,
    /// `ADD GENERATED … AS IDENTITY`.
    AddIdentity(Vec<SequenceOption>),
    /// `SET GENERATED`, `RESTART`, `SET <option>` of an identity.
    ChangeIdentity(Vec<SequenceOption>),
    /// `DROP IDENTITY`; whether it says `IF EXISTS`.
    DropIdentity(bool),
    /// `SET STATISTICS n`.
    SetStatistics,
    /// `SET STORAGE kind`.
    SetStorage,
    /// `SET COMPRESSION method`.
    SetCompression,
    /// `SET (…)` or `RESET (…)`.
    Options,
}
