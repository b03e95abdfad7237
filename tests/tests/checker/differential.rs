//! The checker against AWS's `dsql-lint` 0.2.22, statement by statement: rules' examples, the recorded probes,
//! statements written for this, and generated ones. `CHECKER_STATEMENTS` says how many are generated.
//!
//! Where the verdicts (an error, or none) differ, `differences.tsv` says who is right and from what it is known. A
//! row is for one rule of the checker that finds an error where dsql-lint is silent (`we`), or the other way round
//! (`they`; a rule of dsql-lint), in statements that hold some words. A difference without a row fails the test, and
//! so does a row without a difference.

use std::collections::{BTreeMap, BTreeSet};

use dsql_migrate_check::RULES;

use crate::grammar;
use crate::judge::{judge, refusals};
use crate::random::Random;
use crate::recorded;

const CLASSES: &str = include_str!("differences.tsv");
const WRITTEN: &str = include_str!("statements.sql");

/// How many statements are generated, unless `CHECKER_STATEMENTS` says otherwise.
const GENERATED: u64 = 15_000;

/// What one side alone finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    We,
    They,
}

/// A row of the table.
struct Class {
    side: Side,
    rule: &'static str,
    words: &'static str,
    right: &'static str,
}

fn classes() -> Vec<Class> {
    let rows = CLASSES.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|line| {
        let fields: Vec<_> = line.split('\t').collect();
        let [side, rule, words, right, evidence] = fields[..] else { panic!("{line}: five fields are due") };
        assert!(matches!(right, "we" | "they" | "open"), "{line}: who is right?");
        assert!(evidence.len() > 10, "{line}: from what is it known?");
        let side = match side {
            "we" => Side::We,
            "they" => Side::They,
            _ => panic!("{line}: whose finding?"),
        };
        Class { side, rule, words, right }
    })
    .collect()
}

impl Class {
    fn holds(&self, side: Side, rule: &str, sql: &str) -> bool {
        self.side == side && self.rule == rule && sql.to_uppercase().contains(&self.words.to_uppercase())
    }
}

/// All texts that are judged.
pub(crate) fn corpus() -> BTreeSet<String> {
    let mut corpus = BTreeSet::new();
    for rule in RULES {
        // The examples of what is no statement, such as a file's name, are left out.
        let statements = [rule.wrong, rule.right].into_iter().filter(|sql| sql.contains(';'));
        corpus.extend(statements.map(str::to_owned));
    }
    corpus.extend(recorded::texts());
    corpus.extend(WRITTEN.split("\n\n").map(|sql| sql.trim().to_owned()));
    let seed = crate::number("CHECKER_SEED", 1);
    let generated = crate::number("CHECKER_STATEMENTS", GENERATED);
    for index in 0..generated {
        corpus.insert(grammar::statement(&mut Random::new(seed.wrapping_add(index))));
    }
    corpus
}

/// The rules of ours that find an error.
fn ours(sql: &str) -> BTreeSet<String> {
    let report = judge(sql);
    refusals(&report).into_iter().map(|one| one.rule.id.to_owned()).collect()
}

/// The rules of theirs that find something; it panics on some texts.
fn theirs(sql: &str) -> BTreeSet<String> {
    let linted = std::panic::catch_unwind(|| dsql_lint::lint_sql(sql));
    let found = linted.map(|found| found.iter().map(|one| format!("{:?}", one.rule)).collect());
    found.unwrap_or_else(|_| BTreeSet::from(["panic".to_owned()]))
}

#[test]
fn every_difference_from_dsql_lint_is_classified() {
    let classes = classes();
    let corpus = corpus();
    let mut used = vec![0_usize; classes.len()];
    let mut unclassified: BTreeMap<(Side, String), Vec<&str>> = BTreeMap::new();
    let (mut both, mut neither) = (0, 0);
    for sql in &corpus {
        let (ours, theirs) = (ours(sql), theirs(sql));
        let (side, rules) = match (ours.is_empty(), theirs.is_empty()) {
            (true, true) => {
                neither += 1;
                continue;
            }
            (false, false) => {
                both += 1;
                continue;
            }
            (false, true) => (Side::We, ours),
            (true, false) => (Side::They, theirs),
        };
        for rule in rules {
            match classes.iter().position(|class| class.holds(side, &rule, sql)) {
                Some(class) => used[class] += 1,
                None => unclassified.entry((side, rule)).or_default().push(sql),
            }
        }
    }
    println!("{} texts: both find {both}, neither finds {neither}", corpus.len());
    for right in ["we", "they", "open"] {
        let sum = |side| {
            let of =
                classes.iter().zip(&used).filter(|(class, _)| class.side == side && class.right == right);
            of.map(|(_, used)| used).sum::<usize>()
        };
        println!("{right} right: {} findings of ours alone, {} of theirs", sum(Side::We), sum(Side::They));
    }
    let shown: Vec<_> = unclassified
        .iter()
        .map(|((side, rule), texts)| {
            format!("{side:?} {rule} {}\n    {}", texts.len(), texts[..texts.len().min(6)].join("\n    "))
        })
        .collect();
    assert!(unclassified.is_empty(), "unclassified differences:\n{}", shown.join("\n"));
    let idle: Vec<_> = classes.iter().zip(&used).filter(|(_, used)| **used == 0).collect();
    let idle: Vec<_> =
        idle.iter().map(|(class, _)| format!("{:?} {} {}", class.side, class.rule, class.words)).collect();
    // Another choice of statements may leave some rows without any.
    let chosen = ["CHECKER_SEED", "CHECKER_STATEMENTS"].iter().any(|name| std::env::var_os(name).is_some());
    assert!(chosen || idle.is_empty(), "classes without a difference: {idle:#?}");
}
