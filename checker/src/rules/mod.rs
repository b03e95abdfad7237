//! The rules: one file a rule, its metadata and its tests beside its check.

pub(crate) mod all;
mod cache;
pub(crate) mod dialects;
mod helpers;
mod slips;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use crate::text::nearest;
pub use all::RULES;
pub(crate) use helpers::{quoted, quoted_name, table_name};

use std::sync::OnceLock;

use crate::ast::Kind;
use crate::finding::{Check, Context, Diagnostic, Findings, OfPart, Rule, Severity};
use crate::grammar::NodeKind;
use crate::statement::Statement;

impl Rule {
    /// The id that is most like a text that is none.
    #[must_use]
    pub fn nearest(id: &str) -> Option<&'static str> {
        nearest(id, RULES.iter().map(|rule| rule.id))
    }

    /// The rule of this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<&'static Self> {
        RULES.iter().copied().find(|rule| rule.id == id)
    }
}

/// Calls each rule for the parts that it looks at.
fn judge_parts(statement: &Statement<'_>, file: usize, context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    // What a CREATE SCHEMA makes inside of itself is judged by itself.
    let Some(root) = statement.part().filter(|_| !matches!(statement.kind(), Kind::CreateSchema(_))) else {
        return;
    };
    for part in root.everything() {
        for (rule, check) in of_kind(part.kind()) {
            if rule.holds(context.dialect) {
                check(part, statement, &mut Findings::new(rule, file, context, out));
            }
        }
    }
}

type OfStatement = fn(&Statement<'_>, &mut Findings<'_>);

/// The rules that look at whole statements, and whether they hold on every day.
fn of_statements() -> &'static [(&'static Rule, OfStatement, bool)] {
    static OF_STATEMENTS: OnceLock<Vec<(&Rule, OfStatement, bool)>> = OnceLock::new();
    OF_STATEMENTS.get_or_init(|| {
        let of_statement = |rule: &'static Rule| match rule.check {
            Check::Statement(check) => Some((rule, check, rule.since.is_none() && rule.until.is_none())),
            _ => None,
        };
        RULES.iter().copied().filter_map(of_statement).collect()
    })
}

/// The rules that look at parts of a kind.
fn of_kind(kind: NodeKind) -> &'static [(&'static Rule, OfPart)] {
    static BY_KIND: OnceLock<Vec<Vec<(&'static Rule, OfPart)>>> = OnceLock::new();
    let by_kind = BY_KIND.get_or_init(|| {
        let mut by_kind = Vec::new();
        for rule in RULES.iter().copied() {
            let Check::Parts(kinds, check) = rule.check else { continue };
            for kind in kinds.iter().map(|kind| *kind as usize) {
                if by_kind.len() <= kind {
                    by_kind.resize(kind + 1, Vec::new());
                }
                if let Some(rules) = by_kind.get_mut(kind) {
                    rules.push((rule, check));
                }
            }
        }
        by_kind
    });
    by_kind.get(kind as usize).map_or(&[], Vec::as_slice)
}

/// Judges a statement by all rules that hold.
pub(crate) fn judge(
    statement: &Statement<'_>,
    file: usize,
    context: &Context<'_>,
    out: &mut Vec<Diagnostic>,
) {
    let before = out.len();
    for (rule, check, always) in of_statements() {
        if *always || rule.holds(context.dialect) {
            check(statement, &mut Findings::new(rule, file, context, out));
        }
    }
    if let Some(stop) = statement.stop() {
        for rule in RULES.iter().copied().filter(|rule| rule.holds(context.dialect)) {
            if let Check::Stop(check) = rule.check {
                check(stop, statement, &mut Findings::new(rule, file, context, out));
            }
        }
    }
    judge_parts(statement, file, context, out);
    // Where another rule says of that place, or with the same words of the server, what is meant, that the grammar stops there
    // says less.
    let own = out.get(before..).unwrap_or_default();
    let syntax = |one: &Diagnostic| one.rule == &all::syntax::RULE;
    let told = |stop: &Diagnostic| {
        let covers = |one: &Diagnostic| one.span.start <= stop.span.start && stop.span.start < one.span.end;
        let same_words = |one: &Diagnostic| one.server.is_some() && one.server == stop.server;
        let others = own.iter().filter(|one| !syntax(one) && one.severity == Severity::Error);
        others.into_iter().any(|one| covers(one) || same_words(one))
    };
    if own.iter().any(|one| syntax(one) && told(one)) {
        let mut at = 0;
        out.retain(|one| {
            at += 1;
            at <= before || !syntax(one)
        });
    }
}
