//! Findings as SARIF 2.1.0, which code scanning and editors read.

use dsql_migrate_check::{Diagnostic, RULES, Report, page};
use serde_json::{Value, json};

/// A report as one SARIF document.
pub(crate) fn report(report: &Report) -> Value {
    let rules: Vec<_> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.why},
                "help": {"text": page::of(rule), "markdown": page::of(rule)},
                "defaultConfiguration": {"level": rule.severity.as_str()},
            })
        })
        .collect();
    let results: Vec<_> = report.diagnostics.iter().filter_map(|one| result(report, one)).collect();
    json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{
            "tool": {"driver": {
                "name": "dsql-migrate",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "properties": {"dialect": report.dialect.to_string()},
            "results": results,
        }],
    })
}

fn result(report: &Report, finding: &Diagnostic) -> Option<Value> {
    let source = report.files.get(finding.file)?;
    let mut text = finding.message.clone();
    if let Some(server) = &finding.server {
        text += &format!("\nserver: {} {}", server.sqlstate, server.message);
    }
    if let Some(help) = &finding.help {
        text += &format!("\nhelp: {help}");
    }
    let location = |file: usize, span: dsql_migrate_check::Span| {
        let source = report.files.get(file)?;
        let (start, end) = (source.position(span.start), source.position(span.end));
        Some(json!({"physicalLocation": {
            "artifactLocation": {"uri": source.path()},
            "region": {
                "startLine": start.line, "startColumn": start.column,
                "endLine": end.line, "endColumn": end.column,
            },
        }}))
    };
    let related: Vec<_> = finding
        .others
        .iter()
        .filter_map(|other| {
            let mut place = location(other.file, other.span)?;
            place["message"] = json!({"text": other.text});
            Some(place)
        })
        .collect();
    let mut value = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": RULES.iter().position(|rule| rule.id == finding.rule.id),
        "level": finding.severity.as_str(),
        "message": {"text": text},
        "locations": [location(finding.file, finding.span)],
        "relatedLocations": related,
    });
    let edits = finding.suggestion.as_ref().map_or(&[][..], |one| &one.edits);
    if !edits.is_empty() {
        let replacements: Vec<_> = edits
            .iter()
            .map(|edit| {
                let (start, end) = (source.position(edit.span.start), source.position(edit.span.end));
                json!({
                    "deletedRegion": {
                        "startLine": start.line, "startColumn": start.column,
                        "endLine": end.line, "endColumn": end.column,
                    },
                    "insertedContent": {"text": edit.replacement},
                })
            })
            .collect();
        value["fixes"] = json!([{"artifactChanges": [{
            "artifactLocation": {"uri": source.path()},
            "replacements": replacements,
        }]}]);
    }
    Some(value)
}
