//! Comments by which other tools tell the way there from the way back.

use crate::finding::Diagnostic;
use crate::rules::all::down_section::RULE;
use crate::statement::File;
use crate::text::Span;

/// Finds the comment that begins a way back, where statements stand behind it.
pub(crate) fn judge(file: &File<'_>, position: usize, out: &mut Vec<Diagnostic>) {
    let text = file.source.text();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (comment, begins) = (line.trim(), start + line.len() - line.trim_start().len());
        start += line.len();
        if !is_marker(comment) {
            continue;
        }
        let span = Span::new(begins, begins + comment.len());
        let inside = |one: &crate::statement::Statement<'_>| {
            one.tokens().iter().any(|token| token.span.start < span.start && span.end < token.span.end)
        };
        let behind = file.statements.iter().any(|one| one.span.start >= span.end);
        if behind && !file.statements.iter().any(inside) {
            out.push(Diagnostic::new(&RULE, position, span));
            return;
        }
    }
}

fn is_marker(comment: &str) -> bool {
    let Some(words) = comment.strip_prefix("--") else { return false };
    let words: Vec<_> = words.split_whitespace().map(str::to_ascii_lowercase).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["+goose" | "+migrate", "down"] | ["+migrate", "down", "notransaction"] => true,
        ["migrate:down", options @ ..] => options.iter().all(|option| option.contains(':')),
        _ => false,
    }
}
