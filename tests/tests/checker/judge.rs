//! How the tests ask the checker.

use dsql_migrate_check::{Diagnostic, Input, Options, Report, Severity, check_file};

/// Judges a text's statements one by one, whatever tables exist, as of the newest day that is known.
pub(crate) fn judge(sql: impl Into<Vec<u8>>) -> Report {
    let input = Input { path: "t.sql".into(), name: "t.sql".into(), bytes: sql.into() };
    check_file(input, Options { catalog: false, ..Options::default() })
}

/// The errors of a report, in order, but for those that no server gives: a transaction that a file leaves open,
/// or takes back, is refused because it makes no migration.
pub(crate) fn refusals(report: &Report) -> Vec<&Diagnostic> {
    let of_server = |one: &&Diagnostic| !matches!(one.rule.id, "open-transaction" | "rollback");
    report.diagnostics.iter().filter(|one| one.severity == Severity::Error).filter(of_server).collect()
}

/// `rule (severity): message`, for failures.
pub(crate) fn described(report: &Report) -> Vec<String> {
    let one = |one: &Diagnostic| format!("{} ({}): {}", one.rule.id, one.severity.as_str(), one.message);
    report.diagnostics.iter().map(one).collect()
}
