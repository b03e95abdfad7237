use crate::ast::{FunctionBody, Kind};
use crate::cursor::Cursor;
use crate::finding::Diagnostic;
use crate::finding::Edit;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{self, Repair, Stop, Why};
use crate::lex::TokenKind;
use crate::rules::{dialects, helpers, slips};
use crate::statement::{File, Statement};
use crate::text::{Source, Span};

pub(crate) static RULE: Rule = Rule {
    id: "syntax",
    title: "this is not PostgreSQL's syntax",
    why: "The server's parser stops here, whatever exists: DSQL has PostgreSQL 16's grammar. Only the first place in a \
          statement is told, as the server does; what other rules find in the statement is told, too.",
    wrong: "SELECT id FORM items;",
    right: "SELECT id FROM items;",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: SQL commands, lexical structure"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.stop() {
        Some(stop) if !is_lexical(statement, stop) => {
            let mends = !found.is_many();
            tell(statement, stop, mends, found.at(Span::default()));
        }
        Some(_) => {}
        None => body(statement, found),
    }
}

/// Whether what stops it is no token, which is told by itself.
fn is_lexical(statement: &Statement<'_>, stop: &Stop) -> bool {
    statement.cursor().token_at(stop.at).is_some_and(|token| token.kind == TokenKind::Error)
}

/// Says where and why a statement stops.
fn tell(statement: &Statement<'_>, stop: &Stop, mends: bool, finding: &mut Diagnostic) {
    let cursor = statement.cursor();
    let last = statement.tokens().last().map_or(statement.span, |token| token.span);
    let place =
        cursor.token_at(stop.at).map(|token| Span::new(token.span.start + stop.offset, token.span.end));
    // The server points behind the last token.
    finding.span = place.unwrap_or(Span::new(last.end, last.end));
    let near = match place {
        Some(span) => format!("at or near \"{}\"", statement.slice(span)),
        None => "at end of input".to_owned(),
    };
    match &stop.why {
        Why::Refused(refusal) => {
            if refusal.message.starts_with("syntax error") {
                finding.message(format!(
                    "{} cannot stand here",
                    near.trim_start_matches("at or near ").replace('"', "`")
                ));
            } else {
                finding.message(refusal.message.clone());
            }
            finding.answer(refusal.sqlstate, refusal.message.clone());
            if let Some(help) = dialects::of_refusal(&refusal.message) {
                finding.help(help);
            }
        }
        Why::TooDeep => {
            finding.message("this is nested too deeply").answer("54001", format!("memory exhausted {near}"));
        }
        Why::Unexpected => {
            finding.server(format!("syntax error {near}"));
            match place {
                Some(span) => {
                    finding.message(format!("`{}` cannot stand here", short(statement.slice(span))))
                }
                None => finding.message("the statement ends too early"),
            };
            let words = if mends { grammar::in_words(&grammar::expected(cursor, stop.at)) } else { None };
            if let Some(words) = words {
                finding.label(format!("expected {words}"));
            }
            let hint = dialects::hint(statement, stop.at).or_else(|| slips::hint(statement, stop.at));
            if let Some(hint) = hint {
                finding.message(hint.message);
                match hint.edit {
                    Some((edit, keeps_meaning)) => finding.suggest("write", edit, keeps_meaning),
                    None => finding.help(hint.help),
                };
            } else if mends {
                mend(statement, cursor, stop, finding);
            }
        }
    }
}

