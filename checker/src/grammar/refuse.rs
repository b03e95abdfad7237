//! What the server's parser reads and refuses with words of its own.

use super::kind::NodeKind as Kind;
use super::tree::Node;
use crate::cursor::Cursor;

/// A refusal of the server's parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) sqlstate: &'static str,
    pub(crate) message: String,
    /// The token that the server points at.
    pub(crate) at: usize,
}

const SYNTAX: &str = "42601";
const NOT_SUPPORTED: &str = "0A000";

/// What is wrong with a node that has just been made; `next` is the token behind it.
pub(super) fn refusal(node: Node<'_>, cursor: Cursor<'_>, next: usize) -> Option<Refusal> {
    let start = node.range().start;
    let found = |sqlstate, at, message: &str| Some(Refusal { sqlstate, at, message: message.to_owned() });
    match node.kind() {
        Kind::Relation | Kind::Function | Kind::SignatureAlone => name(node, cursor, next),
        Kind::Column | Kind::Param | Kind::Field => {
            let steps = node.children_backwards().skip(1);
            let misplaced = steps.into_iter().any(|step| step.is(Kind::AllColumns));
            misplaced.then(|| near(cursor, next, "improper use of \"*\""))
        }
        Kind::UniqueRows => found(NOT_SUPPORTED, start, "UNIQUE predicate is not yet implemented"),
        Kind::Overlaps => overlaps(node),
        Kind::ModifiedString => modified(node),
        Kind::Call => within_group(node, cursor),
        Kind::Query => repeated_clause(node, cursor),
        Kind::LimitComma => found(SYNTAX, start, "LIMIT #,# syntax is not supported"),
        Kind::FrameAlone => frame(node, None),
        Kind::FrameBetween => {
            let mut bounds = node.children_backwards().filter(|child| is_bound(child.kind()));
            let end = bounds.next();
            frame(node, end)
        }
        Kind::CreateSchemaIfMissing => {
            const ELEMENTS: &[Kind] = &[
                Kind::CreateTable,
                Kind::CreateIndex,
                Kind::CreateSequence,
                Kind::CreateView,
                Kind::CreateRecursiveView,
                Kind::GrantOn,
            ];
            let first = node.children_backwards().filter(|child| ELEMENTS.contains(&child.kind())).last()?;
            found(
                NOT_SUPPORTED,
                first.range().start,
                "CREATE SCHEMA IF NOT EXISTS cannot include schema elements",
            )
        }
        Kind::Catalog => found(NOT_SUPPORTED, start + 1, "current database cannot be changed"),
        Kind::Unencrypted => found(NOT_SUPPORTED, start, "UNENCRYPTED PASSWORD is no longer supported"),
        Kind::RoleWord => role_word(cursor, start),
        Kind::NewRole => new_role(cursor, start),
        Kind::Role => role(cursor, start),
        Kind::Generated => {
            let by_default = node.child(Kind::ByDefault)?;
            found(
                SYNTAX,
                by_default.range().start,
                "for a generated column, GENERATED ALWAYS must be specified",
            )
        }
        Kind::JsonEncoding => {
            let written = word(cursor, start + 1);
            let known = ["utf8", "utf16", "utf32"].iter().any(|one| written.eq_ignore_ascii_case(one));
            (!known).then(|| Refusal {
                sqlstate: "22023",
                at: start + 1,
                message: format!("unrecognized JSON encoding: {}", written.to_ascii_lowercase()),
            })
        }
        Kind::MatchPartial => found(NOT_SUPPORTED, start, "MATCH PARTIAL not yet implemented"),
        Kind::OnUpdate => {
            let action = node.child(Kind::ColumnsSet)?.range().start;
            let what = if word(cursor, action + 1).eq_ignore_ascii_case("NULL") {
                "SET NULL"
            } else {
                "SET DEFAULT"
            };
            found(
                NOT_SUPPORTED,
                start,
                &format!("a column list with {what} is only supported for ON DELETE actions"),
            )
        }
        Kind::ConstraintAttributes => conflicting(node),
        Kind::CheckConstraint => cannot(node, "CHECK", &[Kind::NoInherit, Kind::NotValid]),
        Kind::UniqueKey => cannot(node, "UNIQUE", DEFERRAL),
        Kind::PrimaryKey => cannot(node, "PRIMARY KEY", DEFERRAL),
        Kind::Exclusion => cannot(node, "EXCLUDE", DEFERRAL),
        Kind::ForeignKey => cannot(node, "FOREIGN KEY", &[DEFERRAL, &[Kind::NotValid]].concat()),
        Kind::AlterConstraint => cannot(node, "FOREIGN KEY", DEFERRAL),
        Kind::ColumnDef | Kind::CreateDomain => {
            let children = node.children();
            let second = children.iter().filter(|child| child.is(Kind::ColumnCollation)).nth(1)?;
            found(SYNTAX, second.range().start, "multiple COLLATE clauses not allowed")
        }
        Kind::CopyFrom | Kind::CopyTo | Kind::CopyQuery => {
            if let Some(program) = node.child(Kind::CopyProgramStd) {
                return found(SYNTAX, program.range().start + 1, "STDIN/STDOUT not allowed with PROGRAM");
            }
            let filter = node.child(Kind::Where).filter(|_| node.is(Kind::CopyTo))?;
            found(SYNTAX, filter.range().start, "WHERE clause not allowed with COPY TO")
        }
        Kind::CreateRecursiveView => {
            let option = node.child(Kind::CheckOption)?;
            found(NOT_SUPPORTED, option.range().start, "WITH CHECK OPTION not supported on recursive views")
        }
        Kind::ZoneInterval => {
            let fields: Vec<&str> = (start + 2..node.range().end).map(|at| word(cursor, at)).collect();
            let fields = fields.join(" ").to_ascii_uppercase();
            let taken = matches!(fields.as_str(), "HOUR" | "MINUTE" | "HOUR TO MINUTE");
            (!taken).then(|| Refusal {
                sqlstate: SYNTAX,
                at: start + 2,
                message: "time zone interval must be HOUR or HOUR TO MINUTE".to_owned(),
            })
        }
        Kind::SetSequenceOption => {
            let option = node.children().first().copied()?;
            let name = match option.kind() {
                Kind::SequenceType => "as",
                Kind::SequenceRestart => "restart",
                Kind::SequenceOwner => "owned_by",
                _ => return None,
            };
            found(SYNTAX, option.range().start, &format!("sequence option \"{name}\" not supported here"))
        }
        Kind::Float => float(cursor, start + 2),
        _ => None,
    }
}

