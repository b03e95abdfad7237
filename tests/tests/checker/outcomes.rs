//! Statements of known outcome, each judged by itself: no refused one is missed, and no valid one is refused or left
//! unread. What is known comes from dsql.md's tables and, for what PostgreSQL's own grammar and rules refuse, from a
//! PostgreSQL 15 that was asked.

use dsql_migrate_check::{Dialect, Input, Options, check_file};

use crate::judge::{described, judge, refusals};

const OUTCOMES: &str = include_str!("outcomes.tsv");
const TIMELINE: &str = include_str!("timeline.tsv");

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|line| line.split('\t').collect())
}

#[test]
fn statements_are_judged_as_the_server_does() {
    let (mut refused, mut valid, mut wrong) = (0, 0, Vec::new());
    for row in rows(OUTCOMES) {
        let [outcome, sql] = row[..] else { panic!("{row:?}: two fields are due") };
        let sql = sql.replace("\\n", "\n");
        let report = judge(sql.as_str());
        let unread = report.diagnostics.iter().any(|one| one.rule.id == "unverified");
        let right = match outcome {
            "R" => {
                refused += 1;
                !refusals(&report).is_empty()
            }
            _ => {
                valid += 1;
                refusals(&report).is_empty() && !unread
            }
        };
        if !right {
            wrong.push(format!("{outcome} {sql}\n    {:?}", described(&report)));
        }
    }
    println!("{refused} refused, {valid} valid");
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

#[test]
fn each_day_has_its_own_judgement() {
    let mut wrong = Vec::new();
    for row in rows(TIMELINE) {
        let [outcome, day, sql] = row[..] else { panic!("{row:?}: three fields are due") };
        let dialect: Dialect = day.parse().expect("a day");
        let input = Input { path: "t.sql".into(), name: "t.sql".into(), bytes: sql.into() };
        let report = check_file(input, Options { dialect, catalog: false });
        if refusals(&report).is_empty() == (outcome == "R") {
            wrong.push(format!("{outcome} {day} {sql}\n    {:?}", described(&report)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
