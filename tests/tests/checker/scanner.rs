//! The lexer and the splitter against PostgreSQL's own, which is asked by simple queries.
//!
//! `CHECKER_INPUTS=1000000 cargo test --release -p dsql-migrate-tests --test checker scanner` asks a million.

use dsql_migrate_check::lex::{LexError, LexErrorKind, Lexed, TokenKind, lex};
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::generate::Known;
use crate::judge::{described, judge};
use crate::number;
use crate::postgres::Postgres;
use crate::random::Random;
use crate::soup::{mutated, soup};

/// How many inputs, unless `CHECKER_INPUTS` says otherwise.
const INPUTS: u64 = 30_000;

/// What the server made of a text.
struct Answer {
    rows: Vec<Vec<(String, String)>>,
    /// How many statements it ran to their end.
    completed: usize,
    error: Option<Refusal>,
}

struct Refusal {
    sqlstate: String,
    words: String,
    /// As an offset in bytes.
    place: Option<usize>,
}

/// The kinds of the server's lexical errors that we know too.
fn lexical(sqlstate: &str, words: &str) -> Option<LexErrorKind> {
    let known = [
        ("unterminated quoted string", LexErrorKind::UnterminatedString),
        ("unterminated bit string literal", LexErrorKind::UnterminatedString),
        ("unterminated hexadecimal string literal", LexErrorKind::UnterminatedString),
        ("unterminated quoted identifier", LexErrorKind::UnterminatedIdent),
        ("unterminated dollar-quoted string", LexErrorKind::UnterminatedDollar),
        ("unterminated /* comment", LexErrorKind::UnterminatedComment),
        ("zero-length delimited identifier", LexErrorKind::EmptyIdent),
        ("invalid Unicode escape character", LexErrorKind::UescapeCharacter),
        ("UESCAPE must be followed by a simple string literal", LexErrorKind::UescapeLiteral),
        ("invalid Unicode escape value", LexErrorKind::UnicodeValue),
        ("invalid Unicode surrogate pair", LexErrorKind::SurrogatePair),
        ("invalid byte sequence for encoding", LexErrorKind::ByteSequence),
    ];
    if words == "invalid Unicode escape" {
        return Some(LexErrorKind::UnicodeEscape { string: sqlstate == "22025" });
    }
    known.iter().find(|(start, _)| words.starts_with(start)).map(|(_, kind)| *kind)
}

/// Whether it is about what a string holds, not about where it ends.
const fn is_escape(kind: LexErrorKind) -> bool {
    matches!(
        kind,
        LexErrorKind::UnicodeEscape { .. }
            | LexErrorKind::UnicodeValue
            | LexErrorKind::SurrogatePair
            | LexErrorKind::ByteSequence
            | LexErrorKind::UescapeCharacter
            | LexErrorKind::UescapeLiteral
    )
}

fn byte_of(text: &str, position: u32) -> usize {
    let character = (position as usize).saturating_sub(1);
    text.char_indices().nth(character).map_or(text.len(), |(byte, _)| byte)
}

async fn ask(client: &Client, text: &str) -> Answer {
    use futures_util::TryStreamExt;
    let mut answer = Answer { rows: Vec::new(), completed: 0, error: None };
    let mut stream = Box::pin(client.simple_query_raw(text).await.expect("a connection"));
    loop {
        match stream.try_next().await {
            Ok(Some(SimpleQueryMessage::Row(row))) => {
                let names = row.columns().iter().map(|column| column.name().to_owned());
                let values = (0..row.len()).map(|column| row.get(column).unwrap_or("NULL").to_owned());
                answer.rows.push(names.zip(values).collect());
            }
            Ok(Some(SimpleQueryMessage::CommandComplete(_))) => answer.completed += 1,
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(error) => {
                let error = error.as_db_error().unwrap_or_else(|| panic!("{text:?}: {error:?}"));
                let place = error.position().and_then(|position| match position {
                    ErrorPosition::Original(position) => Some(byte_of(text, *position)),
                    ErrorPosition::Internal { .. } => None,
                });
                let (sqlstate, words) = (error.code().code().to_owned(), error.message().to_owned());
                answer.error = Some(Refusal { sqlstate, words, place });
            }
        }
    }
    if text.to_ascii_lowercase().contains("begin") {
        // It may have opened a transaction.
        client.batch_execute("ROLLBACK").await.expect("a session without a transaction");
    }
    answer
}