fn word<'a>(cursor: Cursor<'a>, at: usize) -> &'a str {
    cursor.token_at(at).map_or("", |token| cursor.text_of(token))
}

/// Words of the server about the place that it has come to.
fn near(cursor: Cursor<'_>, at: usize, words: &str) -> Refusal {
    let text = word(cursor, at);
    let place = if text.is_empty() { "end of input".to_owned() } else { format!("or near \"{text}\"") };
    Refusal { sqlstate: SYNTAX, at, message: format!("{words} at {place}") }
}

/// The name of a relation or a function: `*` and subscripts are read and mean nothing, and there are no more than
/// a database, a schema and the name itself.
fn name(node: Node<'_>, cursor: Cursor<'_>, next: usize) -> Option<Refusal> {
    let children: Vec<_> = node.children();
    if children.iter().any(|step| !step.is(Kind::Attribute)) {
        return Some(near(cursor, next, "syntax error"));
    }
    if !node.is(Kind::Relation) || children.len() < 3 {
        return None;
    }
    let text: Vec<String> = crate::ast::names_in(cursor.within(node.range())).collect();
    let message = format!("improper qualified name (too many dotted names): {}", text.join("."));
    Some(Refusal { sqlstate: SYNTAX, at: node.range().start, message })
}

/// `f(DISTINCT …) WITHIN GROUP (…)` and the like.
fn within_group(node: Node<'_>, cursor: Cursor<'_>) -> Option<Refusal> {
    let group = node.child(Kind::WithinGroup)?;
    let opened = node.child(Kind::Function)?.range().end;
    let message = if node.child(Kind::Order).is_some() {
        "cannot use multiple ORDER BY clauses with WITHIN GROUP"
    } else if word(cursor, opened + 1).eq_ignore_ascii_case("DISTINCT") {
        "cannot use DISTINCT with WITHIN GROUP"
    } else if node.child(Kind::Variadic).is_some() {
        "cannot use VARIADIC with WITHIN GROUP"
    } else {
        return None;
    };
    Some(Refusal { sqlstate: SYNTAX, at: group.range().start, message: message.to_owned() })
}

