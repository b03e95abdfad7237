//! Who uses what: what cannot be dropped, and what a rename leaves behind.

use crate::ast::{Ident, ObjectName};
use crate::cursor::Cursor;
use crate::effect::{Change, Object};
use crate::rules::all::{body_reference, dependent_object};
use crate::text::Span;

use super::model::{Demand, Place, RelationId, RelationKind, User};
use super::{Replay, Stale};

/// A sequence that `nextval('…')` and its kin name.
pub(super) struct NamedSequence {
    pub(super) name: ObjectName,
    pub(super) span: Span,
    /// Whether it is looked up when the statement is read, so that what is stored depends on it: `'…'::text` is not.
    pub(super) bound: bool,
}

/// The sequences that the calls of a text name.
pub(super) fn sequences_in(mut cursor: Cursor<'_>) -> Vec<NamedSequence> {
    let mut names = Vec::new();
    while !cursor.at_end() {
        let call = cursor.is_any(&["nextval", "currval", "setval"]) && cursor.punct_at(1, "(");
        cursor.advance();
        if !call {
            continue;
        }
        cursor.advance();
        let (Some(token), Some(text)) = (cursor.token(), cursor.literal()) else { continue };
        let lexed = crate::lex::lex(&text);
        let mut inner = Cursor::new(&text, &lexed.tokens);
        if let Some(mut name) = inner.name().filter(|_| inner.at_end()) {
            for part in &mut name.parts {
                part.span = token.span;
            }
            let bound = !(cursor.punct_at(1, "::") && cursor.word_at(2, "text"));
            names.push(NamedSequence { name, span: token.span, bound });
        }
    }
    names
}

