//! The JSON report. Its form is stable: fields may be added, none changes its meaning.

use dsql_migrate_check::{Diagnostic, Report};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'r> {
    format: u32,
    dialect: String,
    files: usize,
    statements: usize,
    diagnostics: Vec<Finding<'r>>,
}

#[derive(Serialize)]
struct Finding<'r> {
    rule: &'r str,
    severity: &'r str,
    file: &'r str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'r str,
    help: Option<&'r str>,
    server: Option<Server<'r>>,
    evidence: Option<String>,
}

#[derive(Serialize)]
struct Server<'r> {
    sqlstate: &'r str,
    message: &'r str,
}

/// A report as one line of JSON.
pub(crate) fn report(report: &Report) -> serde_json::Result<String> {
    serde_json::to_string(&Document {
        format: 1,
        dialect: report.dialect.to_string(),
        files: report.migrations,
        statements: report.statements,
        diagnostics: report.diagnostics.iter().filter_map(|one| finding(report, one)).collect(),
    })
}

fn finding<'r>(report: &'r Report, finding: &'r Diagnostic) -> Option<Finding<'r>> {
    let source = report.files.get(finding.file)?;
    let (start, end) = (source.position(finding.span.start), source.position(finding.span.end));
    let evidence = finding.rule.evidence.join("; ");
    Some(Finding {
        rule: finding.rule.id,
        severity: finding.severity.as_str(),
        file: source.path(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        message: &finding.message,
        help: finding.help.as_deref(),
        server: finding
            .server
            .as_ref()
            .map(|server| Server { sqlstate: server.sqlstate, message: &server.message }),
        evidence: (!evidence.is_empty()).then_some(evidence),
    })
}
