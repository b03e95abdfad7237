//! Changes of a text that mend a finding.

use crate::text::Span;

/// A part of a text and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What goes; empty where something is only put in.
    pub span: Span,
    /// What comes.
    pub replacement: String,
}

/// The edits that mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// In any order; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether the statement means the same afterwards, so that a tool may apply them unasked.
    pub keeps_meaning: bool,
    /// What the help says before the mended statement.
    pub lead: &'static str,
}

/// A text with edits applied. Where two meet in one place the first wins.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort();
    edits.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        if edit.span.start < at {
            continue;
        }
        out.push_str(text.get(at..edit.span.start).unwrap_or_default());
        out.push_str(&edit.replacement);
        at = edit.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Takes a clause out together with the blanks before it, unless that would join a line comment to what
/// follows: then the clause alone goes.
pub(crate) fn removal(text: &str, span: Span) -> Edit {
    let before = text.get(..span.start).unwrap_or_default();
    let start = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
    let line = before.get(..start).and_then(|text| text.rsplit('\n').next()).unwrap_or_default();
    let start = if line.contains("--") && start < span.start { span.start } else { start };
    // Behind an opening parenthesis the blanks that follow go instead: `( CACHE 1)` would look left over.
    if start > 0 && before.get(..start).is_some_and(|text| text.ends_with('(')) {
        let rest = text.get(span.end..).unwrap_or_default();
        let end = span.end + (rest.len() - rest.trim_start_matches(' ').len());
        return Edit { span: Span::new(start, end), replacement: String::new() };
    }
    Edit { span: Span::new(start, span.end), replacement: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, replacement: &str) -> Edit {
        Edit { span: Span::new(start, end), replacement: replacement.to_owned() }
    }

    #[test]
    fn edits_are_applied_in_order_and_once() {
        assert_eq!(
            apply("abcdef", &[edit(4, 5, ""), edit(1, 2, "xy"), edit(1, 2, "xy"), edit(3, 3, "-")]),
            "axyc-df"
        );
        assert_eq!(apply("abc", &[edit(0, 2, "x"), edit(1, 3, "y")]), "xc");
    }

    #[test]
    fn blanks_go_with_a_clause_but_comments_stay() {
        assert_eq!(apply("a  DESC)", &[removal("a  DESC)", Span::new(3, 7))]), "a)");
        let text = "a -- c\n DESC)";
        assert_eq!(apply(text, &[removal(text, Span::new(8, 12))]), "a -- c\n )");
    }
}