impl Replay<'_> {
    /// What still uses a relation, or one of its columns; the statement itself drops `with`.
    pub(super) fn user_of(
        &self,
        id: RelationId,
        column: Option<usize>,
        with: &[RelationId],
    ) -> Option<(User, String, Option<Place>)> {
        let wanted = |of: Option<usize>| column.is_none() || of == column;
        // What is the table's own goes with it.
        let own = |by: User| match by {
            User::Constraint(table, at) if table == id => {
                let constraint = self.model.table(table).and_then(|table| table.constraints.get(at));
                column.is_none()
                    || constraint.is_none_or(|one| !matches!(one.kind, Demand::ForeignKey { .. }))
            }
            User::Column(table, _) => table == id && column.is_none(),
            _ => false,
        };
        let users = self.model.relation(id).users.iter().filter(|one| wanted(one.column) && !own(one.by));
        users.filter(|one| self.model.is_alive(one.by)).find_map(|one| {
            let (of, what, place) = self.describe(one.by)?;
            if of.is_some_and(|of| with.contains(&of)) { None } else { Some((one.by, what, place)) }
        })
    }

    /// How messages say that something uses something: of which relation it is, what it does, and where it is.
    pub(super) fn describe(&self, user: User) -> Option<(Option<RelationId>, String, Option<Place>)> {
        Some(match user {
            User::Relation(id) => {
                let relation = self.model.relation(id);
                let what = match relation.kind {
                    // A sequence that belongs to the table goes with it.
                    RelationKind::Sequence(_) => return None,
                    RelationKind::Index(_) => format!("index `{}` is made with it", relation.name),
                    _ => format!("view `{}` reads it", relation.name),
                };
                (Some(id), what, relation.made)
            }
            User::Constraint(table, at) => {
                let constraint = self.model.table(table)?.constraints.get(at)?;
                let of = &self.model.relation(table).name;
                let what = match constraint.kind {
                    Demand::Check(_) => format!("the check `{}` of `{of}` uses it", constraint.name),
                    _ => format!("the foreign key `{}` of `{of}` refers to it", constraint.name),
                };
                (Some(table), what, Some(constraint.made))
            }
            User::Column(table, at) => {
                let column = self.model.table(table)?.columns.get(at)?;
                let of = &self.model.relation(table).name;
                let what = if column.generated { "is computed from it" } else { "takes its default from it" };
                (Some(table), format!("column `{}` of `{of}` {what}", column.name), Some(column.made))
            }
            User::Function(function) => {
                let function = self.model.functions.get(function)?;
                (None, format!("function `{}` uses it", function.name), Some(function.made))
            }
        })
    }

    /// Says that something cannot be dropped.
    pub(super) fn still_used(
        &mut self,
        span: Span,
        what: &str,
        shown: &str,
        user: (User, String, Option<Place>),
    ) {
        let (_, uses, place) = user;
        let finding = self.find(&dependent_object::RULE, span);
        finding.message(format!("{shown} cannot be dropped: {uses}"));
        finding.server(format!("cannot drop {what} because other objects depend on it"));
        finding.at_place(place, "what uses it");
        finding.help("drop or change what uses it before, or write CASCADE to drop both");
    }

    /// Drops what uses a relation or a column, as `CASCADE` does.
    pub(super) fn cascade(&mut self, id: RelationId, column: Option<usize>, place: Place) {
        let users: Vec<User> = self
            .model
            .relation(id)
            .users
            .iter()
            .filter(|one| column.is_none() || one.column == column)
            .map(|one| one.by)
            .collect();
        self.drop_users(&users, place);
    }

    pub(super) fn drop_users(&mut self, users: &[User], place: Place) {
        for user in users {
            if !self.model.is_alive(*user) {
                continue;
            }
            match *user {
                User::Relation(view) => {
                    // It goes first: views that are made anew can come to read each other.
                    let its: Vec<User> = self.model.relation(view).users.iter().map(|one| one.by).collect();
                    self.model.drop_relation(view, place);
                    self.drop_users(&its, place);
                }
                User::Constraint(table, at) => self.remove_constraint(table, at, place),
                User::Column(table, at) => {
                    // A column that is computed goes; one with a default loses that.
                    let column = self.model.table_mut(table).and_then(|table| table.columns.get_mut(at));
                    match column {
                        Some(column) if column.generated => self.remove_column(table, at, place),
                        Some(column) => {
                            column.has_default = false;
                            self.model.change(Change::Lost, Object::Column(table, at));
                        }
                        None => {}
                    }
                }
                User::Function(function) => self.function_gone(function, place),
            }
        }
    }

    /// Takes a constraint away, and its index.
    pub(super) fn remove_constraint(&mut self, table: RelationId, at: usize, place: Place) {
        let Some(known) = self.model.table_mut(table) else { return };
        let Some(constraint) = known.constraints.get_mut(at) else { return };
        constraint.dropped = true;
        let (name, kind) = (constraint.name.clone(), constraint.kind.clone());
        if known.constraint_names.get(&name) == Some(&at) {
            known.constraint_names.remove(&name);
        }
        known.gone_constraints.insert(name, place);
        self.model.change(Change::Gone, Object::Constraint(table, at));
        if let Demand::PrimaryKey(index) | Demand::Unique(index) = kind {
            self.model.drop_relation(index, place);
        }
    }

    /// Notes that what is dropped or renamed here stands in the body of a function, which nothing follows.
    pub(super) fn stale_bodies(&mut self, table: RelationId, column: Option<usize>, span: Span) {
        let name = self.model.relation(table).name.clone();
        let column = column.map(|at| self.column_name(table, at));
        let Some(functions) = self.model.bodies.get(&name) else { return };
        for function in functions {
            let Some(known) = self.model.functions.get(*function).filter(|one| !one.dropped) else {
                continue;
            };
            if column.as_ref().is_some_and(|column| !known.words.contains(column)) {
                continue;
            }
            let what = match &column {
                Some(column) => format!("`{column}` of `{name}`"),
                None => format!("`{name}`"),
            };
            self.stale.push(Stale {
                function: *function,
                file: self.file,
                span,
                message: format!("the body of function `{}` names {what}", known.name),
                table,
                name: name.clone(),
                column: column.clone(),
            });
        }
    }

    /// Says which functions name what has gone. One that was made anew or dropped since, or whose table has come
    /// back, is fine.
    pub(super) fn finish(&mut self) {
        for stale in std::mem::take(&mut self.stale) {
            let function = &self.model.functions[stale.function];
            if function.dropped || self.is_back(&stale) {
                continue;
            }
            let made = function.made;
            self.file = stale.file;
            let finding = self.find(&body_reference::RULE, stale.span);
            finding.message(stale.message).at_place(Some(made), "the function is created here");
        }
    }

    fn is_back(&self, stale: &Stale) -> bool {
        let schema = &self.model.schemas[self.schema_of(stale.table)];
        let Some(id) = schema.relations.get(&stale.name) else { return false };
        match &stale.column {
            None => true,
            Some(column) => self.model.table(*id).is_some_and(|table| table.column(column).is_some()),
        }
    }

    /// The words of a function's body, where that is a string.
    pub(super) fn words_of(&self, inner: &str) -> std::collections::HashSet<String> {
        let lexed = crate::lex::lex(inner);
        let word = |token: &crate::lex::Token| {
            Ident::from_token(inner.get(token.span.range())?, *token).map(|ident| ident.value)
        };
        lexed.tokens.iter().filter_map(word).collect()
    }
}
