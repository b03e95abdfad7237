//! What a real cluster took, and the sample set: nothing is found in them that was not refused.

use std::path::Path;

use crate::check::{Input, check_set};
use crate::finding::Severity;
use crate::options::Options;

fn errors(inputs: Vec<Input>) -> Vec<String> {
    let report = check_set(inputs, Options::default());
    let error = report.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    error.map(|one| format!("{}: {}", one.rule.id, one.message)).collect()
}

#[test]
fn nothing_is_found_in_the_sample_set() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    assert_eq!(errors(crate::folder::read(&folder, "migrations").unwrap()), [""; 0]);
}

#[test]
fn nothing_is_found_in_what_a_cluster_took() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../local/conformance/recorded.tsv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let fields: Vec<_> = line.split('\t').collect();
        let [id, _, setup, sql, outcome, ..] = fields[..] else { panic!("{line}") };
        if outcome != "ok" {
            continue;
        }
        let sql = sql.replace("\\n", "\n").replace(" ;; ", ";\n").replace("S1: ", "").replace("S2: ", "");
        let file = |number: usize, text: &str| Input {
            path: format!("{number:04}_a.sql"),
            name: format!("{number:04}_a.sql"),
            bytes: format!("{text};").into_bytes(),
        };
        let with = |text: &str| {
            let found = errors(vec![file(1, setup), file(2, text)]);
            found.into_iter().filter(|one| {
                let rule = one.split(':').next().unwrap_or_default();
                OF_THE_REPLAY.contains(&rule)
            })
        };
        wrong.extend(with(&sql).map(|found| format!("{id}: {found}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const OF_THE_REPLAY: &[&str] = &[
    "conflict-target",
    "dependent-object",
    "duplicate-object",
    "foreign-key-target",
    "insert-values",
    "missing-value",
    "object-limit",
    "primary-key-column",
    "unknown-column",
    "unknown-object",
    "unknown-relation",
    "unusable-index",
    "wrong-kind",
];
