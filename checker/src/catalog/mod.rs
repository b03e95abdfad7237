//! The set replayed on a model of the schema: each statement is judged against what the statements before it
//! have made, then applied.
//!
//! A statement that is refused is applied all the same, as far as that makes sense, so that one mistake is said
//! once. What the model cannot know (tables of unknown columns, bodies of functions, whatever an expression may
//! compute) is never guessed at.

mod alter;
mod alter_column;
mod asked;
mod body;
pub(crate) mod builtin;
mod calls;
mod column;
mod comment;
mod constraint;
mod create;
mod depend;
mod dml;
mod domain;
mod drop;
mod dump;
mod end;
mod external;
mod function;
mod guess;
mod hazards;
mod index;
mod key;
mod literal;
mod model;
mod names;
mod narrow;
mod no_table;
mod other;
mod read;
mod rename;
mod report;
mod returned;
mod rows;

mod similar;
mod statistics;
mod store;
#[cfg(test)]
mod tests;
mod through;
mod types;
mod value_type;
mod view;

use std::collections::HashMap;

use crate::ast::{Ident, Kind, TransactionVerb};
use crate::effect::Effects;
use crate::finding::{Diagnostic, Schema};
use crate::naming::ChosenNames;
use crate::statement::{File, Statement};
use crate::text::Span;

use model::{FunctionId, Model, Place, RelationId};

pub(crate) use end::End;
pub(crate) use external::Declared;

/// Whoever judges a statement by itself, in a file, before it is applied to the schema.
pub(crate) type Before<'b> = dyn FnMut(usize, &Statement<'_>, &dyn Schema) + 'b;

/// What a replay tells.
pub(crate) struct Replayed {
    /// By the file's position in the set: what each of its statements does.
    pub(crate) effects: HashMap<usize, Vec<Effects>>,
    pub(crate) chosen: ChosenNames,
    pub(crate) end: End,
}

/// Replays the files, which are in the order in which they are applied.
pub(crate) fn replay<'f, 's: 'f>(
    files: impl Iterator<Item = (usize, &'f File<'s>)>,
    declared: &Declared,
    before: &mut Before<'_>,
    out: &mut Vec<Diagnostic>,
) -> Replayed {
    let mut replay = Replay::new();
    external::declare(&mut replay, declared);
    replay.declared = replay.model.relations.len();
    replay.before = Some(before);
    let mut effects = HashMap::new();
    for (position, file) in files {
        replay.begin(position);
        let of_file = file.statements.iter().map(|statement| replay.whole(statement));
        effects.insert(position, of_file.collect());
    }
    replay.finish();
    replay.hazards();
    out.append(&mut replay.out);
    Replayed { effects, chosen: replay.chosen, end: End::new(replay.model, replay.declared) }
}

/// The schema that the files make, in lines of text.
pub(crate) fn dump<'f, 's: 'f>(files: impl Iterator<Item = (usize, &'f File<'s>)>) -> Vec<String> {
    let mut replay = Replay::new();
    for (position, file) in files {
        replay.begin(position);
        file.statements.iter().for_each(|statement| replay.statement(statement));
    }
    replay.dump()
}

/// The replay at one statement.
struct Replay<'c> {
    model: Model,
    before: Option<&'c mut Before<'c>>,
    out: Vec<Diagnostic>,
    file: usize,
    /// Where everything is that is made, instead of where it stands: for what a comment declares.
    place: Option<Place>,
    /// The schemas that a name without one is looked for in.
    path: Vec<String>,
    /// The path to come back to when the transaction ends.
    saved_path: Option<Vec<String>>,
    in_transaction: bool,
    /// Whether the statement is an `ALTER TABLE`.
    altering: bool,
    /// Changes under a function's body, said at the end unless the function is made anew until then.
    stale: Vec<Stale>,
    chosen: ChosenNames,
    /// How many of the relations are declared by comments: they may have constraints that nobody has declared.
    declared: usize,
    /// Whether whoever sends the statements gives values for their parameters.
    takes_parameters: bool,
}

/// That a function's body names what has gone.
struct Stale {
    function: FunctionId,
    file: usize,
    span: Span,
    message: String,
    table: RelationId,
    name: String,
    column: Option<String>,
}

impl Replay<'_> {
    fn new() -> Self {
        Self {
            model: Model::new(),
            before: None,
            out: Vec::new(),
            file: 0,
            place: None,
            path: vec!["public".to_owned()],
            saved_path: None,
            in_transaction: false,
            altering: false,
            stale: Vec::new(),
            chosen: ChosenNames::new(),
            declared: 0,
            takes_parameters: false,
        }
    }

    fn begin(&mut self, file: usize) {
        self.file = file;
        self.path = vec!["public".to_owned()];
        self.saved_path = None;
        self.in_transaction = false;
    }

    fn place(&self, span: Span) -> Place {
        self.place.unwrap_or(Place { file: self.file, span })
    }

    fn place_of(&self, name: &Ident) -> Place {
        self.place(name.span)
    }

    /// Applies a statement of a file, and tells what it does.
    fn whole(&mut self, statement: &Statement<'_>) -> Effects {
        self.model.effects = Effects::default();
        self.statement(statement);
        std::mem::take(&mut self.model.effects)
    }

    fn statement(&mut self, statement: &Statement<'_>) {
        if let Some(before) = self.before.take() {
            before(self.file, statement, self);
            self.before = Some(before);
        }
        self.model.clause = Span::default();
        match statement.kind() {
            Kind::CreateTable(table) => self.create_table(statement, table),
            Kind::AlterTable(alter) => self.alter(statement, alter),
            Kind::CreateIndex(index) => self.create_index(statement, index),
            Kind::CreateView(view) => self.create_view(statement, view),
            Kind::CreateSequence(sequence) => self.create_sequence(sequence),
            Kind::AlterSequence(sequence) => self.alter_sequence(sequence),
            Kind::CreateFunction(function) => self.create_function(statement, function),
            Kind::CreateDomain(domain) => self.create_domain(statement, domain),
            Kind::CreateSchema(schema) => self.create_schema(statement, schema),
            Kind::Drop(drop) => self.drop(statement, drop),
            Kind::Transaction(transaction) => match transaction.verb {
                TransactionVerb::Begin => self.in_transaction = true,
                TransactionVerb::Commit | TransactionVerb::Rollback => {
                    self.in_transaction = false;
                    self.path = self.saved_path.take().unwrap_or_else(|| std::mem::take(&mut self.path));
                }
                _ => {}
            },
            Kind::Dml(_) | Kind::Query => self.query_or_dml(statement),
            Kind::Set(setting) => self.set(setting.as_deref()),
            Kind::Other(head) => self.other(statement, &head.words),
        }
        self.types_in_casts(statement);
        self.calls(statement);
    }
}
