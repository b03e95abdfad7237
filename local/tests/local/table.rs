//! The conformance table, checked both ways: no row without its test, no test of a behaviour without its row.

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../conformance/table.tsv");

/// The modules whose tests are about what DSQL does.
const TESTS: &[&str] = &[
    include_str!("clients.rs"),
    include_str!("conflicts.rs"),
    include_str!("connection.rs"),
    include_str!("jobs.rs"),
    include_str!("newer.rs"),
    include_str!("protocol.rs"),
    include_str!("recorded.rs"),
    include_str!("refusals.rs"),
    include_str!("settings.rs"),
    include_str!("transactions.rs"),
];

fn tests() -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    for source in TESTS {
        let mut lines = source.lines();
        while let Some(line) = lines.next() {
            if line.starts_with("#[tokio::test") || line == "#[test]" {
                let name = lines.find_map(|line| line.split_once("fn ")).expect("a test has a name").1;
                let name = name.split('(').next().unwrap();
                // It asks a cluster, not the emulator.
                if name != "a_cluster_still_answers_as_recorded" {
                    found.insert(name);
                }
            }
        }
    }
    found
}

#[test]
fn every_row_has_its_test_and_every_test_its_row() {
    let mut rows = BTreeSet::new();
    for line in TABLE.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, behaviour, status, difference, evidence] = fields[..] else { panic!("five fields: {line}") };
        assert!(!behaviour.is_empty() && !evidence.is_empty(), "{id}");
        match status {
            "emulated" => {}
            "approximated" => assert!(!difference.is_empty(), "{id} has to say how"),
            "missing" => {
                assert!(id.starts_with("missing_"), "{id}");
                continue;
            }
            _ => panic!("{id}: {status}?"),
        }
        assert!(rows.insert(id), "{id} is there twice");
    }
    let tests = tests();
    assert!(tests.len() > 30, "{tests:?}");
    assert_eq!(rows, tests);
}
