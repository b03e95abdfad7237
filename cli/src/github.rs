//! Findings as workflow commands, which GitHub shows beside the changed lines of a pull request.

use std::io::{self, Write};

use dsql_migrate_check::{Report, Severity};

pub(crate) fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    for finding in &report.diagnostics {
        let Some(source) = report.files.get(finding.file) else { continue };
        let (start, end) = (source.position(finding.span.start), source.position(finding.span.end));
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut text = finding.message.clone();
        if let Some(server) = &finding.server {
            text += &format!("\nserver: {} {}", server.sqlstate, server.message);
        }
        if let Some(help) = &finding.help {
            text += &format!("\nhelp: {help}");
        }
        writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            property(source.path()),
            start.line,
            end.line,
            start.column,
            end.column,
            property(finding.rule.id),
            data(&text)
        )?;
    }
    Ok(())
}

/// Escapes what would end a command's text.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what would end one of a command's properties too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
