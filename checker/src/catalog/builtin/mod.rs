//! PostgreSQL 16's own functions, operators and casts: data that a test reads from a server's catalog
//! (`tests/tests/checker/builtin.rs`).

mod casts;
mod operators;

pub(super) use casts::{CastKind, cast, fits};
pub(super) use operators::{Operation, is_operator, operator, takes_beside_any};

use std::collections::HashMap;
use std::sync::OnceLock;

/// One line a function, by name: kind, volatility and whether it gives a set; the fewest arguments and the most (`*`
/// for any number); their types; the type of its result.
const FUNCTIONS: &str = include_str!("functions.tsv");

/// What a function is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FunctionKind {
    /// It computes a value of values.
    Plain,
    /// Of the values of many rows.
    Aggregate,
    /// Of the rows around.
    Window,
}

/// A function of PostgreSQL's own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builtin {
    pub(super) kind: FunctionKind,
    /// Whether it gives rows.
    pub(super) rows: bool,
    /// Whether it always gives the same for the same arguments.
    pub(super) immutable: bool,
    /// The names of its arguments' types, in the catalog's spelling.
    arguments: &'static str,
    /// The name of its result's type.
    pub(super) result: &'static str,
    fewest: usize,
    most: Option<usize>,
}

impl Builtin {
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t').skip(1);
        let what = fields.next()?;
        let kind = match what.chars().next()? {
            'a' => FunctionKind::Aggregate,
            'w' => FunctionKind::Window,
            _ => FunctionKind::Plain,
        };
        let (fewest, most) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok());
        Some(Self {
            kind,
            rows: what.ends_with('s'),
            immutable: what.get(1..2) == Some("i"),
            arguments: fields.next()?,
            result: fields.next()?,
            fewest,
            most,
        })
    }

    /// Whether it takes arguments of these types, as far as they can be seen.
    pub(super) fn takes_types(&self, seen: &[Option<&'static str>]) -> bool {
        let mut wanted = self.arguments.split(' ');
        self.takes(seen.len())
            && seen.iter().all(|seen| match (seen, wanted.next()) {
                (Some(seen), Some(wanted)) => *seen == wanted || casts::is_any(wanted),
                _ => true,
            })
    }

    /// Whether arguments of these types, as far as they can be seen, can become those that it takes.
    pub(super) fn fits_types(&self, seen: &[Option<&'static str>]) -> bool {
        let mut wanted = self.arguments.split(' ');
        self.takes(seen.len())
            && seen.iter().all(|seen| match (seen, wanted.next()) {
                (Some(seen), Some(wanted)) => fits(seen, wanted),
                // What VARIADIC takes is not looked at.
                _ => true,
            })
    }

    /// Whether it takes so many arguments.
    pub(super) fn takes(&self, arguments: usize) -> bool {
        arguments >= self.fewest && self.most.is_none_or(|most| arguments <= most)
    }
}

/// All functions of a name.
pub(super) fn functions(name: &str) -> impl Iterator<Item = Builtin> {
    static LINES: OnceLock<HashMap<&str, (usize, usize)>> = OnceLock::new();
    let lines = LINES.get_or_init(by_name);
    let (start, end) = lines.get(name).copied().unwrap_or_default();
    FUNCTIONS.get(start..end).unwrap_or_default().lines().filter_map(Builtin::read)
}

/// Where the lines of each name stand.
fn by_name() -> HashMap<&'static str, (usize, usize)> {
    let mut lines: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut at = 0;
    for line in FUNCTIONS.lines() {
        let end = at + line.len() + 1;
        let name = line.split('\t').next().unwrap_or_default();
        lines.entry(name).and_modify(|place| place.1 = end).or_insert((at, end));
        at = end;
    }
    lines
}

/// Whether a call may give rows.
pub(super) fn gives_rows(name: &crate::ast::ObjectName) -> bool {
    functions(name.object()).any(|one| one.rows)
}

/// Whether a function may give something else for the same arguments, whatever they are.
pub(crate) fn never_immutable(name: &str) -> bool {
    let mut all = functions(name);
    all.next().is_some_and(|first| !first.immutable) && all.all(|one| !one.immutable)
}

/// Whether a name is that of an aggregate.
pub(crate) fn is_aggregate(name: &crate::ast::ObjectName) -> bool {
    let system = name.schema().is_none_or(|schema| schema.value == "pg_catalog");
    let mut all = functions(name.object());
    system
        && all.next().is_some_and(|first| first.kind == FunctionKind::Aggregate)
        && all.all(|one| one.kind == FunctionKind::Aggregate)
}

/// The names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.lines().filter_map(|line| line.split('\t').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_and_no_other() {
        let mut last = "";
        for name in names() {
            assert!(last <= name, "{name} stands behind {last}");
            last = name;
            assert!(functions(name).next().is_some(), "{name}");
        }
        for name in ["", "0", "nofn", "lowe", "lowerr", "zzz", "~"] {
            assert!(functions(name).next().is_none(), "{name}");
        }
        assert!(functions("now").all(|one| one.takes(0) && !one.takes(1)));
        assert!(functions("concat").any(|one| one.takes(1) && one.takes(50) && !one.takes(0)));
        assert!(functions("count").all(|one| one.kind == FunctionKind::Aggregate));
        assert_eq!(functions("date").count(), 2);
    }
}
