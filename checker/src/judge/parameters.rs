//! The parameters of a statement that an application sends: their numbers, and whether the server can tell what they are.

use std::collections::BTreeMap;

use crate::finding::{Diagnostic, Severity};
use crate::grammar::{NodeKind, Part};
use crate::rules::all::parameter;
use crate::statement::Statement;
use crate::text::Span;

/// The message that binds them counts them in 16 bits.
const MOST: u32 = 65_535;

/// Functions that take values of any type, by how many of their arguments are of a known one. Beside a value without a
/// type nothing tells what it is.
const OF_ANY: &[(&str, usize)] = &[
    ("concat", 0),
    ("concat_ws", 1),
    ("count", 0),
    ("format", 1),
    ("json_build_array", 0),
    ("json_build_object", 0),
    ("jsonb_build_array", 0),
    ("jsonb_build_object", 0),
    ("num_nonnulls", 0),
    ("num_nulls", 0),
    ("pg_typeof", 0),
];

/// Looks at the parameters of a statement, where it can be read.
pub(super) fn judge(statement: &Statement<'_>, position: usize, out: &mut Vec<Diagnostic>) {
    let Some(root) = statement.part() else { return };
    let mut first: BTreeMap<u32, Part<'_>> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut all: Vec<_> = root.everything().filter(|part| part.is(NodeKind::Param)).collect();
    all.sort_by_key(|part| part.span());
    for part in all {
        match number(part).filter(|number| (1..=MOST).contains(number)) {
            Some(number) => _ = first.entry(number).or_insert(part),
            None => wrong.push(part),
        }
    }
    let copies = root.is_any(&[NodeKind::CopyFrom, NodeKind::CopyTo, NodeKind::CopyQuery]);
    if copies {
        wrong.extend(first.values());
        first.clear();
    }
    for part in wrong {
        let mut finding = Diagnostic::new(&parameter::RULE, position, place(part));
        let shown = statement.slice(place(part));
        finding.message(format!("`{shown}` is no parameter here"));
        finding.server(format!("there is no parameter {shown}"));
        finding.help(if copies {
            "COPY takes no parameters: write the value itself"
        } else {
            "number the parameters from $1 on"
        });
        out.push(finding);
    }
    without_a_gap(&first, position, out);
    let untyped = first.iter().filter(|(_, part)| is_untyped(root, **part));
    out.extend(untyped.map(|(number, part)| no_type(*number, *part, position)));
}

/// Says so where a number is left out: nothing tells the server of which type that parameter is.
fn without_a_gap(first: &BTreeMap<u32, Part<'_>>, position: usize, out: &mut Vec<Diagnostic>) {
    let gap = first.iter().zip(1..).find(|((number, _), due)| *number != due);
    let Some(((number, part), missing)) = gap else { return };
    let mut finding = Diagnostic::new(&parameter::RULE, position, place(*part));
    finding.message(format!("there is `${number}`, and no `${missing}`"));
    finding.answer("42P18", format!("could not determine data type of parameter ${missing}"));
    out.push(finding.help("number the parameters from $1 on, and leave none out").clone());
}

/// Some clients say of which types the values are, others ask the server for that.
fn no_type(number: u32, part: Part<'_>, position: usize) -> Diagnostic {
    let mut finding = Diagnostic::new(&parameter::RULE, position, place(part));
    finding.severity = Severity::Warning;
    finding.message(format!("nothing tells of which type `${number}` is"));
    finding.answer("42P18", format!("could not determine data type of parameter ${number}"));
    finding.help(format!("write its type, as in `${number}::text`"));
    finding
}

fn number(part: Part<'_>) -> Option<u32> {
    let cursor = part.cursor();
    cursor.text_of(cursor.token()?).strip_prefix('$')?.parse().ok()
}

/// The parameter itself, without what is taken from it.
fn place(part: Part<'_>) -> Span {
    part.cursor().span()
}

/// Whether what stands around a parameter, where it stands first, takes values of any type.
fn is_untyped(root: Part<'_>, parameter: Part<'_>) -> bool {
    // What is inside comes first: of all that hold it, the first that is more than parentheses.
    let holders = root.everything().filter(|part| part.holds(parameter) && part.range() != parameter.range());
    let Some(around) = holders.into_iter().find(|part| !part.is(NodeKind::Paren)) else { return false };
    match around.kind() {
        NodeKind::Is => around.words().ends_with("NULL"),
        NodeKind::Call => {
            let name = around.child(NodeKind::Function).and_then(Part::name);
            let of_any = name.and_then(|name| OF_ANY.iter().find(|(known, _)| *known == name.object()));
            let arguments = around.children().into_iter().filter(|child| !child.is(NodeKind::Function));
            let at = arguments.into_iter().position(|argument| argument.holds(parameter));
            of_any.zip(at).is_some_and(|((_, typed), at)| at >= *typed)
        }
        _ => false,
    }
}
