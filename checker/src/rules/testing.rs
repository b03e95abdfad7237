//! What rules' tests are written with.

use crate::check::{Input, check_set};
use crate::dialect::Dialect;
use crate::finding::Rule;
use crate::finding::{Diagnostic, Severity};
use crate::options::Options;
use crate::text::Source;

/// All findings in a text, judged by itself.
pub(crate) fn findings_in(sql: &str, dialect: Dialect) -> Vec<Diagnostic> {
    let source = Source::new("test.sql", sql);
    crate::judge::judge_text(&source, dialect)
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

/// Those that look at more than a text, or at none of a migration: their examples are names of files, are Rust, or cannot
/// be written down.
const NOT_OF_A_TEXT: &[&str] = &[
    "byte-limit",
    "duplicate-version",
    "file-name",
    "history",
    "lock-file",
    "not-utf",
    "sql-statement",
    "version-style",
];

#[test]
fn every_rule_of_another_pass_finds_its_wrong_example_and_not_its_right_one() {
    let finds = |rule: &Rule, sql: &str| {
        let name = "0001_example.sql".to_owned();
        let input = Input { path: name.clone(), name, bytes: sql.into() };
        check_set(vec![input], Options::default()).diagnostics.iter().any(|one| one.rule == rule)
    };
    for rule in super::RULES.iter().copied().filter(|rule| matches!(rule.check, super::Check::Elsewhere)) {
        let of_a_text = !NOT_OF_A_TEXT.contains(&rule.id);
        assert_eq!(finds(rule, rule.wrong), of_a_text, "{}: {}", rule.id, rule.wrong);
        assert!(!finds(rule, rule.right), "{}: {}", rule.id, rule.right);
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

/// The texts of rules cannot be put together from constants, so they are compared with them.
#[test]
fn texts_name_the_limits_as_they_are() {
    use dsql_migrate_plan::limits::{STEP_ROWS, TRANSACTION_ROWS};
    let number = |word: &str| word.replace([',', ';', ')'], "").parse::<u64>();
    for rule in super::RULES.iter().copied() {
        for text in [rule.title, rule.why, rule.help] {
            let words: Vec<_> = text.split_whitespace().collect();
            let counts = words.windows(2).filter(|pair| pair[1].starts_with("row"));
            for rows in counts.filter_map(|pair| number(pair[0]).ok()).filter(|rows| *rows > 1_000) {
                assert!(
                    [STEP_ROWS, TRANSACTION_ROWS].contains(&rows),
                    "{}: {rows} rows in {text:?}",
                    rule.id
                );
            }
        }
        let limits =
            rule.right.split("LIMIT ").skip(1).filter_map(|rest| number(rest.split(' ').next()?).ok());
        for limit in limits {
            assert!(limit <= STEP_ROWS, "{}: {}", rule.id, rule.right);
        }
    }
}
