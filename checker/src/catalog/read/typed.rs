//! What the types of an expression's parts show, where they can be seen at a glance: a column by itself, a literal. What
//! would need more is left to the server.

use super::Reader;
use super::written::assigned_columns;
use crate::catalog::builtin::{Operation, cast, functions, is_operator, operator, takes_beside_any};
use crate::catalog::literal::EXPRESSION;
use crate::catalog::model::RelationId;
use crate::catalog::names::cut;
use crate::catalog::value_type::{
    UNTYPED, case_compared, case_results, category, is_type, operator_of, shown, written_type,
};
use crate::grammar::{NodeKind, Part};
use crate::lex::TokenKind;
use crate::rules::all::{unknown_function, value_type};
use crate::text::Span;

/// Operators whose two sides have one type, which a literal beside another value takes.
const COMPARISONS: &[&str] = &["=", "<>", "!=", "<", ">", "<=", ">="];

impl Reader<'_, '_> {
    /// Looks at the operators of an expression, outside of the queries in it.
    pub(super) fn judge_types(&mut self, part: Part<'_>) {
        const JUDGED: &[NodeKind] = &[
            NodeKind::Binary,
            NodeKind::Unary,
            NodeKind::In,
            NodeKind::Between,
            NodeKind::Where,
            NodeKind::Having,
            NodeKind::On,
            NodeKind::Filter,
            NodeKind::Case,
            NodeKind::Like,
            NodeKind::Special,
            NodeKind::Cast,
            NodeKind::Call,
            NodeKind::Is,
        ];
        if !self.judge {
            return;
        }
        for found in part.outside_queries(JUDGED) {
            let children = found.children();
            match found.kind() {
                NodeKind::Binary => self.binary(found, &children),
                NodeKind::Unary if found.cursor().is("NOT") => self.truth("NOT", children.first()),
                NodeKind::Unary => self.signed(found),
                NodeKind::Cast => self.cast(found),
                NodeKind::Call => self.arguments(found),
                NodeKind::Is => self.is_truth(found),
                NodeKind::In => self.members(&children),
                NodeKind::Between => {
                    let words = found.words();
                    for (value, name) in children.iter().skip(1).zip([">=", "<="]) {
                        if !words.contains("SYMMETRIC") {
                            self.compared(children.first(), Some(value));
                        }
                        self.operands(name, (children[0], *value), value.span());
                    }
                }
                NodeKind::Where => self.truth("WHERE", children.first()),
                NodeKind::Having => self.truth("HAVING", children.first()),
                NodeKind::On => self.truth("JOIN/ON", children.first()),
                NodeKind::Filter => self.truth("FILTER", children.first()),
                NodeKind::Case => self.case(found, &children),
                NodeKind::Like => self.like(found, &children),
                NodeKind::Special => {
                    for word in ["COALESCE", "GREATEST", "LEAST"] {
                        if found.cursor().is(word) {
                            self.in_common(word, &children);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn case(&mut self, case: Part<'_>, children: &[Part<'_>]) {
        match case_compared(case) {
            Some((value, with)) => {
                for one in with {
                    self.compared(Some(&value), Some(&one));
                    self.operands("=", (value, one), one.span());
                }
            }
            None => self.truth("CASE/WHEN", children.first()),
        }
        self.in_common("CASE", &case_results(case));
    }

    /// Says so where values have no type in common, or where a literal is none of the type of the others.
    fn in_common(&mut self, word: &str, values: &[Part<'_>]) {
        let (literals, others): (Vec<Part<'_>>, Vec<Part<'_>>) =
            values.iter().partition(|value| value.is_any(UNTYPED));
        let seen: Vec<_> = others.iter().map(|value| self.seen_type(*value)).collect();
        let mut known = others.iter().zip(&seen).filter_map(|(value, seen)| Some((*value, seen.as_ref()?)));
        let Some((_, (first, first_shown))) = known.next() else { return };
        let of = category(first);
        let other =
            known.find(|(_, (name, _))| of.is_some() && category(name).is_some_and(|one| Some(one) != of));
        if let Some((value, (_, shown))) = other {
            let finding = self.replay.find(&value_type::RULE, value.span());
            finding.message(format!("{word} gives a `{first_shown}` or a `{shown}`"));
            finding.answer("42804", format!("{word} types {first_shown} and {shown} cannot be matched"));
            finding.help("cast one of them with ::");
            return;
        }
        let same = seen.iter().all(|one| one.as_ref().is_some_and(|(name, _)| name == first));
        let typed = others.first().filter(|_| same).copied();
        for literal in literals {
            self.compared(typed.as_ref(), Some(&literal));
        }
    }

    /// LIKE and ILIKE are operators.
    fn like(&mut self, like: Part<'_>, children: &[Part<'_>]) {
        let [left, right, ..] = children else { return };
        let words = like.words();
        let name = match () {
            () if words.contains("SIMILAR") => return,
            () if words.contains("NOT ILIKE") => "!~~*",
            () if words.contains("ILIKE") => "~~*",
            () if words.contains("NOT LIKE") => "!~~",
            () => "~~",
        };
        self.operands(name, (*left, *right), left.span().to(right.span()));
    }

    /// What stands in the parentheses of an IN.
    fn members(&mut self, children: &[Part<'_>]) {
        let Some((left, members)) = children.split_first() else { return };
        let of = self.value_type(*left);
        // Literals take the type that all of them have in common.
        let literals = [NodeKind::String, NodeKind::Null];
        let common = members.iter().all(|one| one.is_any(&literals) || self.value_type(*one) == of);
        for member in members {
            if member.is(NodeKind::String) && common {
                self.compared(Some(left), Some(member));
            } else if !member.is(NodeKind::Query) {
                self.operands("=", (*left, *member), member.span());
            }
        }
    }

    fn binary(&mut self, binary: Part<'_>, sides: &[Part<'_>]) {
        let [left, right] = sides else { return };
        let Some((operator, span)) = operator_of(binary, *left) else { return };
        for word in ["AND", "OR"] {
            if operator.eq_ignore_ascii_case(word) {
                self.truth(word, Some(left));
                self.truth(word, Some(right));
                return;
            }
        }
        if is_operator(operator) {
            if COMPARISONS.contains(&operator) {
                self.compared(Some(left), Some(right));
                self.compared(Some(right), Some(left));
            }
            self.operands(operator, (*left, *right), span);
        } else if binary
            .cursor()
            .at(left.range().end)
            .token()
            .is_some_and(|token| token.kind == TokenKind::Op)
            && !self.replay.model.refused.contains(operator)
        {
            let finding = self.replay.find(&unknown_function::RULE, span);
            finding.message(format!("there is no operator `{operator}`"));
            if operator == "==" {
                finding.help("write =");
            } else {
                finding.help("write one of PostgreSQL's operators");
            }
        }
    }

    /// Says so where an operator does not take what stands beside it.
    fn operands(&mut self, name: &str, (left, right): (Part<'_>, Part<'_>), span: Span) {
        let unknown = |value: Part<'_>| value.is_any(&[NodeKind::String, NodeKind::Null]);
        let (first, second) = match (self.seen_type(left), self.seen_type(right)) {
            (Some((first, first_shown)), Some((second, second_shown)))
                if operator(name, first, second) == Operation::Missing =>
            {
                (first_shown, second_shown)
            }
            (Some((first, shown)), None) if unknown(right) && !takes_beside_any(name, Some(first), None) => {
                (shown, "unknown".to_owned())
            }
            (None, Some((second, shown))) if unknown(left) && !takes_beside_any(name, None, Some(second)) => {
                ("unknown".to_owned(), shown)
            }
            _ => return,
        };
        let name = if name == "!=" { "<>" } else { name };
        let finding = self.replay.find(&unknown_function::RULE, span);
        finding.message(format!("`{name}` takes no `{first}` with a `{second}`"));
        finding.server(format!("operator does not exist: {first} {name} {second}"));
        finding.help("cast one of the two with ::, or write values of one type");
    }

    /// Says so where a sign or another operator does not take what stands behind it.
    fn signed(&mut self, unary: Part<'_>) {
        let Some((seen, shown)) = unary.first().and_then(|value| self.seen_type(value)) else { return };
        let Some(token) = unary.cursor().token() else { return };
        let sign = unary.cursor().text_of(token);
        if is_operator(sign) && operator(sign, "-", seen) == Operation::Missing {
            let finding = self.replay.find(&unknown_function::RULE, token.span);
            finding.message(format!("`{sign}` takes no `{shown}`"));
            finding.server(format!("operator does not exist: {sign} {shown}"));
            finding.help("cast what stands behind it with ::");
        }
    }

    /// Says so where there is no cast.
    fn cast(&mut self, part: Part<'_>) {
        let Some((from, given)) = part.first().and_then(|value| self.seen_type(value)) else { return };
        let Some(to) = part.child(NodeKind::Type).and_then(|one| written_type(one.cursor())) else { return };
        if from == to || cast(from, to).is_some() {
            return;
        }
        let to = shown(to);
        let finding = self.replay.find(&value_type::RULE, part.span());
        finding.message(format!("there is no cast from `{given}` to `{to}`"));
        finding.answer("42846", format!("cannot cast type {given} to {to}"));
        finding.help("compute the value, or cast it to text first");
    }

    /// Says so where a function of the server's own takes no such arguments.
    fn arguments(&mut self, call: Part<'_>) {
        let Some(function) = call.child(NodeKind::Function) else { return };
        let Some((name, arguments)) = self.replay.builtin_arguments(call) else { return };
        let seen: Vec<_> = arguments.iter().map(|one| self.seen_type(*one)).collect();
        let types: Vec<_> = seen.iter().map(|one| one.as_ref().map(|(name, _)| *name)).collect();
        let mut all = functions(&name).filter(|one| one.takes(types.len())).peekable();
        // How many arguments there are is looked at elsewhere. One argument may also be cast by the name of a type.
        if all.peek().is_none() || all.any(|one| one.fits_types(&types)) || types.len() == 1 && is_type(&name)
        {
            return;
        }
        let shown = arguments.iter().zip(seen).map(|(argument, seen)| match seen {
            Some((_, shown)) => shown,
            None if argument.is_any(&[NodeKind::String, NodeKind::Null, NodeKind::Param]) => {
                "unknown".to_owned()
            }
            None => "?".to_owned(),
        });
        let shown = shown.collect::<Vec<_>>().join(", ");
        let finding = self.replay.find(&unknown_function::RULE, function.span());
        finding.message(format!("`{name}` takes no arguments of these types"));
        // The server names all of the types, of which not all can be seen.
        if !shown.contains('?') {
            let name = function.name().map_or_else(|| name.clone(), |name| name.to_string());
            finding.server(format!("function {name}({shown}) does not exist"));
        }
        finding.help("cast the arguments with ::");
    }

    /// `IS TRUE` and its like ask for what is true or false.
    fn is_truth(&mut self, is: Part<'_>) {
        for word in ["IS TRUE", "IS FALSE", "IS UNKNOWN", "IS NOT TRUE", "IS NOT FALSE", "IS NOT UNKNOWN"] {
            if is.words() == word {
                self.truth(word, is.first().as_ref());
            }
        }
    }

    /// The catalog's name of the type of an expression.
    pub(super) fn value_type(&self, value: Part<'_>) -> Option<&'static str> {
        self.replay.value_type(value, &|column| self.type_of(column))
    }

    /// The same, and the server's own name of it.
    pub(super) fn seen_type(&self, value: Part<'_>) -> Option<(&'static str, String)> {
        self.replay.seen_type(value, &|column| self.type_of(column))
    }

    /// Says so where a column cannot have what an assignment sets.
    pub(super) fn assigned_value(&mut self, table: RelationId, assignment: Part<'_>) {
        let columns = assigned_columns(assignment);
        let values = match assignment.last() {
            Some(value) if columns.len() == 1 => vec![value],
            Some(row) if row.is(NodeKind::Row) => row.children(),
            _ => return,
        };
        for (column, value) in columns.into_iter().zip(values) {
            let Some(column) = column.ident() else { return };
            let known = self.replay.model.table(table).and_then(|known| known.column(cut(&column.value)));
            let judged = known.filter(|at| self.judge && !self.replay.is_computed(table, *at));
            let Some(at) = judged else { continue };
            let seen = self.seen_type(value);
            self.replay.given((table, at), value, seen, (EXPRESSION, column.span));
        }
    }

    /// Says so where something that is asked whether it is true is neither.
    pub(super) fn truth(&mut self, word: &str, value: Option<&Part<'_>>) {
        let Some(value) = value else { return };
        let Some((_, display)) = self.seen_type(*value).filter(|(seen, _)| *seen != "bool") else { return };
        let finding = self.replay.find(&value_type::RULE, value.span());
        finding.message(format!("{word} asks what is true or false, and this is of type `{display}`"));
        finding.answer("42804", format!("argument of {word} must be type boolean, not type {display}"));
        finding.help("compare it with something");
    }

    /// Says so where a literal cannot be of the type of the column that it is compared with.
    fn compared(&mut self, column: Option<&Part<'_>>, literal: Option<&Part<'_>>) {
        let (Some(column), Some(literal)) = (column, literal) else { return };
        if !literal.is(NodeKind::String) {
            return;
        }
        let (Some(seen), Some(text)) = (self.value_type(*column), literal.cursor().literal()) else { return };
        // A longer text than the column takes compares all the same.
        let Some((sqlstate, server)) = crate::value::wrong(shown(seen), &text) else { return };
        let finding = self.replay.find(&value_type::RULE, literal.span());
        finding.message(format!("`'{text}'` is no value of type `{}`", shown(seen)));
        finding.answer(sqlstate, server);
    }
}