fn overlaps(node: Node<'_>) -> Option<Refusal> {
    let rows = node.children();
    let (left, right) = (rows.first()?, rows.last()?);
    let side = |row: &Node<'_>, side: &str| {
        (row.children_backwards().count() != 2).then(|| Refusal {
            sqlstate: SYNTAX,
            at: row.range().start,
            message: format!("wrong number of parameters on {side} side of OVERLAPS expression"),
        })
    };
    side(left, "left").or_else(|| side(right, "right"))
}

/// `name(…) 'text'`: what is in the parentheses modifies a type.
fn modified(node: Node<'_>) -> Option<Refusal> {
    let found = |at, message: &str| Some(Refusal { sqlstate: SYNTAX, at, message: message.to_owned() });
    for child in node.children() {
        match child.kind() {
            Kind::Named => return found(child.range().start, "type modifier cannot have parameter name"),
            Kind::Order => return found(child.range().start, "type modifier cannot have ORDER BY"),
            _ => {}
        }
    }
    None
}

/// A clause behind a query in parentheses that has the same clause inside of them.
fn repeated_clause(node: Node<'_>, cursor: Cursor<'_>) -> Option<Refusal> {
    let own = node.children();
    if let Some(refusal) = skipped_ties(&own, cursor) {
        return Some(refusal);
    }
    let inner = own.iter().find(|child| !matches!(child.kind(), Kind::With | Kind::WithRecursive))?;
    if !inner.is(Kind::Query) {
        return without_order(&own, None);
    }
    let has = |kinds: &[Kind]| {
        let mut at = Some(*inner);
        while let Some(query) = at {
            if query.children_backwards().any(|child| kinds.contains(&child.kind())) {
                return true;
            }
            at = query.children().first().copied().filter(|child| child.is(Kind::Query));
        }
        false
    };
    const CLAUSES: &[(&[Kind], &str)] = &[
        (&[Kind::Order], "ORDER BY"),
        (&[Kind::Offset], "OFFSET"),
        (&[Kind::Limit, Kind::LimitComma], "LIMIT"),
        (&[Kind::With, Kind::WithRecursive], "WITH"),
    ];
    for (kinds, words) in CLAUSES {
        let Some(clause) = own.iter().find(|child| kinds.contains(&child.kind())) else { continue };
        if has(kinds) {
            // The server points at what is sorted by, or at the number; of WITH at the word.
            let start = clause.range().start;
            let at = if *words == "WITH" { start } else { innermost(*clause, cursor) };
            let message = format!("multiple {words} clauses not allowed");
            return Some(Refusal { sqlstate: SYNTAX, at, message });
        }
        if *words == "LIMIT"
            && let Some(refusal) = without_order(&own, Some(*inner))
        {
            return Some(refusal);
        }
    }
    None
}