/// Whether the server's scanner went through the whole text.
fn compare(text: &str, lexed: &Lexed, answer: &Answer) -> Result<bool, String> {
    let first = lexed.errors.first();
    let Some(error) = &answer.error else {
        let report = judge(text);
        // A text without statements is answered once, too.
        let due = answer.completed - usize::from(report.statements == 0 && answer.rows.is_empty());
        if first.is_some() || report.statements != due {
            let ours = report.statements;
            return Err(format!("the server ran {due} statements, we see {ours}; {first:?}"));
        }
        return Ok(true);
    };
    let Refusal { sqlstate, words, place } = error;
    // The server looks into U&'…' after the token behind it, which may be what it complains of instead.
    let other = |ours: &&LexError| !is_escape(ours.kind) || lexical(sqlstate, words).is_some_and(is_escape);
    let first = lexed.errors.iter().find(other);
    let said = format!("the server says {sqlstate} {words:?} at {place:?}");
    if let Some(kind) = lexical(sqlstate, words) {
        let start = first.map(|error| error.span.start);
        // A wrong escape in a string that never ends: the server sees the escape first.
        let unended = first.is_some_and(|error| error.kind == LexErrorKind::UnterminatedString);
        if unended && words.starts_with("invalid") {
            return Ok(false);
        }
        // Where in a string of several parts an escape stands, the server does not count as it is written.
        let same_place = is_escape(kind) || start == *place;
        let same_kind =
            first.is_some_and(|ours| ours.kind == kind || (is_escape(ours.kind) && is_escape(kind)));
        if !same_kind || !same_place {
            return Err(format!("{said}, we {first:?}"));
        }
        let report = judge(text);
        let start = start.unwrap_or_default();
        let reported =
            report.diagnostics.iter().any(|one| one.rule.id == "syntax" && one.span.start == start);
        return if reported {
            Ok(true)
        } else {
            Err(format!("{said}, reported is {:?}", described(&report)))
        };
    }
    let before = |place: usize| first.filter(|error| error.span.start < place);
    match (sqlstate.as_str(), place) {
        ("42601", Some(place)) => {
            if let Some(ours) = before(*place) {
                return Err(format!("{said}, we {ours:?}"));
            }
            let Some((_, near)) = words.split_once(" at or near \"") else { return Ok(false) };
            let near = near.strip_suffix('"').unwrap_or(near);
            let at = |place: usize| lexed.tokens.iter().find(|token| token.span.start == place);
            // The server reads the N of N'…' as a keyword before the string.
            let national = || {
                let token = at(place.checked_sub(1)?)?;
                text.get(token.span.range())?.starts_with(['n', 'N']).then_some(token)
            };
            let token = at(*place).or_else(national);
            let Some((token, ours)) = token.and_then(|token| Some((token, text.get(token.span.range())?)))
            else {
                return Err(format!("{said}, where we have no token"));
            };
            let same = match token.kind {
                TokenKind::Error => true,
                TokenKind::String if ours.starts_with(['n', 'N']) => {
                    ours.ends_with(near) || ours.starts_with(near)
                }
                // An UESCAPE is part of the token.
                TokenKind::UnicodeString | TokenKind::UnicodeIdent => near.starts_with(ours),
                _ => ours == near,
            };
            if same { Ok(false) } else { Err(format!("{said}, our token there is {ours:?}")) }
        }
        // Whatever else it says, it has read the whole by then.
        _ => match first {
            Some(ours) => Err(format!("{said}, we {ours:?}")),
            None => Ok(true),
        },
    }
}

/// Asks about a text, and about what begins where we see the first error if the server did not come so far.
async fn examine(client: &Client, text: &str) -> Result<Answer, String> {
    let lexed = lex(text);
    let answer = ask(client, text).await;
    let whole = compare(text, &lexed, &answer).map_err(|why| format!("{text:?}: {why}"))?;
    if let (false, Some(error)) = (whole, lexed.errors.first()) {
        let rest = format!("SELECT {}", &text[error.span.start..]);
        let answer = ask(client, &rest).await;
        compare(&rest, &lex(&rest), &answer).map_err(|why| format!("{rest:?}: {why}"))?;
    }
    Ok(answer)
}

/// A text whose tokens and answers are known.
async fn examine_known(client: &Client, known: &Known) -> Result<(), String> {
    let text = &known.text;
    let answer = examine(client, text).await?;
    if let Some(error) = &answer.error {
        return Err(format!("{text:?}: the server refuses what it should not: {}", error.words));
    }
    let rows: Vec<_> = known.answers.iter().filter(|row| !row.is_empty()).cloned().collect();
    if answer.rows != rows || answer.completed != known.answers.len() {
        return Err(format!("{text:?}: the server answers {:?} instead of {rows:?}", answer.rows));
    }
    let lexed = lex(text);
    let tokens: Vec<_> = lexed.tokens.iter().map(|token| (token.kind, &text[token.span.range()])).collect();
    let due = known.tokens.iter().map(|(kind, token)| (*kind, token.as_str()));
    let same = tokens.len() == known.tokens.len()
        && tokens
            .iter()
            .zip(due)
            .all(|(ours, due)| ours.1 == due.1 && due.0.is_none_or(|kind| kind == ours.0));
    if same { Ok(()) } else { Err(format!("{text:?}: our tokens are {tokens:?}")) }
}

#[tokio::test]
async fn scanner_and_splitter_are_postgresqls() {
    let server = Postgres::start();
    let client = server.connect().await;
    client.batch_execute("SET client_min_messages = error; CREATE TEMP TABLE t (a int)").await.unwrap();
    let (inputs, seed) = (number("CHECKER_INPUTS", INPUTS), number("CHECKER_SEED", 1));
    let mut wrong = Vec::new();
    let (mut ran, mut refused) = (0, 0);
    for input in 0..inputs {
        // Each input has a seed of its own: CHECKER_SEED=n CHECKER_INPUTS=1 makes it again.
        let seed = seed.wrapping_add(input);
        let mut random = Random::new(seed);
        let found = match random.below(4) {
            0 => examine_known(&client, &Known::statements(&mut random)).await.map(|()| true),
            1 => examine(&client, &soup(&mut random)).await.map(|answer| answer.error.is_none()),
            _ => {
                let text = Known::statements(&mut random).text;
                examine(&client, &mutated(&mut random, &text)).await.map(|answer| answer.error.is_none())
            }
        };
        match found {
            Ok(true) => ran += 1,
            Ok(false) => refused += 1,
            Err(why) => wrong.push(format!("seed {seed}: {why}")),
        }
    }
    println!("{inputs} inputs from seed {seed}: the server ran {ran} and refused {refused}");
    let shown = wrong.iter().take(30).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{shown}\n{} of {inputs} differ", wrong.len());
}
