//! What the types of an expression's parts show, where they can be seen at a glance: a column by itself, a literal. What
//! would need more is left to the server.

use super::Reader;
use crate::catalog::builtin::is_operator;
use crate::catalog::literal::text_for;
use crate::catalog::model::Type;
use crate::grammar::{NodeKind, Part};
use crate::rules::all::{unknown_function, value_type};

impl Reader<'_, '_> {
    /// Looks at the operators of an expression, outside of the queries in it.
    pub(super) fn judge_types(&mut self, part: Part<'_>) {
        const JUDGED: &[NodeKind] = &[
            NodeKind::Binary,
            NodeKind::Unary,
            NodeKind::In,
            NodeKind::Where,
            NodeKind::Having,
            NodeKind::On,
            NodeKind::Filter,
            NodeKind::Case,
        ];
        if !self.judge {
            return;
        }
        for found in part.outside_queries(JUDGED) {
            let children = found.children();
            match found.kind() {
                NodeKind::Binary => self.binary(found, &children),
                NodeKind::Unary if found.cursor().is("NOT") => self.truth("NOT", children.first()),
                NodeKind::In => {
                    for value in children.iter().skip(1) {
                        self.compared(children.first(), Some(value));
                    }
                }
                NodeKind::Where => self.truth("WHERE", children.first()),
                NodeKind::Having => self.truth("HAVING", children.first()),
                NodeKind::On => self.truth("JOIN/ON", children.first()),
                NodeKind::Filter => self.truth("FILTER", children.first()),
                // `CASE WHEN …`, with no value that is compared.
                NodeKind::Case if found.cursor().are("CASE WHEN") => {
                    self.truth("CASE/WHEN", children.first())
                }
                _ => {}
            }
        }
    }

    fn binary(&mut self, binary: Part<'_>, sides: &[Part<'_>]) {
        const COMPARISONS: &[&str] = &["=", "<>", "!=", "<", ">", "<=", ">="];
        let [left, right] = sides else { return };
        let mut cursor = binary.cursor().at(left.range().end);
        // A closing parenthesis of the left side belongs to no part.
        while cursor.eat_punct(")").is_some() {}
        for word in ["AND", "OR"] {
            if cursor.is(word) {
                self.truth(word, Some(left));
                self.truth(word, Some(right));
                return;
            }
        }
        let Some(token) = cursor.token() else { return };
        let operator = cursor.text_of(token).to_owned();
        if COMPARISONS.contains(&operator.as_str()) {
            self.compared(Some(left), Some(right));
            self.compared(Some(right), Some(left));
        } else if token.kind == crate::lex::TokenKind::Op
            && !is_operator(&operator)
            && !self.replay.model.refused.contains(&operator)
        {
            let finding = self.replay.find(&unknown_function::RULE, token.span);
            finding.message(format!("there is no operator `{operator}`"));
            if operator == "==" {
                finding.help("write =");
            } else {
                finding.help("write one of PostgreSQL's operators");
            }
        }
    }

    /// The type of a column by itself, or of a number.
    fn seen(&self, value: Part<'_>) -> Option<Type> {
        if value.is(NodeKind::Number) {
            let base = if value.text().parse::<i32>().is_ok() { "integer" } else { "numeric" };
            return Some(Type { display: base.to_owned(), base: base.to_owned(), domain: None });
        }
        self.type_of(value)
    }

    /// Says so where something that is asked whether it is true is neither.
    pub(super) fn truth(&mut self, word: &str, value: Option<&Part<'_>>) {
        let Some(value) = value else { return };
        let Some(seen) = self.seen(*value).filter(|seen| !seen.base.is_empty() && seen.base != "boolean")
        else {
            return;
        };
        let display = seen.display.split('(').next().unwrap_or_default().to_owned();
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
        let (Some(seen), Some(text)) = (self.type_of(*column), literal.cursor().literal()) else { return };
        // A longer text than the column takes compares all the same.
        let display = seen.base.clone();
        let Some((sqlstate, server)) = text_for(&seen.base, &display, &text) else { return };
        let finding = self.replay.find(&value_type::RULE, literal.span());
        finding.message(format!("`'{text}'` is no value of type `{}`", seen.base));
        finding.answer(sqlstate, server);
    }
}
