//! Applies the edits that keep a statement's meaning.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

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
        // A comment inside of what goes would go with it; that is its author's to decide.
        .filter(|suggestion| {
            let text = |edit: &Edit| source.slice(edit.span).to_owned();
            !suggestion.edits.iter().map(text).any(|text| text.contains("--") || text.contains("/*"))
        })
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

/// Writes a file so that it is there as it was or as it is to be, whatever happens in between.
pub(crate) fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".new");
    let beside = path.with_file_name(name);
    fs::write(&beside, text)?;
    fs::rename(&beside, path)
}

/// Changes the files, and tells how many findings were mended.
pub(crate) fn write(report: &Report) -> io::Result<usize> {
    let mut count = 0;
    for (file, source) in report.files.iter().enumerate() {
        if let Some((text, findings)) = mended(report, file, source) {
            let failed =
                |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", source.path()));
            write_whole(Path::new(source.path()), &text).map_err(failed)?;
            count += findings;
        }
    }
    Ok(count)
}
