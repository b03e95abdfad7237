//! What rules' tests are written with.

use super::Rule;
use crate::diagnostic::{Diagnostic, Severity};
use crate::dialect::Dialect;
use crate::source::Source;

/// All findings in a text, judged by itself.
pub(super) fn findings_in(sql: &str, dialect: Dialect) -> Vec<Diagnostic> {
    let source = Source::new("test.sql", sql);
    crate::check::judge_text(&source, dialect)
}

/// Asserts that the rule, and no other error, finds this text (in the newest dialect that it holds in) at
/// this place.
#[track_caller]
pub(super) fn finds(rule: &'static Rule, sql: &str, place: &str) -> Diagnostic {
    let found = findings_in(sql, dialect_of(rule));
    let others: Vec<_> = found
        .iter()
        .filter(|one| one.severity == Severity::Error && one.rule != rule)
        .map(|one| one.rule.id)
        .collect();
    assert!(others.is_empty(), "{sql}\nalso finds {others:?}");
    let own: Vec<_> = found.into_iter().filter(|one| one.rule == rule).collect();
    let places: Vec<_> = own.iter().map(|one| sql.get(one.span.range()).unwrap_or_default()).collect();
    assert!(places.contains(&place), "{sql}\n{} finds {places:?} instead of {place:?}", rule.id);
    own.into_iter().find(|one| sql.get(one.span.range()) == Some(place)).unwrap()
}

/// Asserts that no rule finds an error in this text.
#[track_caller]
pub(super) fn accepts(sql: &str) {
    let found = findings_in(sql, Dialect::LATEST);
    let errors: Vec<_> =
        found.iter().filter(|one| one.severity == Severity::Error).map(|one| &one.message).collect();
    assert!(errors.is_empty(), "{sql}\n{errors:?}");
}

/// The newest dialect in which a rule holds.
pub(super) fn dialect_of(rule: &Rule) -> Dialect {
    // A rule that has been lifted held on every day before; the first of them is as good as any other.
    if rule.until.is_some() { Dialect::FIRST } else { Dialect::LATEST }
}

#[test]
fn every_rule_finds_its_wrong_example_and_none_its_right_one() {
    for rule in super::RULES.iter().copied().filter(|rule| matches!(rule.check, super::Check::Statement(_))) {
        let dialect = dialect_of(rule);
        let found = findings_in(rule.wrong, dialect);
        assert!(
            found.iter().any(|one| one.rule == rule),
            "{} does not find its wrong example:\n{}",
            rule.id,
            rule.wrong
        );
        let others: Vec<_> =
            found.iter().filter(|one| one.rule != rule && one.severity == Severity::Error).collect();
        assert!(others.is_empty(), "{}'s wrong example is also found by {others:#?}", rule.id);
        let found = findings_in(rule.right, dialect);
        let wrong = |one: &&Diagnostic| one.rule == rule || one.severity == Severity::Error;
        let found: Vec<_> = found.iter().filter(wrong).collect();
        assert!(found.is_empty(), "{}'s right example is found by {found:#?}", rule.id);
    }
}

#[test]
fn every_rule_says_all_that_it_must() {
    let mut ids = Vec::new();
    for rule in super::RULES.iter().copied() {
        let id = rule.id;
        assert!(!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
        assert!(!ids.contains(&id), "{id} stands twice");
        ids.push(id);
        assert!(!rule.title.is_empty() && !rule.title.ends_with('.'), "{id}: title");
        assert!(rule.why.ends_with('.'), "{id}: why");
        assert!(!rule.wrong.is_empty() && !rule.right.is_empty(), "{id}: examples");
        assert!(!rule.evidence.is_empty(), "{id}: evidence");
        assert!(rule.sqlstate.is_empty() || rule.sqlstate.len() == 5, "{id}: SQLSTATE");
        assert!(rule.server.is_empty() || !rule.sqlstate.is_empty(), "{id}: server words without a SQLSTATE");
    }
    assert!(ids.is_sorted(), "the list of rules is sorted by id");
}
