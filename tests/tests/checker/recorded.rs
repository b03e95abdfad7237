//! The 242 answers that were recorded from a real cluster, each with the verdict that is due.
//!
//! The statements and the server's words are those of `local/conformance/recorded.tsv` (MIT, see
//! `recorded.LICENSE` beside it), by id; `recorded.tsv` here says what the checker has to make of each:
//!
//! * `ok`: no error.
//! * `refused SQLSTATE rule`: an error of that rule, with the recorded SQLSTATE and words.
//! * `ours rule reason`: an error of that rule, of what the cluster took: a migration needs room for its record.
//! * `run-time SQLSTATE reason`: what the cluster refused is not in the text but in the tables, the data or
//!   another session, so no error is due.
//!
//! A third field `with setup` puts what the probe needs before it, where the statement alone would be refused for
//! another reason than the recorded one.

use std::collections::{BTreeMap, BTreeSet};

use dsql_migrate_check::{Diagnostic, Report};

use crate::judge::{described, judge, refusals};

const ANSWERS: &str = include_str!("../../../local/conformance/recorded.tsv");
const TABLE: &str = include_str!("recorded.tsv");

/// What a cluster was asked and what it answered.
struct Answer {
    setup: &'static str,
    sql: String,
    /// SQLSTATE and words of the first error.
    refused: Option<(&'static str, &'static str)>,
}

/// What is due.
#[derive(Debug)]
enum Verdict {
    Ok,
    Refused { sqlstate: &'static str, rule: &'static str },
    Ours { rule: &'static str },
    RunTime { sqlstate: &'static str },
}

/// A row of the table.
struct Row {
    id: &'static str,
    verdict: Verdict,
    with_setup: bool,
}

fn answers() -> BTreeMap<&'static str, Answer> {
    ANSWERS.lines().skip(1).map(answer).collect()
}

fn answer(line: &'static str) -> (&'static str, Answer) {
    let fields: Vec<_> = line.split('\t').collect();
    let [id, _group, setup, sql, outcome, sqlstate, words, ..] = fields[..] else { panic!("{line}") };
    let refused = (outcome == "error").then_some((sqlstate, words));
    (id, Answer { setup, sql: text(sql), refused })
}

/// A recorded probe as the text of one file. Steps become statements; sessions stand behind each other; what was
/// sent as one message, which the server takes for one transaction, becomes a block.
fn text(probe: &str) -> String {
    let sql = probe.replace("\\n", "\n").replace("\\t", "\t");
    let (sql, one_message) = match sql.split_once("  -- sent as ONE simple query") {
        Some((sql, _)) => (sql.to_owned(), true),
        None => (sql, false),
    };
    if one_message && !sql.starts_with("BEGIN") {
        return format!("BEGIN;{sql};COMMIT;");
    }
    let step = |step: &str| step.trim_start_matches("S1: ").trim_start_matches("S2: ").to_owned();
    let steps: Vec<_> = sql.split(" ;; ").map(step).collect();
    format!("{};", steps.join(";\n"))
}

/// The probes as texts.
pub(crate) fn texts() -> impl Iterator<Item = String> {
    answers().into_values().map(|answer| answer.sql)
}

fn row(line: &'static str) -> Row {
    let mut fields = line.split('\t');
    let (Some(id), Some(verdict)) = (fields.next(), fields.next()) else { panic!("{line}") };
    let with_setup = match fields.next() {
        None => false,
        Some("with setup") => true,
        Some(_) => panic!("{line}: no third field"),
    };
    let verdict = match verdict.splitn(3, ' ').collect::<Vec<_>>()[..] {
        ["ok"] => Verdict::Ok,
        ["refused", sqlstate, rule] => Verdict::Refused { sqlstate, rule },
        ["ours", rule, reason] if !reason.is_empty() => Verdict::Ours { rule },
        ["run-time", sqlstate, reason] if !reason.is_empty() => Verdict::RunTime { sqlstate },
        _ => panic!("{line}: no verdict"),
    };
    Row { id, verdict, with_setup }
}

fn table() -> Vec<Row> {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).map(row).collect()
}

/// Whether a report is what is due.
fn holds(verdict: &Verdict, recorded: Option<(&str, &str)>, report: &Report) -> bool {
    let errors = refusals(report);
    match (verdict, recorded) {
        (Verdict::Ok, None) => errors.is_empty(),
        (Verdict::Refused { sqlstate, rule }, Some(recorded)) => {
            let says = |error: &&Diagnostic| {
                let said = error.server.as_ref().map(|said| (said.sqlstate, said.message.as_str()));
                error.rule.id == *rule && said == Some(recorded)
            };
            recorded.0 == *sqlstate && errors.iter().any(says)
        }
        (Verdict::Ours { rule }, None) => {
            !errors.is_empty() && errors.iter().all(|error| error.rule.id == *rule)
        }
        (Verdict::RunTime { sqlstate }, Some(recorded)) => recorded.0 == *sqlstate && errors.is_empty(),
        _ => false,
    }
}

#[test]
fn every_recorded_answer_is_judged_once() {
    let answers = answers();
    assert_eq!(answers.len(), 242);
    let table = table();
    let judged: BTreeSet<_> = table.iter().map(|row| row.id).collect();
    assert_eq!(judged.len(), table.len(), "an id stands twice");
    let recorded: BTreeSet<_> = answers.keys().copied().collect();
    let difference: Vec<_> = judged.symmetric_difference(&recorded).collect();
    assert!(difference.is_empty(), "in one of the two tables only: {difference:?}");
}

#[test]
fn verdicts_are_what_the_cluster_answered() {
    let answers = answers();
    let mut wrong = Vec::new();
    for Row { id, verdict, with_setup } in table() {
        let Some(answer) = answers.get(id) else { panic!("{id} was never recorded") };
        let setup = if with_setup { format!("{};\n", answer.setup) } else { String::new() };
        let sql = setup + &answer.sql;
        let report = judge(sql.as_str());
        if !holds(&verdict, answer.refused, &report) {
            let (refused, found) = (answer.refused, described(&report));
            wrong.push(format!("{id}: {verdict:?}, recorded {refused:?}\n{sql}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} of 242 are judged wrongly", wrong.join("\n\n"), wrong.len());
}
