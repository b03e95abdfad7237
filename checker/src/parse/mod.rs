//! Tokens of one statement to [`Kind`].
//!
//! The [grammar](crate::grammar) reads a statement into a tree; here its nodes become what the rules, the replay and the
//! planner look at. What DSQL does not have is known by its [first words](heads) and read no further.

mod alter;
mod column;
mod data_type;
mod drop;
pub(crate) mod heads;
mod index;
mod persistence;
mod query;
mod routine;
mod sequence;
mod setting;
mod table;
mod transaction;

use crate::ast::{DmlVerb, Kind};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind as Node, Part, Stop, Tree};

pub(crate) use data_type::data_type;
pub(crate) use query::skip_explain;
pub(crate) use setting::read as setting;

/// A statement that has been read.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// What it is.
    pub(crate) kind: Kind,
    /// By the grammar; none where it is wrong, or a statement that DSQL does not have.
    pub(crate) tree: Option<Tree>,
    /// Where the server would stop reading it.
    pub(crate) stop: Option<Stop>,
}

/// Reads a statement.
pub(crate) fn parse(cursor: Cursor<'_>) -> Parsed {
    if let Some(kind) = heads::foreign(cursor) {
        return Parsed { kind, tree: None, stop: None };
    }
    // The parts of a definition that can be read are worth a look although another one cannot; of a query they are not.
    let defines = cursor.is_any(&["CREATE", "ALTER"]);
    let (tree, stop) = if defines {
        crate::grammar::read(cursor)
    } else {
        match crate::grammar::statement(cursor) {
            Ok(tree) => (Some(tree), None),
            Err(stop) => (None, Some(stop)),
        }
    };
    let kind = tree.as_ref().and_then(|tree| statement(Part::root(tree, cursor)?));
    let kind = kind.unwrap_or_else(|| by_words(cursor));
    Parsed { kind, tree: tree.filter(|_| stop.is_none()), stop }
}

/// A statement that the grammar has read.
fn statement(part: Part<'_>) -> Option<Kind> {
    match part.kind() {
        Node::CreateTable | Node::CreateTableAs => table::create(part),
        Node::AlterTable => alter::table(part),
        Node::CreateIndex => index::create(part),
        Node::CreateView | Node::CreateRecursiveView => routine::view(part),
        Node::CreateSequence => sequence::create(part),
        Node::AlterSequence => alter::sequence(part),
        Node::CreateFunction => routine::function(part),
        Node::CreateDomain => routine::domain(part),
        Node::CreateSchema | Node::CreateSchemaIfMissing => table::schema(part),
        Node::Drop => drop::read(part),
        Node::Transaction => transaction::read(part),
        Node::Insert => Some(Kind::Dml(DmlVerb::Insert)),
        Node::Update => Some(Kind::Dml(DmlVerb::Update)),
        Node::Delete => Some(Kind::Dml(DmlVerb::Delete)),
        Node::Merge => Some(Kind::Dml(DmlVerb::Merge)),
        Node::CopyFrom => Some(Kind::Dml(DmlVerb::Copy)),
        Node::Query => Some(query::kind(part)),
        Node::Explain => Some(query::explained(part)),
        Node::CopyTo | Node::CopyQuery | Node::CallStatement | Node::Show => Some(Kind::Query),
        Node::Set => Some(transaction::read(part).unwrap_or_else(|| set(part.cursor()))),
        Node::SetConstraints | Node::Reset => Some(set(part.cursor())),
        _ => None,
    }
}

fn set(cursor: Cursor<'_>) -> Kind {
    Kind::Set(setting(cursor).map(Box::new))
}

/// What a statement is that has no form of its own, or cannot be read.
fn by_words(cursor: Cursor<'_>) -> Kind {
    if let Some(kind) = query::by_words(cursor) {
        return kind;
    }
    if let Some(kind) = transaction::by_words(cursor) {
        return kind;
    }
    if cursor.is_any(&["SET", "RESET"]) { set(cursor) } else { Kind::Other(heads::head(cursor)) }
}
