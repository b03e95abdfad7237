//! Statements that were once judged wrongly, each with what PostgreSQL says of it behind the same two tables and an index.
//!
//! What its parser refuses is an error here, and what it takes is neither refused nor left unverified. What only its analysis
//! refuses (verdict `analysis`) is asked for as far as the replay goes: at least as many as are found today.

use dsql_migrate_check::{Input, Options, Severity, check_set};

const CASES: &str = include_str!("cases.tsv");
const BASE: &str = include_str!("cases_base.sql");

/// How many of the verdicts `analysis` are found. Never fewer; more is better.
const FOUND_BY_ANALYSIS: usize = 208;

/// The verdicts are PostgreSQL's. What these rules refuse PostgreSQL takes and DSQL does not, by evidence that is newer than
/// the cases: settings outside of AWS's list, and attributes of functions that only a superuser can give.
const OF_DSQL_ALONE: &[&str] = &["set-parameter", "function-attribute"];

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(one) = rest.next() {
        match one {
            '\\' => match rest.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                other => out.extend(other),
            },
            _ => out.push(one),
        }
    }
    out
}

/// The errors and the warnings of a case, by rule.
fn judged(sql: &str) -> (Vec<String>, Vec<&'static str>) {
    let file = |number: usize, text: &str| {
        let name = format!("{number:04}_x.sql");
        Input { path: name.clone(), name, bytes: text.into() }
    };
    let files = sql.split(";;").enumerate().map(|(at, text)| file(at + 2, text));
    let report = check_set(std::iter::once(file(1, BASE)).chain(files).collect(), Options::default());
    let of = |severity| report.diagnostics.iter().filter(move |one| one.file > 0 && one.severity == severity);
    let errors = of(Severity::Error).map(|one| format!("{}: {}", one.rule.id, one.message)).collect();
    (errors, of(Severity::Warning).map(|one| one.rule.id).collect())
}

#[test]
fn what_was_judged_wrongly_is_judged_rightly() {
    let (mut wrong, mut found) = (Vec::new(), 0);
    for line in CASES.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [verdict, words, _, sql] = fields[..] else { panic!("{line}: four fields are due") };
        let (errors, warnings) = judged(&unescaped(sql));
        let right = match verdict {
            "ok" => {
                let of_dsql = |error: &String| OF_DSQL_ALONE.iter().any(|rule| error.starts_with(rule));
                errors.iter().all(of_dsql) && !warnings.contains(&"unverified")
            }
            "syntax" => !errors.is_empty(),
            _ => {
                found += usize::from(!errors.is_empty());
                true
            }
        };
        if !right {
            wrong.push(format!("{sql}\n    PostgreSQL: {words}; here: {errors:?} {warnings:?}"));
        }
    }
    println!("{found} found by analysis");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found >= FOUND_BY_ANALYSIS, "{found} of what the analysis refuses are found");
}
