//! Columns: what they are declared as, and what comes with them.

use crate::ast::{
    ColumnClauseKind, ColumnDef, ConstraintKind, Ident, LikeClause, TableConstraint, TokenRange,
    UniqueConstraint,
};
use crate::rules::all::{column_type, name_case, serial_type, wrong_kind};
use crate::statement::Statement;
use crate::text::Span;

use super::Replay;
use super::depend::{NamedSequence, sequences_in};
use super::model::{Column, Place, RelationId, RelationKind, SchemaId, Table, User, View};
use super::names::{Resolved, cut};
use super::read::Asked;

/// How a constraint comes into being.
#[derive(Debug, Clone, Copy)]
pub(super) enum Declared {
    /// In `CREATE TABLE`; whether columns come from another table too. Without such columns the rule
    /// `table-columns` has judged the keys.
    WithTable { like: bool },
    /// By `ALTER TABLE`.
    Later,
}

/// When the server makes a constraint of a new table: other keys over the columns of the primary key become one with it, and
/// foreign keys come at the end, when the indexes of all keys are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    PrimaryKey,
    Other,
    ForeignKey,
}

pub(super) const TURNS: [Turn; 3] = [Turn::PrimaryKey, Turn::Other, Turn::ForeignKey];

impl Turn {
    pub(super) fn of(kind: &ConstraintKind) -> Self {
        match kind {
            ConstraintKind::PrimaryKey(_) => Self::PrimaryKey,
            ConstraintKind::ForeignKey(_) => Self::ForeignKey,
            _ => Self::Other,
        }
    }
}

