//! Operators: which there are for two types.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::casts::{cast, fits};

/// One line an operator: its name, the types of its sides (`-` for none), that of its result, and its volatility.
const OPERATORS: &str = include_str!("operators.tsv");

#[derive(Clone, Copy)]
struct Operator {
    left: &'static str,
    right: &'static str,
    result: &'static str,
    immutable: bool,
}

fn read(line: &'static str) -> Option<(&'static str, Operator)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let (left, right, result) = (fields.next()?, fields.next()?, fields.next()?);
    Some((name, Operator { left, right, result, immutable: fields.next()? == "i" }))
}

fn all() -> &'static HashMap<&'static str, Vec<Operator>> {
    static ALL: OnceLock<HashMap<&str, Vec<Operator>>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: HashMap<&str, Vec<Operator>> = HashMap::new();
        OPERATORS.lines().filter_map(read).for_each(|(name, one)| all.entry(name).or_default().push(one));
        all
    })
}

/// The name that the server knows an operator by.
fn canonical(name: &str) -> &str {
    if name == "!=" { "<>" } else { name }
}

/// Whether there is an operator of a name.
pub(in crate::catalog) fn is_operator(name: &str) -> bool {
    all().contains_key(canonical(name))
}

/// What an operator gives for two types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::catalog) enum Operation {
    /// A value of a type, and whether it is always the same.
    Gives(&'static str, bool),
    /// There are several that could be meant.
    Unsure,
    /// There is none.
    Missing,
}

/// Whether an operator takes a value of a type on one side, and on the other what takes any type, such as a literal.
pub(in crate::catalog) fn takes_beside_any(name: &str, left: Option<&str>, right: Option<&str>) -> bool {
    let operators = all().get(canonical(name)).map(Vec::as_slice).unwrap_or_default();
    let side =
        |given: Option<&str>, wanted: &str| wanted != "-" && given.is_none_or(|given| fits(given, wanted));
    operators.iter().any(|one| side(left, one.left) && side(right, one.right))
}

/// What an operator does with values of two types, of which no part is an array; `-` stands for no left side.
pub(in crate::catalog) fn operator(name: &str, left: &str, right: &str) -> Operation {
    let operators = all().get(canonical(name)).map(Vec::as_slice).unwrap_or_default();
    if let Some(exact) = operators.iter().find(|one| one.left == left && one.right == right) {
        return Operation::Gives(exact.result, exact.immutable);
    }
    let mut fitting = operators.iter().filter(|one| fits(left, one.left) && fits(right, one.right));
    match (fitting.next(), fitting.next()) {
        (None, _) => Operation::Missing,
        (Some(one), None) if !one.result.starts_with("any") => {
            // `text || any` is written out as a cast, which decides.
            let written =
                [(one.left, left), (one.right, right)].into_iter().find(|(any, _)| *any == "anynonarray");
            let made = written.and_then(|(_, given)| cast(given, "text"));
            // Sides that become other types become them each time.
            let becomes = |given, wanted| cast(given, wanted).is_none_or(|(_, immutable)| immutable);
            let sides = becomes(left, one.left) && becomes(right, one.right);
            Operation::Gives(one.result, sides && made.map_or(one.immutable, |(_, immutable)| immutable))
        }
        _ => Operation::Unsure,
    }
}
