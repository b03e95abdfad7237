use crate::ast::{DmlVerb, Kind};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind as Node, Part};

/// A query reads, unless one of its `WITH` changes rows.
pub(super) fn kind(part: Part<'_>) -> Kind {
    let verb = part.everything().find_map(|part| match part.kind() {
        Node::Insert => Some(DmlVerb::Insert),
        Node::Update => Some(DmlVerb::Update),
        Node::Delete => Some(DmlVerb::Delete),
        Node::Merge => Some(DmlVerb::Merge),
        _ => None,
    });
    verb.map_or(Kind::Query, Kind::Dml)
}

/// `EXPLAIN ANALYZE` runs what it explains.
pub(super) fn explained(part: Part<'_>) -> Kind {
    let runs = skip_explain(&mut part.cursor());
    let explained = part.last().filter(|_| runs).and_then(super::statement);
    explained.filter(|kind| matches!(kind, Kind::Dml(_))).unwrap_or(Kind::Query)
}

/// One that cannot be read.
pub(super) fn by_words(cursor: Cursor<'_>) -> Option<Kind> {
    const VERBS: &[(&str, DmlVerb)] = &[
        ("INSERT", DmlVerb::Insert),
        ("UPDATE", DmlVerb::Update),
        ("DELETE", DmlVerb::Delete),
        ("MERGE", DmlVerb::Merge),
        ("COPY", DmlVerb::Copy),
    ];
    if let Some((_, verb)) = VERBS.iter().find(|(word, _)| cursor.is(word)) {
        return Some(Kind::Dml(*verb));
    }
    let reads = cursor.is_punct("(")
        || cursor.is_any(&["SELECT", "VALUES", "TABLE", "WITH", "EXPLAIN", "SHOW", "CALL"]);
    reads.then_some(Kind::Query)
}

/// Moves to what is explained, and tells whether it is run.
pub(crate) fn skip_explain(cursor: &mut Cursor<'_>) -> bool {
    cursor.advance();
    let mut analyze = false;
    if cursor.is_punct("(")
        && !cursor.word_at(1, "SELECT")
        && let Some(inner) = cursor.parens()
    {
        let mut options = cursor.within(inner);
        while !options.at_end() {
            analyze |= options.is_any(&["ANALYZE", "ANALYSE"])
                && !options.word_at(1, "FALSE")
                && !options.word_at(1, "OFF");
            options.advance();
        }
    }
    while cursor.is_any(&["ANALYZE", "ANALYSE", "VERBOSE"]) {
        analyze |= !cursor.is("VERBOSE");
        cursor.advance();
    }
    analyze
}