/// The body of a SQL function in a string, which the server reads when it makes the function.
fn body(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateFunction(function) = statement.kind() else { return };
    let FunctionBody::String(at) = function.body else { return };
    let sql = function.language.as_ref().is_some_and(|language| language.value == "sql");
    let Some(token) = statement.tokens().get(at).filter(|_| sql) else { return };
    let Some(inner) = crate::lex::literal(statement.slice(token.span), token.kind) else { return };
    let source = Source::new("body", inner.text.as_str());
    let file = File::read(&source);
    let outer = |span: Span| {
        Span::new(token.span.start + inner.place(span.start), token.span.start + inner.place(span.end))
    };
    if let Some(error) = file.errors.first() {
        let words = error.kind.server_words();
        let near = source.slice(error.span);
        found.at(outer(error.span)).message(words).server(format!("{words} at or near \"{near}\""));
        return;
    }
    let foreign = file.statements.iter().find(|part| part.tree().is_none() && part.stop().is_none());
    if let Some(part) = foreign {
        let words = part.slice(part.head()).to_uppercase();
        found
            .at(outer(part.head()))
            .message(format!("`{words}` is not supported, nor is it in the body of a function"))
            .help("leave it out");
        return;
    }
    // The server stops at the first.
    let Some((part, stop)) = file.statements.iter().find_map(|part| Some((part, part.stop()?))) else {
        return;
    };
    let finding = found.at(Span::default());
    tell(part, stop, true, finding);
    finding.span = outer(finding.span);
    for edit in finding.suggestion.iter_mut().flat_map(|suggestion| &mut suggestion.edits) {
        edit.span = outer(edit.span);
    }
}

/// A token in a message: a long string is cut.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= MOST {
        return line.to_owned();
    }
    line.chars().take(MOST).chain(['…']).collect()
}

/// Proposes the small change that lets the statement be read.
fn mend(statement: &Statement<'_>, cursor: Cursor<'_>, stop: &Stop, finding: &mut Diagnostic) {
    let Some(repair) = grammar::repair(cursor, stop) else { return };
    let span_of = |at: usize| cursor.token_at(at).map(|token| token.span);
    let end = statement.span.end;
    match repair {
        Repair::Misspelt { at, right } => {
            let Some(span) = span_of(at) else { return };
            finding.suggest("did you mean", Edit { span, replacement: right }, false);
        }
        Repair::Missing { at, what } => {
            // Behind the token before the place, where the eye looks for it.
            let place = at.checked_sub(1).and_then(span_of).map_or(end, |span| span.end);
            let word = what.bytes().all(|byte| byte.is_ascii_alphabetic());
            let replacement = match what.as_str() {
                "(" => " (".to_owned(),
                _ if word || what == "=" => format!(" {what}"),
                _ => what.clone(),
            };
            finding.message(format!("`{what}` is missing before this"));
            if at >= statement.tokens().len() {
                finding.message(format!("`{what}` is missing at the end"));
            }
            finding.suggest("did you mean", Edit { span: Span::new(place, place), replacement }, false);
        }
        Repair::TooMuch { at } => {
            let Some(span) = span_of(at) else { return };
            // Two words without the sign between them would be one.
            let glues = |at: Option<usize>| at.and_then(span_of);
            let apart = glues(at.checked_sub(1)).is_none_or(|before| before.end < span.start)
                || glues(at.checked_add(1)).is_none_or(|behind| behind.start > span.end);
            let word = statement.tokens().get(at).is_some_and(|token| token.kind == TokenKind::Word);
            let edit = match (word, apart) {
                (true, _) => helpers::removal(statement, span),
                (false, true) => Edit { span, replacement: String::new() },
                (false, false) => Edit { span, replacement: " ".to_owned() },
            };
            finding.suggest("did you mean", edit, false);
        }
        Repair::Reserved { at } => {
            let spans: Vec<Span> = at.into_iter().filter_map(span_of).collect();
            let Some(word) = spans.first().map(|span| statement.slice(*span)) else { return };
            finding.message(format!("`{word}` is a reserved word"));
            let quoted = |span: Span| format!("\"{}\"", statement.slice(span).to_lowercase());
            let edits = spans.into_iter().map(|span| Edit { span, replacement: quoted(span) });
            let words = "write the name between quotes, or another one";
            finding.suggest_all(words, edits.collect(), false);
        }
        Repair::NextStatement { at } => {
            let place = at.checked_sub(1).and_then(span_of).map_or(end, |span| span.end);
            finding.message("a semicolon is missing before this");
            finding.suggest(
                "did you mean",
                Edit { span: Span::new(place, place), replacement: ";".to_owned() },
                false,
            );
        }
    }
}

#[cfg(test)]
mod tests;
