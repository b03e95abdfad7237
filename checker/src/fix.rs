//! Help that shows a statement as it would be with all findings mended.

pub use crate::finding::{Edit, Suggestion, apply};

use crate::finding::Diagnostic;
use crate::text::Span;

/// Statements longer than this many bytes are not repeated in a help.
const LONGEST_SHOWN: usize = 2000;

/// Writes the help of the findings of one statement that come with a suggestion: the statement with all of
/// them applied, so that it can be taken over as it is.
pub(crate) fn write_help(text: &str, statement: Span, findings: &mut [Diagnostic]) {
    let edits: Vec<Edit> =
        findings.iter().filter_map(|one| one.suggestion.as_ref()).flat_map(|one| one.edits.clone()).collect();
    if edits.is_empty() {
        return;
    }
    let local = |edit: &Edit| {
        let within = |at: usize| at.clamp(statement.start, statement.end) - statement.start;
        Edit {
            span: Span::new(within(edit.span.start), within(edit.span.end)),
            replacement: edit.replacement.clone(),
        }
    };
    let edits: Vec<Edit> = edits.iter().map(local).collect();
    if statement.end - statement.start > LONGEST_SHOWN {
        for finding in findings.iter_mut().filter(|one| one.suggestion.is_some()) {
            finding.help.get_or_insert_with(|| {
                "`dsql-migrate check --fix --dry-run` shows the mended statement".to_owned()
            });
        }
        return;
    }
    let mended = apply(text.get(statement.range()).unwrap_or_default(), &edits);
    for finding in findings {
        if let Some(suggestion) = &finding.suggestion {
            finding.help = Some(format!("{} `{mended}`", suggestion.lead));
        }
    }
}
