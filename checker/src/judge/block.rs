//! What the mode of a transaction forbids to the statements in it.

use crate::ast::{Class, Kind, TransactionModeKind, TransactionVerb};
use crate::finding::Diagnostic;
use crate::rules::all::{read_only_transaction, unknown_support};
use crate::statement::{File, Statement};
use crate::text::Span;

/// Looks at the transactions of a file.
pub(crate) fn judge(file: &File<'_>, position: usize, out: &mut Vec<Diagnostic>) {
    // Whether a transaction is open, and where it says READ ONLY.
    let mut open: Option<Option<Span>> = None;
    for statement in &file.statements {
        if let Kind::Transaction(transaction) = statement.kind() {
            match transaction.verb {
                TransactionVerb::Begin => open = Some(read_only(statement)),
                TransactionVerb::Commit | TransactionVerb::Rollback => open = None,
                _ => {}
            }
            continue;
        }
        let Some(mode) = open else { continue };
        if let (Some(mode), Some(verb)) = (mode, changes(statement)) {
            let mut finding = Diagnostic::new(&read_only_transaction::RULE, position, statement.head());
            finding
                .server(format!("cannot execute {verb} in a read-only transaction"))
                .also(mode, "the transaction is declared here");
            out.push(finding);
        }
        if statement.cursor().are("CALL sys") {
            let mut finding = Diagnostic::new(&unknown_support::RULE, position, statement.span);
            finding.message("whether DSQL waits for a job inside of a transaction is not known").help(
                "leave it out: dsql-migrate waits for the jobs of a migration; elsewhere CALL it by itself",
            );
            out.push(finding);
        }
    }
}

/// Where a BEGIN says READ ONLY, if that is its last word about it.
fn read_only(statement: &Statement<'_>) -> Option<Span> {
    let Kind::Transaction(transaction) = statement.kind() else { return None };
    let last = transaction.modes.iter().rfind(|mode| mode.kind == TransactionModeKind::Access)?;
    let words = statement.slice(last.span).to_ascii_uppercase();
    words.ends_with("ONLY").then_some(last.span)
}

/// What a statement that changes something is called in the server's message.
fn changes(statement: &Statement<'_>) -> Option<String> {
    match statement.class() {
        // A change in a WITH or under EXPLAIN is named after its own verb.
        Class::Dml => match statement.kind() {
            Kind::Dml(crate::ast::DmlVerb::Insert) => Some("INSERT".to_owned()),
            Kind::Dml(crate::ast::DmlVerb::Update) => Some("UPDATE".to_owned()),
            Kind::Dml(crate::ast::DmlVerb::Delete) => Some("DELETE".to_owned()),
            Kind::Dml(crate::ast::DmlVerb::Copy) => Some("COPY FROM".to_owned()),
            _ => None,
        },
        Class::Ddl => Some(match statement.kind() {
            Kind::Drop(drop) => format!("DROP {}", drop.object),
            Kind::Other(head) if head.words.starts_with("COMMENT") => "COMMENT".to_owned(),
            _ => crate::parse::heads::head(statement.cursor()).words,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::text::Source;

    fn found(sql: &str) -> Vec<(&'static str, String)> {
        let source = Source::new("t.sql", sql);
        let found = crate::judge::judge_text(&source, Dialect::LATEST);
        found
            .into_iter()
            .map(|one| (one.rule.id, one.server.map_or_else(String::new, |server| server.message)))
            .collect()
    }

    #[test]
    fn a_transaction_that_reads_only() {
        let said = |words: &str| vec![("read-only-transaction", words.to_owned())];
        assert_eq!(
            found("BEGIN READ ONLY; INSERT INTO t (a) VALUES (1); COMMIT"),
            said("cannot execute INSERT in a read-only transaction")
        );
        assert_eq!(
            found("START TRANSACTION READ ONLY; DROP TABLE t; COMMIT"),
            said("cannot execute DROP TABLE in a read-only transaction")
        );
        for fine in [
            "BEGIN READ ONLY; SELECT 1; SHOW search_path; COMMIT",
            "BEGIN READ ONLY, READ WRITE; INSERT INTO t VALUES (1); COMMIT",
            "BEGIN READ ONLY; SELECT 1; COMMIT; INSERT INTO t VALUES (1)",
        ] {
            let of_mode = |one: &(&str, String)| one.0 == "read-only-transaction";
            assert!(!found(fine).iter().any(of_mode), "{fine}");
        }
    }

    #[test]
    fn waiting_inside_of_one_is_not_known() {
        let sql = "BEGIN; CALL sys.wait_for_job('77e6id3hjbasddybtihl43gega'); COMMIT";
        assert_eq!(found(sql).first().map(|(id, _)| *id), Some("unknown-support"));
    }
}
