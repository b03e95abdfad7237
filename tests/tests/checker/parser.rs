//! The checker's reading of statements against PostgreSQL's parser: what that cannot parse is never passed in
//! silence. An error of any rule, or the warning `unverified`, is enough.

use tokio_postgres::error::SqlState;

use crate::differential::corpus;
use crate::judge::judge;
use crate::postgres::Postgres;

/// DSQL's own grammar, and that of PostgreSQL 16, which an older server cannot be asked about.
const NOT_ASKED: &[&str] = &["ASYNC", "AWS IAM", "STORAGE", "GROUP BY ALL", "\\", "statement-breakpoint"];

#[tokio::test]
async fn what_postgresql_cannot_parse_is_never_passed_in_silence() {
    let server = Postgres::start();
    let client = server.connect().await;
    let mut wrong = Vec::new();
    let (mut asked, mut refused) = (0, 0);
    for sql in corpus() {
        if NOT_ASKED.iter().any(|words| sql.contains(words)) {
            continue;
        }
        asked += 1;
        // The whole is parsed before the first statement fails, so nothing of it runs.
        let error =
            client.batch_execute(&format!("SELECT 1/0;\n{sql}")).await.expect_err("a division by zero");
        let error = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error:?}"));
        if *error.code() == SqlState::DIVISION_BY_ZERO {
            continue;
        }
        refused += 1;
        let report = judge(sql.as_str());
        let noted =
            |rule: &str, severity| severity == dsql_migrate_check::Severity::Error || rule == "unverified";
        if report.diagnostics.iter().any(|one| noted(one.rule.id, one.severity)) {
            continue;
        }
        wrong.push(format!("{sql}\n    {}", error.message()));
    }
    println!("{asked} statements asked, {refused} not parsed");
    assert!(wrong.is_empty(), "passed in silence: {}\n{}", wrong.len(), wrong.join("\n"));
}
