//! Casts between types.

use std::collections::HashMap;
use std::sync::OnceLock;

/// One line a cast: from, to, when it is made (`i` implicitly, `a` when a value is assigned, `e` when it is asked for),
/// and the volatility of what makes it. Casts from and to text that the types' input and output make are among them.
const CASTS: &str = include_str!("casts.tsv");

/// When the server makes a cast by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::catalog) enum CastKind {
    Implicit,
    /// For a value that a column gets.
    Assignment,
    Explicit,
}

/// The cast from one type to another, by their names in the catalog, and whether it always gives the same.
pub(in crate::catalog) fn cast(from: &str, to: &str) -> Option<(CastKind, bool)> {
    static LINES: OnceLock<HashMap<(&str, &str), (CastKind, bool)>> = OnceLock::new();
    LINES.get_or_init(|| CASTS.lines().filter_map(read).collect()).get(&(from, to)).copied()
}

fn read(line: &'static str) -> Option<((&'static str, &'static str), (CastKind, bool))> {
    let mut fields = line.split('\t');
    let types = (fields.next()?, fields.next()?);
    let kind = match fields.next()? {
        "i" => CastKind::Implicit,
        "a" => CastKind::Assignment,
        _ => CastKind::Explicit,
    };
    Some((types, (kind, fields.next()? == "i")))
}
