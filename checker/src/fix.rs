//! Help that shows what to write instead.

pub use crate::finding::{Edit, Suggestion, apply};

use crate::finding::{Diagnostic, Severity};
use crate::text::Span;

/// Statements longer than this many bytes are not repeated in a help.
const LONGEST_SHOWN: usize = 2000;

/// Writes the help of the findings of one statement that come with a suggestion: with the last of them the statement
/// with all of them applied, so that it can be taken over as it is; with the others, and where something else in the
/// statement is refused, what to change for this one.
pub(crate) fn write_help(text: &str, statement: Span, findings: &mut [Diagnostic]) {
    let suggesting = findings.iter().enumerate().filter(|(_, one)| one.suggestion.is_some());
    let Some((last, _)) = suggesting.max_by_key(|(_, one)| one.span.start) else { return };
    let refused = |one: &Diagnostic| one.severity == Severity::Error && one.suggestion.is_none();
    let short = statement.end - statement.start <= LONGEST_SHOWN;
    let whole = (short && !findings.iter().any(refused)).then(|| mended(text, statement, findings));
    for (at, finding) in findings.iter_mut().enumerate() {
        let Some(suggestion) = &finding.suggestion else { continue };
        finding.help = Some(match &whole {
            Some(mended) if at == last => format!("{} `{mended}`", suggestion.lead),
            _ => one_change(text, suggestion),
        });
    }
}

/// The statement with all that is suggested.
fn mended(text: &str, statement: Span, findings: &[Diagnostic]) -> String {
    let within = |at: usize| at.clamp(statement.start, statement.end) - statement.start;
    let edits = findings.iter().filter_map(|one| one.suggestion.as_ref()).flat_map(|one| &one.edits);
    let edits: Vec<Edit> = edits
        .map(|edit| Edit {
            span: Span::new(within(edit.span.start), within(edit.span.end)),
            replacement: edit.replacement.clone(),
        })
        .collect();
    apply(text.get(statement.range()).unwrap_or_default(), &edits)
}

/// A suggestion in words: what to add, to leave out or to replace.
fn one_change(text: &str, suggestion: &Suggestion) -> String {
    let lead = suggestion.lead;
    let changes = suggestion.edits.iter().map(|edit| {
        let (old, new) = (text.get(edit.span.range()).unwrap_or_default().trim(), edit.replacement.trim());
        match (old.is_empty(), new.is_empty()) {
            (_, true) => format!("leave out `{old}`"),
            (true, _) => format!("add `{new}`"),
            _ => format!("write `{new}` instead of `{old}`"),
        }
    });
    let changes = changes.collect::<Vec<_>>().join(", ");
    match lead.strip_suffix("write") {
        Some(before) => format!("{before}{changes}"),
        None if lead == "did you mean" => changes,
        None => format!("{lead} {changes}"),
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::rules::testing::findings_in;

    fn helps(sql: &str) -> Vec<String> {
        findings_in(sql, Dialect::LATEST).into_iter().filter_map(|one| one.help).collect()
    }

    #[test]
    fn a_mended_statement_is_shown_once() {
        let found = helps("CREATE INDEX CONCURRENTLY i ON p USING btree (t text_pattern_ops DESC)");
        assert_eq!(
            found,
            [
                "write `ASYNC` instead of `CONCURRENTLY`",
                "leave out `text_pattern_ops`",
                "write `CREATE INDEX ASYNC i ON p (t)`",
                "leave out `USING btree`",
            ]
        );
    }

    #[test]
    fn what_is_refused_again_is_not_shown() {
        let found = helps("CREATE TABLE p (id serial PRIMARY KEY, a int[])");
        assert!(found.iter().all(|help| !help.contains("CREATE TABLE")), "{found:?}");
        assert!(found.iter().any(|help| help.contains("write `bigint GENERATED")), "{found:?}");
    }
}
