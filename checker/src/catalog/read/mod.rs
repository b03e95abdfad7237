//! What queries, DML and expressions read: relations, and columns as far as their names tell.
//!
//! A name is looked for as PostgreSQL does it: in the tables of its own `FROM`, then in those of the queries
//! around. Where one of these has columns that are not known, a name that is not found elsewhere may be one of
//! them, and nothing is said.

mod expression;
mod from;
mod grouped;
mod immutable;
mod lookup;
mod output;
pub(super) mod query;
mod shape;
mod typed;
pub(super) mod written;

use std::collections::{HashMap, HashSet};

use crate::effect::Object;
use crate::grammar::Part;

use super::Replay;
use super::literal::DEFAULT;
use super::model::{Output, RelationId};

/// What a query reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) relations: Vec<RelationId>,
    pub(super) columns: Vec<(RelationId, usize)>,
    /// Its columns, where it is known which they are.
    pub(super) outputs: Option<Vec<Output>>,
    /// Whether its rows may be those of one table.
    pub(super) simple: bool,
}

/// One source of columns.
#[derive(Clone)]
struct Item {
    name: Option<String>,
    /// Whether the name is one that the query gives.
    aliased: bool,
    columns: Columns,
}

#[derive(Clone)]
enum Columns {
    Relation(RelationId),
    Listed(Vec<Output>),
    Unknown,
}

/// What names may mean in one query.
#[derive(Default)]
struct Scope {
    items: Vec<Item>,
    /// Columns that `USING` or `NATURAL` makes one of two.
    merged: HashSet<String>,
    /// What a join's USING gives a name of its own; `*` does not show it once more.
    joined: Vec<Item>,
    /// Whether any name may mean something here.
    open: bool,
}

/// What an expression must be.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked<'w> {
    /// True or false; what the server calls it.
    pub(super) condition: Option<&'w str>,
    /// The same whenever it is computed, since its value is stored; what the server calls it.
    pub(super) stored: Option<&'w str>,
    /// A value of a column of the table.
    pub(super) column: Option<usize>,
}

struct Reader<'r, 'c> {
    replay: &'r mut Replay<'c>,
    /// From the outermost query to the one that is looked at.
    scopes: Vec<Scope>,
    /// The parts of each WITH around, as far as they can be seen.
    with: Vec<HashMap<String, Columns>>,
    /// Tables beside a part of FROM, which it does not see without LATERAL.
    beside: Vec<String>,
    reads: Reads,
    /// Whether columns that are missing are reported.
    judge: bool,
}

impl Replay<'_> {
    /// What a statement reads; says which relations and columns are missing. `own` is a name that means the
    /// statement itself.
    pub(super) fn read_statement(&mut self, part: Part<'_>, own: Option<&str>) -> Reads {
        let with = own.map(|own| HashMap::from([(own.to_owned(), Columns::Unknown)]));
        self.read(part, with, None)
    }

    /// The same for the body of a function, whose arguments may stand where columns do: they are looked for last.
    pub(super) fn read_body(&mut self, part: Part<'_>, function: &str, arguments: &[String]) -> Reads {
        self.read(part, None, Some(arguments_of(function, arguments)))
    }

    /// `RETURN expression` as the body of a function.
    pub(super) fn read_result(&mut self, part: Part<'_>, function: &str, arguments: &[String]) -> Reads {
        let mut reader = Reader::new(self, true);
        reader.scopes.push(arguments_of(function, arguments));
        reader.visit(part);
        reader.reads
    }

    fn read(
        &mut self,
        part: Part<'_>,
        with: Option<HashMap<String, Columns>>,
        around: Option<Scope>,
    ) -> Reads {
        let mut reader = Reader::new(self, true);
        reader.with.extend(with);
        reader.scopes.extend(around);
        let outputs = reader.statement(part);
        let mut reads = reader.reads;
        reads.outputs = outputs;
        reads.simple = query::is_simple(part);
        reads.relations.sort_unstable();
        reads.relations.dedup();
        reads.columns.sort_unstable();
        reads.columns.dedup();
        let relations = reads.relations.iter().map(|id| Object::Relation(*id));
        let columns = reads.columns.iter().map(|(id, at)| Object::Column(*id, *at));
        self.model.effects.reads.extend(relations.chain(columns));
        reads
    }

    /// The columns of a table that an expression names; says which are missing, and where it is not what is asked for.
    pub(super) fn columns_asked(
        &mut self,
        statement: &crate::statement::Statement<'_>,
        range: crate::ast::TokenRange,
        table: RelationId,
        asked: Asked<'_>,
    ) -> Vec<usize> {
        let name = self.model.relation(table).name.clone();
        statement.with_part(range, |part| self.columns_of(part, table, &name, asked)).unwrap_or_default()
    }

    fn columns_of(&mut self, part: Part<'_>, table: RelationId, name: &str, asked: Asked<'_>) -> Vec<usize> {
        let item = Item { name: Some(name.to_owned()), aliased: false, columns: Columns::Relation(table) };
        let mut reader = Reader::new(self, true);
        reader.scopes.push(Scope { items: vec![item], ..Scope::default() });
        if let Some(word) = asked.condition {
            reader.truth(word, Some(&part));
        }
        if let Some(what) = asked.stored {
            reader.immutable(part, what);
        }
        if let Some(at) = asked.column {
            let seen = reader.seen_type(part);
            reader.replay.given((table, at), part, seen, (DEFAULT, part.span()));
        }
        reader.visit(part);
        let mut columns: Vec<usize> =
            reader.reads.columns.into_iter().filter(|(of, _)| *of == table).map(|(_, at)| at).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

impl<'r, 'c> Reader<'r, 'c> {
    fn new(replay: &'r mut Replay<'c>, judge: bool) -> Self {
        Self {
            replay,
            scopes: Vec::new(),
            with: Vec::new(),
            beside: Vec::new(),
            reads: Reads::default(),
            judge,
        }
    }

    /// Looks at something with more to see than what is around.
    fn within<R>(&mut self, scope: Scope, look: impl FnOnce(&mut Self) -> R) -> (R, Scope) {
        self.scopes.push(scope);
        let result = look(self);
        (result, self.scopes.pop().unwrap_or_default())
    }
}

/// What the arguments of a function mean in its body: by their names, by the function's and theirs, and
/// `argument.field` where one is a row.
fn arguments_of(function: &str, arguments: &[String]) -> Scope {
    let columns = arguments.iter().map(|name| Output::named(name)).collect();
    let item = Item { name: Some(function.to_owned()), aliased: false, columns: Columns::Listed(columns) };
    let rows = arguments.iter().map(|name| Item {
        name: Some(name.clone()),
        aliased: false,
        columns: Columns::Unknown,
    });
    Scope { items: vec![item], joined: rows.collect(), ..Scope::default() }
}
