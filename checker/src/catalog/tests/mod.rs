//! The replay's tests, by what is judged.

mod alter;
mod analysis;
mod create;
mod depend;
mod dml;
mod effects;
mod external;
mod keys;
mod names;
mod queries;
mod recorded;
mod speed;

use crate::check::{Input, check_set};
use crate::finding::Diagnostic;
use crate::options::Options;
use crate::rules::RULES;

/// Warnings that have nothing to do with the replay.
const ASIDE: &[&str] = &[
    "foreign-key-index",
    "not-validated",
    "primary-key",
    "unbounded-change",
    "contract",
    "expand-and-contract",
    "unknown-support",
    "copy-input",
    "search-path",
];

/// The findings of some files, as a set.
fn findings(files: &[&str]) -> (Vec<Diagnostic>, Vec<String>) {
    let input = |(index, sql): (usize, &&str)| Input {
        path: format!("m/{:04}_a.sql", index + 1),
        name: format!("{:04}_a.sql", index + 1),
        bytes: sql.as_bytes().to_vec(),
    };
    let report = check_set(files.iter().enumerate().map(input).collect(), Options::default());
    let texts = report.files.iter().map(|file| file.text().to_owned()).collect();
    let aside = |one: &Diagnostic| ASIDE.contains(&one.rule.id) || one.rule.id.starts_with("contract");
    (report.diagnostics.into_iter().filter(|one| !aside(one)).collect(), texts)
}

/// What is found: `rule: SQLSTATE place`, in order of the places.
#[track_caller]
fn found(files: &[&str]) -> Vec<String> {
    let (findings, texts) = findings(files);
    let line = |one: &Diagnostic| {
        let place = texts.get(one.file).and_then(|text| text.get(one.span.range())).unwrap_or_default();
        let sqlstate = one.server.as_ref().map_or("-", |server| server.sqlstate);
        format!("{} {sqlstate} {place}", one.rule.id)
    };
    findings.iter().map(line).collect()
}

/// Asserts that nothing is found.
#[track_caller]
fn clean(files: &[&str]) {
    assert_eq!(found(files), [""; 0], "{files:#?}");
}

/// The only finding.
#[track_caller]
fn only(files: &[&str]) -> Diagnostic {
    let (mut findings, _) = findings(files);
    assert_eq!(findings.len(), 1, "{files:#?}\n{findings:#?}");
    findings.remove(0)
}

/// The server's words for the only finding, and where its other places are.
#[track_caller]
fn words(files: &[&str]) -> (String, Vec<usize>) {
    let one = only(files);
    let words = one.server.map(|server| server.message).unwrap_or_default();
    (words, one.others.iter().map(|label| label.file).collect())
}

/// The help of the only finding.
#[track_caller]
fn help(files: &[&str]) -> String {
    only(files).help.unwrap_or_default()
}

#[test]
fn every_rule_of_the_replay_finds_its_wrong_example_and_none_its_right_one() {
    let ids = [
        "body-reference",
        "conflict-target",
        "dependent-object",
        "different-definition",
        "duplicate-object",
        "foreign-key-target",
        "missing-value",
        "name-case",
        "object-limit",
        "primary-key-column",
        "unknown-column",
        "unknown-object",
        "unknown-relation",
        "ambiguous-name",
        "unusable-index",
        "value-type",
        "view-columns",
        "wrong-kind",
    ];
    for id in ids {
        let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
        let (wrong, _) = findings(&[rule.wrong]);
        let rules: Vec<_> = wrong.iter().map(|one| one.rule.id).collect();
        assert_eq!(rules, [id], "{}", rule.wrong);
        clean(&[rule.right]);
    }
}
