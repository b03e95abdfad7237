//! The checker's grammar against PostgreSQL 16's parser, which is DSQL's: both read a statement to its end, or both stop at
//! the same byte.
//!
//! Statements are made of the grammar itself, so that every form of it comes; each is changed by a token, twice. What people write
//! comes from the corpus of the other tests. `CHECKER_STATEMENTS=1000000 cargo test --release -p dsql-migrate-tests --test
//! checker syntax -- --nocapture` asks a million and prints its seed.

use dsql_migrate_check::grammar::stops_at;
use dsql_migrate_check::{Report, Severity};
use dsql_migrate_grammar::sentences::{Sentences, mutate};
use tokio_postgres::Client;
use tokio_postgres::error::{ErrorPosition, SqlState};

use crate::differential::corpus;
use crate::judge::judge;
use crate::postgres::Postgres;
use crate::random::Random;

/// How many statements, unless `CHECKER_STATEMENTS` says otherwise; each comes in three forms.
const STATEMENTS: u64 = 3_000;

/// Refusals of the server's parser that are about what DSQL has not at all: another rule refuses these statements.
const NOT_OURS: &[&str] = &[
    "aggregates cannot have output arguments",
    "unrecognized hash partition bound specification",
    "unrecognized partitioning strategy",
    "modulus for hash partition provided more than once",
    "remainder for hash partition provided more than once",
    "modulus for hash partition must be specified",
    "remainder for hash partition must be specified",
    "OUT and INOUT arguments aren't allowed in TABLE functions",
    "unrecognized column option",
    "option name \"__pg__is_not_null\" cannot be used in XMLTABLE",
    "DEFAULT value cannot be specified twice",
    "DEFAULT namespace is not supported",
    "only one DEFAULT namespace is allowed",
];

/// Refusals whose place the server tells by what follows.
const ELSEWHERE: &[&str] = &["STDIN/STDOUT not allowed with PROGRAM"];

/// What the server's parser makes of a text.
enum Verdict {
    Reads,
    /// The byte, where it tells one, and its words.
    Stops(Option<usize>, String),
}

async fn ask(client: &Client, text: &str) -> Verdict {
    // All of it is parsed before the first statement fails, so that nothing runs.
    const BEFORE: &str = "SELECT 1/0;\n";
    let error = client.batch_execute(&format!("{BEFORE}{text}")).await.expect_err("a division by zero");
    let error = error.as_db_error().unwrap_or_else(|| panic!("{text}: {error:?}"));
    if *error.code() == SqlState::DIVISION_BY_ZERO {
        return Verdict::Reads;
    }
    let place = match error.position() {
        Some(ErrorPosition::Original(position)) => {
            let character = (*position as usize).saturating_sub(1 + BEFORE.chars().count());
            Some(text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte))
        }
        _ => None,
    };
    Verdict::Stops(place, error.message().to_owned())
}

/// DSQL's own words, which PostgreSQL is asked without.
fn asked(text: &str) -> String {
    const ACTIONS: &[&str] =
        &["ADD", "ALTER", "DROP", "RENAME", "SET", "OWNER", "RESET", "ENABLE", "DISABLE", "."];
    let mut text = text.to_owned();
    for head in ["CREATE INDEX ", "CREATE UNIQUE INDEX ", "INDEX CONCURRENTLY ", "ALTER TABLE "] {
        let Some((before, behind)) = text.split_once(&format!("{head}ASYNC ")) else { continue };
        // A table may be called so.
        let is_name = ACTIONS.iter().any(|action| behind.split_whitespace().next() == Some(action));
        if head != "ALTER TABLE " || !is_name {
            text = format!("{before}{head}      {behind}");
        }
    }
    text
}

/// How statements begin that DSQL does not have. What is behind is not read, so that it may be anything.
const FOREIGN: &[&str] = &[
    "ALTER FOREIGN",
    "ALTER LARGE",
    "ALTER MATERIALIZED",
    "ALTER SYSTEM",
    "CREATE CONSTRAINT",
    "CREATE DEFAULT",
    "CREATE FOREIGN",
    "CREATE MATERIALIZED",
    "DROP FOREIGN",
    "DROP OPERATOR",
    "DROP TEXT",
];

