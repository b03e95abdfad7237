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

/// The names of two types.
type Types = (&'static str, &'static str);
/// When a cast is made, and whether it always gives the same.
type Cast = (CastKind, bool);

/// The cast from one type to another, by their names in the catalog, and whether it always gives the same.
pub(in crate::catalog) fn cast(from: &str, to: &str) -> Option<Cast> {
    static LINES: OnceLock<HashMap<Types, Cast>> = OnceLock::new();
    let lines = LINES.get_or_init(|| CASTS.lines().filter_map(read).collect());
    lines.get(&(from, to)).copied().or_else(|| by_text(from, to))
}

/// Every type can be written as a text, and what is a text can be read as any; the lines have these casts for types that
/// can be stored.
fn by_text(from: &str, to: &str) -> Option<Cast> {
    const TEXTS: &[&str] = &["text", "varchar", "bpchar", "name", "char"];
    if from == to {
        None
    } else if TEXTS.contains(&to) {
        Some((CastKind::Assignment, true))
    } else {
        TEXTS.contains(&from).then_some((CastKind::Explicit, true))
    }
}

/// Whether a value of a type, which is no array, may stand where another is wanted.
pub(in crate::catalog) fn fits(given: &str, wanted: &str) -> bool {
    given == wanted
        || is_any(wanted)
        || cast(given, wanted).is_some_and(|(kind, _)| kind == CastKind::Implicit)
}

/// Whether any value that is no array may stand for a type of a function.
pub(super) fn is_any(wanted: &str) -> bool {
    matches!(wanted, "any" | "anyelement" | "anynonarray" | "anycompatible" | "anycompatiblenonarray")
}

fn read(line: &'static str) -> Option<(Types, Cast)> {
    let mut fields = line.split('\t');
    let types = (fields.next()?, fields.next()?);
    let kind = match fields.next()? {
        "i" => CastKind::Implicit,
        "a" => CastKind::Assignment,
        _ => CastKind::Explicit,
    };
    Some((types, (kind, fields.next()? == "i")))
}
