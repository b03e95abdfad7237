//! Whose SQL a statement is that PostgreSQL cannot read.

use std::panic::catch_unwind;

use dsql_migrate_check::Report;
use dsql_migrate_check::lex::lex;
use dsql_migrate_check::lex::split::split;
use sqlparser::dialect::{
    BigQueryDialect, Dialect, DuckDbDialect, HiveDialect, MsSqlDialect, MySqlDialect, OracleDialect, PostgreSqlDialect,
    SQLiteDialect, SnowflakeDialect,
};
use sqlparser::parser::Parser;

/// Longer statements are not looked at: each of the others would read all of it.
const LONGEST: usize = 4_000;

/// Adds to each syntax error that nothing better is known of which other database would read the statement.
pub fn name(report: &mut Report) {
    // A panic of somebody else's parser is no user's business.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    name_all(report);
    std::panic::set_hook(hook);
}

fn name_all(report: &mut Report) {
    for at in 0..report.diagnostics.len() {
        let finding = &report.diagnostics[at];
        if finding.rule.id != "syntax" || finding.help.is_some() {
            continue;
        }
        let Some(source) = report.files.get(finding.file) else { continue };
        let text = source.text();
        let mut pieces = split(text, &lex(text)).into_iter().map(|piece| piece.span);
        let Some(span) = pieces.find(|span| span.start <= finding.span.start && finding.span.start <= span.end) else {
            continue;
        };
        let whose = text.get(span.range()).and_then(whose);
        if let (Some(whose), Some(finding)) = (whose, report.diagnostics.get_mut(at)) {
            finding.help(format!("{whose} would read this statement; PostgreSQL says it otherwise"));
        }
    }
}

/// The first of the others that reads a statement to its end, where PostgreSQL's dialect of the same parser does not.
fn whose(statement: &str) -> Option<&'static str> {
    let others: [(&str, &dyn Dialect); 9] = [
        ("MySQL", &MySqlDialect {}),
        ("SQL Server", &MsSqlDialect {}),
        ("SQLite", &SQLiteDialect {}),
        ("Oracle", &OracleDialect),
        ("Snowflake", &SnowflakeDialect {}),
        ("BigQuery", &BigQueryDialect {}),
        ("DuckDB", &DuckDbDialect {}),
        ("Hive", &HiveDialect {}),
        ("PostgreSQL", &PostgreSqlDialect {}),
    ];
    let (postgres, others) = others.split_last()?;
    if statement.len() > LONGEST || reads(postgres.1, statement) {
        return None;
    }
    others.iter().find(|(_, dialect)| reads(*dialect, statement)).map(|(name, _)| *name)
}

/// Whether a statement can be read. The parser is somebody else's: a panic of it says no.
fn reads(dialect: &dyn Dialect, statement: &str) -> bool {
    let parse = std::panic::AssertUnwindSafe(|| Parser::parse_sql(dialect, statement));
    catch_unwind(parse).is_ok_and(|parsed| parsed.is_ok_and(|statements| statements.len() == 1))
}

#[cfg(test)]
mod tests {
    use super::whose;

    #[test]
    fn statements_of_others() {
        for (sql, wanted) in [
            ("CREATE TABLE `t` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB", Some("MySQL")),
            ("SELECT [id] FROM [dbo].[items]", Some("SQL Server")),
            ("SELECT id FROM items WHERE", None),
            ("SELECT id FORM items x y", None),
        ] {
            assert_eq!(whose(sql), wanted, "{sql}");
        }
    }
}
