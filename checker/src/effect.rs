//! What statements do to the schema and to rows, by identity. The replay notes it, and what is said of a set beyond its
//! single statements (phases, releases, waits, limits) is computed from nothing else: a rename, a search path or a
//! second schema cannot make it contradict the replay.

use std::collections::HashSet;

use crate::text::Span;

/// Something of the schema, whatever it is called at the time. The numbers are places in the replay's lists, which
/// only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Object {
    Schema(usize),
    /// A table, a view or a sequence.
    Relation(usize),
    /// An index, behind its table.
    Index(usize, usize),
    /// A column, behind its table or view.
    Column(usize, usize),
    /// A constraint, behind its table.
    Constraint(usize, usize),
    Domain(usize),
    Function(usize),
    /// Nothing that the set has made or declared.
    Unknown,
}

impl Object {
    /// What it is a part of: what has made that has made it.
    pub(crate) const fn owner(self) -> Option<Self> {
        match self {
            Self::Index(table, _) | Self::Column(table, _) | Self::Constraint(table, _) => {
                Some(Self::Relation(table))
            }
            _ => None,
        }
    }

    /// The table or view that a statement changes when it changes this. An index is an object of its own.
    pub(crate) const fn relation(self) -> Option<usize> {
        match self {
            Self::Relation(id) | Self::Column(id, _) | Self::Constraint(id, _) => Some(id),
            _ => None,
        }
    }
}

/// How something changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Made,
    Gone,
    /// Renamed, or moved to another schema.
    Moved,
    /// Changed so that who used it before can go on.
    Altered,
    /// It has lost a default, an identity or a privilege.
    Lost,
    /// Fewer values or rows are taken than before, as the message says; unless one of these parts is new.
    Narrowed(String, Vec<Object>),
}

/// One change, and the clause that makes it; no clause where the whole statement does.
#[derive(Debug, Clone)]
pub(crate) struct Effect {
    pub(crate) change: Change,
    pub(crate) object: Object,
    pub(crate) span: Span,
}

impl Effect {
    /// Whether code that used the object before may fail afterwards. Without an index or a constraint it is slower or
    /// freer, and nothing else.
    pub(crate) const fn takes_away(&self) -> bool {
        match self.change {
            Change::Gone | Change::Moved => {
                !matches!(self.object, Object::Index(..) | Object::Constraint(..))
            }
            Change::Lost => true,
            _ => false,
        }
    }
}

/// That a statement changes rows.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) table: usize,
    /// The keys of the table at this point, the primary key first; `None` where they are not known, or where a
    /// foreign key changes other rows with those of the table.
    pub(crate) keys: Option<Vec<Vec<String>>>,
}

/// A job that a statement starts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Job {
    /// The index that is built, or the constraint that is validated.
    pub(crate) object: Object,
    /// The schema of its table; `None` where the set does not make the table, so that a search path may find it anywhere.
    pub(crate) schema: Option<usize>,
    /// Whether it makes rows unique.
    pub(crate) unique: bool,
}

/// What one statement does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effects {
    pub(crate) changes: Vec<Effect>,
    /// Relations and columns whose rows it reads.
    pub(crate) reads: Vec<Object>,
    /// Tables whose rows it changes; that of the statement itself comes first.
    pub(crate) writes: Vec<Write>,
    /// Tables that its foreign keys refer to.
    pub(crate) refers: Vec<usize>,
    pub(crate) job: Option<Job>,
    /// Whether it may do more than is known here.
    pub(crate) unknown: bool,
}

impl Effects {
    pub(crate) fn change(&mut self, change: Change, object: Object, span: Span) {
        self.unknown |= object == Object::Unknown;
        self.changes.push(Effect { change, object, span });
    }

    /// The tables that it is about; `None` where any may be among them.
    pub(crate) fn tables(&self) -> Option<HashSet<Object>> {
        let any = |effect: &Effect| matches!(effect.object, Object::Schema(_));
        if self.unknown || self.changes.iter().any(any) {
            return None;
        }
        let changed = self.changes.iter().map(|effect| effect.object.owner().unwrap_or(effect.object));
        let rows = self.writes.iter().map(|write| write.table).chain(self.refers.iter().copied());
        Some(changed.chain(rows.map(Object::Relation)).collect())
    }

    /// Whether a job must have ended before this statement runs: where it is about what the job makes, where it writes
    /// rows or refers to a table whose unique index is being built (`ON CONFLICT` and foreign keys need it, and the build
    /// fails over duplicates), and where it takes the table away, or moves it.
    pub(crate) fn need(&self, job: &Job) -> bool {
        let table = job.object.owner().and_then(Object::relation);
        let concerns = |effect: &Effect| {
            let of_table = effect.object.relation().is_some() && effect.object.relation() == table;
            let goes = matches!(effect.change, Change::Gone | Change::Moved);
            let around = match effect.object {
                Object::Schema(id) => job.schema.is_none_or(|schema| schema == id),
                _ => false,
            };
            effect.object == job.object || (goes && (of_table || around))
        };
        let of_rows = || {
            self.writes
                .iter()
                .map(|write| write.table)
                .chain(self.refers.iter().copied())
                .any(|one| Some(one) == table)
        };
        self.unknown || self.changes.iter().any(concerns) || (job.unique && of_rows())
    }
}