impl Replay<'_> {
    /// A column as a statement declares it.
    pub(super) fn column(&mut self, statement: &Statement<'_>, column: &ColumnDef) -> Column {
        let data_type = column.data_type.as_ref().map(|one| self.type_of(one)).unwrap_or_default();
        if let Some(written) = column.data_type.as_ref()
            && data_type.domain.is_none()
            && let Some(id) = self.row_type(written).filter(|_| data_type.base.is_empty())
        {
            let made = self.model.relation(id).made;
            let shown = statement.slice(written.span);
            let finding = self.find(&column_type::RULE, written.span);
            finding.message(format!("a column cannot hold the rows of `{shown}`"));
            finding.server(format!("datatype {shown} not supported"));
            finding.at_place(made, "it is created here").help("use columns of their own, or jsonb");
        }
        let has =
            |wanted: fn(&ColumnClauseKind) -> bool| column.clauses.iter().any(|clause| wanted(&clause.kind));
        let identity = has(|kind| matches!(kind, ColumnClauseKind::Identity(_)));
        // A serial column is refused, and has a default as if it were not.
        let serial = column.data_type.as_ref().is_some_and(serial_type::is_serial);
        let plain = data_type.domain.is_none() && !data_type.display.contains('(');
        let is_null = |range| plain && is_null(statement, range);
        let has_default = serial
            || column
                .clauses
                .iter()
                .any(|clause| matches!(clause.kind, ColumnClauseKind::Default(range) if !is_null(range)));
        let key = |kind: &ColumnClauseKind| {
            matches!(kind, ColumnClauseKind::NotNull | ColumnClauseKind::PrimaryKey(_))
        };
        let not_null = identity || column.clauses.iter().any(|clause| key(&clause.kind));
        Column {
            name: cut(&column.name.value).to_owned(),
            not_null,
            has_default,
            generated: has(|kind| matches!(kind, ColumnClauseKind::Generated(_))),
            identity,
            always: identity && is_always(statement.slice(column.span)),
            made: self.place_of(&column.name),
            dropped: false,
            data_type,
        }
    }

    /// What a column brings along: uses of domains and sequences, the sequence of an identity.
    pub(super) fn column_made(
        &mut self,
        statement: &Statement<'_>,
        table: RelationId,
        at: usize,
        column: &ColumnDef,
    ) {
        let made = self.model.table(table).and_then(|table| table.columns.get(at));
        let domain = made.and_then(|column| column.data_type.domain);
        if let Some(domain) = domain.and_then(|id| self.model.domains.get_mut(id)) {
            domain.users.push((table, at));
        }
        self.column_case(table, at, column.name.span);
        for clause in &column.clauses {
            match &clause.kind {
                ColumnClauseKind::Default(range) => self.default_uses(statement, table, at, *range),
                ColumnClauseKind::Identity(_) => self.identity_sequence(table, at, clause.span),
                ColumnClauseKind::Generated(expression) => {
                    self.note_calls(statement, *expression, User::Column(table, at));
                    let asked =
                        Asked { stored: Some("generation expression"), column: Some(at), ..Asked::default() };
                    for used in self.columns_asked(statement, *expression, table, asked) {
                        self.model.note_use(table, Some(used), User::Column(table, at));
                    }
                }
                _ => {}
            }
        }
    }

    /// The sequences that a default takes its numbers from.
    pub(super) fn default_uses(
        &mut self,
        statement: &Statement<'_>,
        table: RelationId,
        at: usize,
        range: TokenRange,
    ) {
        self.note_calls(statement, range, User::Column(table, at));
        statement.with_part(range, |part| self.default_given((table, at), part));
        for NamedSequence { name, span, bound } in sequences_in(statement.within(range)) {
            match self.resolve(&name) {
                Resolved::Found(id) if bound => self.model.note_use(id, None, User::Column(table, at)),
                Resolved::Missing if bound && self.place.is_none() => {
                    self.unknown_relation(&name, "sequence", format!("relation \"{name}\" does not exist"));
                    if let Some(last) = self.out.last_mut() {
                        last.span = span;
                    }
                }
                _ => {}
            }
        }
    }

    /// The constraints that stand at a column and have their turn.
    pub(super) fn column_constraints(
        &mut self,
        statement: &Statement<'_>,
        table: RelationId,
        column: &ColumnDef,
        turn: Turn,
    ) {
        for clause in &column.clauses {
            let own = || vec![column.name.clone()];
            let kind = match &clause.kind {
                ColumnClauseKind::PrimaryKey(unique) => {
                    ConstraintKind::PrimaryKey(UniqueConstraint { columns: own(), ..unique.clone() })
                }
                ColumnClauseKind::Unique(unique) => {
                    ConstraintKind::Unique(UniqueConstraint { columns: own(), ..unique.clone() })
                }
                ColumnClauseKind::Check(range) => ConstraintKind::Check(*range),
                ColumnClauseKind::References(key) => {
                    ConstraintKind::ForeignKey(crate::ast::ForeignKey { columns: own(), ..key.clone() })
                }
                _ => continue,
            };
            if Turn::of(&kind) != turn {
                continue;
            }
            let constraint = TableConstraint {
                name: clause.name.clone(),
                kind,
                attributes: Vec::new(),
                span: clause.span,
                head: clause.span,
            };
            self.add_constraint(statement, table, &constraint, Declared::WithTable { like: false });
        }
    }

    /// `LIKE other`: the columns of the other table, as they are now.
    pub(super) fn like_clause(&mut self, statement: &Statement<'_>, clause: &LikeClause, table: &mut Table) {
        let words = statement.slice(clause.span).to_ascii_uppercase();
        let including = |what: &str| {
            (words.contains("INCLUDING ALL") && !words.contains(&format!("EXCLUDING {what}")))
                || words.contains(&format!("INCLUDING {what}"))
        };
        let place = self.place(clause.span);
        let server = format!("relation \"{}\" does not exist", clause.source);
        match self.resolve(&clause.source) {
            Resolved::Found(id) => match &self.model.relation(id).kind {
                RelationKind::Table(source) => {
                    table.opaque |= source.opaque;
                    // Which keys and constraints come along is not followed.
                    table.loose |= source.loose || including("INDEXES") || including("CONSTRAINTS");
                    for (_, column) in source.live() {
                        table.add(Column {
                            name: column.name.clone(),
                            data_type: column.data_type.clone(),
                            not_null: column.not_null,
                            has_default: column.has_default && including("DEFAULTS"),
                            generated: column.generated && including("GENERATED"),
                            identity: column.identity && including("IDENTITY"),
                            always: column.always && including("IDENTITY"),
                            made: place,
                            dropped: false,
                        });
                    }
                }
                RelationKind::Index(_) | RelationKind::Sequence(_) => {
                    table.opaque = true;
                    let shown = self.model.relation(id).name.clone();
                    let finding = self.find(&wrong_kind::RULE, clause.source.span());
                    finding.message(format!("`{shown}` has no columns to copy"));
                    finding.server(format!("relation \"{shown}\" is invalid in LIKE clause"));
                    finding.help("name a table or a view");
                }
                RelationKind::View(View { columns: Some(columns), .. })
                    if columns.iter().all(|one| one.name.is_some()) =>
                {
                    for column in columns {
                        table.add(Column {
                            name: column.name.clone().unwrap_or_default(),
                            data_type: column.data_type.clone().unwrap_or_default(),
                            not_null: false,
                            has_default: false,
                            generated: false,
                            identity: false,
                            always: false,
                            made: place,
                            dropped: false,
                        });
                    }
                }
                _ => table.opaque = true,
            },
            Resolved::Unknown => table.opaque = true,
            Resolved::Missing => {
                table.opaque = true;
                self.unknown_relation(&clause.source, "relation", server);
            }
        }
    }

    /// The column of a table; a missing one is reported, in words that are made with the table's name.
    pub(super) fn known_column(
        &mut self,
        table: RelationId,
        column: &Ident,
        server: impl FnOnce(&str) -> String,
    ) -> Option<usize> {
        let known = self.model.table(table)?;
        let found = known.column(cut(&column.value));
        if found.is_none() && !known.opaque {
            let words = server(&self.model.relation(table).name);
            self.unknown_column(table, column, words);
            self.assume_column(table, column);
        }
        found
    }

    /// After it has been reported, a column is taken to exist: another statement about it says nothing new.
    fn assume_column(&mut self, table: RelationId, column: &Ident) {
        if let Some(table) = self.model.table_mut(table) {
            table.assumed.insert(cut(&column.value).to_owned());
        }
    }

    /// Warns of a relation whose name is another's but for the case of its letters.
    pub(super) fn case(&mut self, home: SchemaId, name: &str, span: Span) {
        let Some(other) = self.model.schemas[home].folded.get(&name.to_lowercase()) else { return };
        let other = self.model.relation(*other);
        if other.name != name {
            let (other, made) = (other.name.clone(), other.made);
            self.case_finding(name, &other, span, made);
        }
    }

    fn column_case(&mut self, table: RelationId, at: usize, span: Span) {
        let Some(known) = self.model.table(table) else { return };
        let Some(name) = known.columns.get(at).map(|column| column.name.as_str()) else { return };
        let lower = name.to_lowercase();
        if known.folded_before(at, &lower, name).is_none() {
            return;
        }
        let other = known.folded_before(at, &lower, name);
        if let Some((other, made)) = other.map(|column| (column.name.clone(), column.made)) {
            let name = name.to_owned();
            self.case_finding(&name, &other, span, Some(made));
        }
    }

    pub(super) fn case_finding(&mut self, name: &str, other: &str, span: Span, made: Option<Place>) {
        let finding = self.find(&name_case::RULE, span);
        finding.message(format!("`{name}` and `{other}` differ in case only"));
        finding.at_place(made, "the other is created here");
        finding.help(
            "a name without quotes is folded to lower case, so that the two are taken for each other; \
             choose another name, or write both without quotes if they are the same",
        );
    }
}

/// Whether a clause about an identity says that the server makes all of its values.
pub(super) fn is_always(clause: &str) -> bool {
    !clause.to_ascii_uppercase().contains("BY DEFAULT")
}

/// Whether an expression is NULL: as a default it is none, but for types with modifiers, to which it is cast.
pub(super) fn is_null(statement: &Statement<'_>, range: TokenRange) -> bool {
    statement.range_text(range).eq_ignore_ascii_case("NULL")
}