/// Rows that are skipped cannot be known to be equal to the last.
fn skipped_ties(own: &[Node<'_>], cursor: Cursor<'_>) -> Option<Refusal> {
    own.iter().find_map(|child| child.child(Kind::WithTies).filter(|_| child.is(Kind::Limit)))?;
    let locking = own.iter().find(|child| {
        let range = child.range();
        child.is(Kind::Locking)
            && range.end >= range.start + 2
            && word(cursor, range.end - 2).eq_ignore_ascii_case("SKIP")
    })?;
    Some(Refusal {
        sqlstate: SYNTAX,
        at: locking.range().start,
        message: "SKIP LOCKED and WITH TIES options cannot be used together".to_owned(),
    })
}

/// Where the first expression of a clause begins: behind `ORDER BY` and `FETCH FIRST`, or one word.
fn innermost(clause: Node<'_>, cursor: Cursor<'_>) -> usize {
    let start = clause.range().start;
    let two = clause.is(Kind::Order) || word(cursor, start).eq_ignore_ascii_case("FETCH");
    start + if two { 2 } else { 1 }
}

/// `WITH TIES` asks for an order.
fn without_order(own: &[Node<'_>], inner: Option<Node<'_>>) -> Option<Refusal> {
    let ties = own.iter().find_map(|child| child.child(Kind::WithTies).filter(|_| child.is(Kind::Limit)))?;
    let mut ordered = own.iter().any(|child| child.is(Kind::Order));
    let mut at = inner;
    while let Some(query) = at {
        ordered |= query.child(Kind::Order).is_some();
        at = query.children().first().copied().filter(|child| child.is(Kind::Query));
    }
    (!ordered).then(|| Refusal {
        sqlstate: SYNTAX,
        at: ties.range().start,
        message: "WITH TIES cannot be specified without ORDER BY clause".to_owned(),
    })
}

fn is_bound(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::UnboundedPreceding
            | Kind::UnboundedFollowing
            | Kind::CurrentRow
            | Kind::Preceding
            | Kind::Following
    )
}

/// Frames that begin behind their end.
fn frame(node: Node<'_>, end: Option<Node<'_>>) -> Option<Refusal> {
    let start = node.children_backwards().filter(|child| is_bound(child.kind())).last()?;
    let found = |at: Node<'_>, message: &str| {
        Some(Refusal { sqlstate: "42P20", at: at.range().start, message: message.to_owned() })
    };
    let Some(end) = end else {
        return match start.kind() {
            Kind::UnboundedFollowing => found(start, "frame start cannot be UNBOUNDED FOLLOWING"),
            Kind::Following => found(start, "frame starting from following row cannot end with current row"),
            _ => None,
        };
    };
    match (start.kind(), end.kind()) {
        (Kind::UnboundedFollowing, _) => found(start, "frame start cannot be UNBOUNDED FOLLOWING"),
        (_, Kind::UnboundedPreceding) => found(end, "frame end cannot be UNBOUNDED PRECEDING"),
        (Kind::CurrentRow, Kind::Preceding) => {
            found(end, "frame starting from current row cannot have preceding rows")
        }
        (Kind::Following, Kind::Preceding | Kind::CurrentRow) => {
            found(end, "frame starting from following row cannot have preceding rows")
        }
        _ => None,
    }
}

/// The words for a role's options that are no keywords.
const ROLE_WORDS: &[&str] = &[
    "superuser",
    "nosuperuser",
    "createrole",
    "nocreaterole",
    "replication",
    "noreplication",
    "createdb",
    "nocreatedb",
    "login",
    "nologin",
    "bypassrls",
    "nobypassrls",
    "noinherit",
];

fn role_word(cursor: Cursor<'_>, at: usize) -> Option<Refusal> {
    let written =
        crate::ast::names_in(cursor.within(crate::ast::TokenRange { start: at, end: at + 1 })).next()?;
    let known = ROLE_WORDS.contains(&written.as_str());
    (!known).then(|| Refusal {
        sqlstate: SYNTAX,
        at,
        message: format!("unrecognized role option \"{written}\""),
    })
}