fn errors(report: &Report) -> Vec<&'static str> {
    let errors = report.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    errors.map(|one| one.rule.id).collect()
}

/// What differs, if anything does.
fn difference(text: &str, verdict: &Verdict) -> Option<String> {
    let ours = stops_at(text);
    let refused = || errors(&judge(text));
    match (verdict, ours) {
        (Verdict::Reads, None) => None,
        // A statement that DSQL does not have is read no further than to its name.
        (Verdict::Reads, Some(at)) => {
            let rules = refused();
            (rules.is_empty() || rules.contains(&"syntax"))
                .then(|| format!("we stop at {at}, the server does not"))
        }
        (Verdict::Stops(_, words), None) => {
            let known = NOT_OURS.iter().any(|known| words.starts_with(known));
            (!known || refused().is_empty()).then(|| format!("the server stops, we do not: {words}"))
        }
        (Verdict::Stops(place, words), Some(at)) => {
            let same = place.is_none_or(|place| place == at);
            let known = NOT_OURS.iter().chain(ELSEWHERE).any(|known| words.starts_with(known));
            let rules = refused();
            let begins = FOREIGN.iter().any(|head| text.starts_with(head));
            let foreign = begins || !rules.is_empty() && !rules.contains(&"syntax");
            (rules.is_empty() || !(same || known || foreign))
                .then(|| format!("we stop at {at}, the server at {place:?}: {words}, {rules:?}"))
        }
    }
}

#[tokio::test]
async fn made_of_the_grammar() {
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    let expanded = dsql_migrate_grammar::read().expect("a grammar");
    let sentences = Sentences::new(&expanded).expect("sentences");
    let seed = crate::number("CHECKER_SEED", 1);
    let count = crate::number("CHECKER_STATEMENTS", STATEMENTS);
    let mut random = Random::new(seed);
    let mut below = |end: usize| random.below(end.max(1));
    let mut others: Vec<String> = vec!["x".to_owned()];
    let (mut asked_for, mut stopped, mut wrong) = (0, 0, Vec::new());
    for _ in 0..count {
        let length = 3 + below(40);
        let tokens = sentences.of("statement", length, &mut below);
        others.extend(tokens.iter().cloned());
        others.drain(..others.len().saturating_sub(5_000));
        let changed = [mutate(&tokens, &others, &mut below), mutate(&tokens, &others, &mut below)];
        for tokens in [tokens].into_iter().chain(changed) {
            let text = tokens.join(" ");
            // Nothing is no statement, and PostgreSQL has none that begins with AWS.
            if text.is_empty() || text.starts_with("AWS") || text.contains("IAM") || text.contains("ASYNC IF")
            {
                continue;
            }
            let verdict = ask(&client, &asked(&text)).await;
            asked_for += 1;
            stopped += u32::from(matches!(verdict, Verdict::Stops(..)));
            wrong.extend(difference(&text, &verdict).map(|difference| format!("{text}\n    {difference}")));
        }
    }
    println!("seed {seed}: {asked_for} statements, {stopped} of them not read");
    wrong.truncate(50);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// DSQL's own grammar, and what psql and other tools make of a text before the server sees it.
const NOT_ASKED: &[&str] = &["AWS IAM", "AWS SECRETS", "\\", "statement-breakpoint"];

#[tokio::test]
async fn written_by_people() {
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    let (mut asked_for, mut stopped, mut wrong) = (0, 0, Vec::new());
    for text in corpus() {
        if NOT_ASKED.iter().any(|words| text.contains(words)) {
            continue;
        }
        let asked = asked(&text);
        if asked.contains("ASYNC") {
            continue;
        }
        asked_for += 1;
        let report = judge(text.as_str());
        let ours = report.diagnostics.iter().find(|one| one.rule.id == "syntax");
        match ask(&client, &asked).await {
            Verdict::Reads => {
                wrong.extend(ours.map(|one| format!("{text}\n    the server reads it: {}", one.message)));
            }
            Verdict::Stops(_, words) => {
                stopped += 1;
                let refused = report.diagnostics.iter().any(|one| one.severity == Severity::Error);
                wrong.extend((!refused).then(|| format!("{text}\n    {words}")));
            }
        }
    }
    println!("{asked_for} texts, {stopped} of them not read");
    wrong.truncate(50);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
