//! Applies the edits that keep a statement's meaning.

use std::fs;
use std::io::{self, Write};

use dsql_migrate_check::fix::{Edit, apply};
use dsql_migrate_check::{Report, Source};
use similar::TextDiff;

/// What the edits make of a file; `None` where there are none.
fn mended(report: &Report, file: usize, source: &Source) -> Option<(String, usize)> {
    let suggestions: Vec<_> = report
        .diagnostics
        .iter()
        .filter(|one| one.file == file)
        .filter_map(|one| one.suggestion.as_ref())
        .filter(|suggestion| suggestion.keeps_meaning)
        .collect();
    let edits: Vec<Edit> = suggestions.iter().flat_map(|one| one.edits.clone()).collect();
    (!edits.is_empty()).then(|| (apply(source.text(), &edits), suggestions.len()))
}

/// Prints what would change.
pub(crate) fn preview(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for (file, source) in report.files.iter().enumerate() {
        if let Some((text, _)) = mended(report, file, source) {
            let diff = TextDiff::from_lines(source.text(), &text);
            let (old, new) = (format!("a/{}", source.path()), format!("b/{}", source.path()));
            write!(out, "{}", diff.unified_diff().header(&old, &new))?;
        }
    }
    Ok(())
}

/// Changes the files, and tells how many findings were mended.
pub(crate) fn write(report: &Report) -> io::Result<usize> {
    let mut count = 0;
    for (file, source) in report.files.iter().enumerate() {
        if let Some((text, findings)) = mended(report, file, source) {
            let failed =
                |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", source.path()));
            fs::write(source.path(), text).map_err(failed)?;
            count += findings;
        }
    }
    Ok(count)
}