/// A name that a new role cannot have.
fn new_role(cursor: Cursor<'_>, at: usize) -> Option<Refusal> {
    let token = cursor.token_at(at)?;
    let text = cursor.text_of(token);
    let found = |sqlstate, message| Some(Refusal { sqlstate, at, message });
    match text.to_ascii_lowercase().as_str() {
        "current_role" | "current_user" | "session_user" => {
            found("42939", format!("{} cannot be used as a role name here", text.to_ascii_uppercase()))
        }
        "public" => found("42939", "role name \"public\" is reserved".to_owned()),
        _ => None,
    }
}

fn role(cursor: Cursor<'_>, at: usize) -> Option<Refusal> {
    let is_none = word(cursor, at).eq_ignore_ascii_case("none");
    is_none.then(|| Refusal { sqlstate: "42939", at, message: "role name \"none\" is reserved".to_owned() })
}

const DEFERRAL: &[Kind] =
    &[Kind::Deferrable, Kind::NotDeferrable, Kind::InitiallyDeferred, Kind::InitiallyImmediate];

/// Attributes that contradict each other.
fn conflicting(node: Node<'_>) -> Option<Refusal> {
    let mut seen: Vec<Kind> = Vec::new();
    for attribute in node.children() {
        let kind = attribute.kind();
        let against = |others: &[Kind]| others.iter().any(|other| seen.contains(other));
        let bad = match kind {
            Kind::Deferrable => against(&[Kind::NotDeferrable]),
            Kind::NotDeferrable => against(&[Kind::Deferrable, Kind::InitiallyDeferred]),
            Kind::InitiallyDeferred => against(&[Kind::NotDeferrable, Kind::InitiallyImmediate]),
            Kind::InitiallyImmediate => against(&[Kind::InitiallyDeferred]),
            _ => false,
        };
        if bad {
            let deferred = matches!(kind, Kind::NotDeferrable | Kind::InitiallyDeferred)
                && seen.iter().any(|other| matches!(other, Kind::NotDeferrable | Kind::InitiallyDeferred));
            let message = if deferred {
                "constraint declared INITIALLY DEFERRED must be DEFERRABLE"
            } else {
                "conflicting constraint properties"
            };
            return Some(Refusal {
                sqlstate: SYNTAX,
                at: attribute.range().start,
                message: message.to_owned(),
            });
        }
        seen.push(kind);
    }
    None
}

/// Attributes that a kind of constraint cannot have.
fn cannot(node: Node<'_>, kind: &str, allowed: &[Kind]) -> Option<Refusal> {
    let attributes = node.child(Kind::ConstraintAttributes)?;
    let children = attributes.children();
    let has = |kinds: &[Kind]| {
        children.iter().any(|child| kinds.contains(&child.kind()) && !allowed.contains(&child.kind()))
    };
    let what = if has(&[Kind::Deferrable, Kind::InitiallyDeferred]) {
        "DEFERRABLE"
    } else if has(&[Kind::NotValid]) {
        "NOT VALID"
    } else if has(&[Kind::NoInherit]) {
        "NO INHERIT"
    } else {
        return None;
    };
    let message = format!("{kind} constraints cannot be marked {what}");
    Some(Refusal { sqlstate: NOT_SUPPORTED, at: attributes.range().start, message })
}

/// `FLOAT(n)`.
fn float(cursor: Cursor<'_>, at: usize) -> Option<Refusal> {
    let digits = word(cursor, at);
    let message = match digits.parse::<u32>() {
        Ok(0) => "precision for type float must be at least 1 bit",
        Ok(54..) => "precision for type float must be less than 54 bits",
        _ => return None,
    };
    Some(Refusal { sqlstate: "22023", at, message: message.to_owned() })
}
