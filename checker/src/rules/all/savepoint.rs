use crate::ast::{Kind, TransactionVerb};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "savepoint",
    title: "savepoints are not supported",
    why: "A transaction on DSQL is committed or undone as a whole. There is no two-phase commit either.",
    wrong: "SAVEPOINT before_cleanup;",
    right: "DELETE FROM sessions WHERE expires_at < '2026-01-01';",
    help: "leave it out; what must be undone by itself belongs in a transaction of its own",
    evidence: &["live recordings 2026-09-18, probes savepoint and rollback_to_savepoint"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::Transaction(transaction) = statement.kind() else { return };
    let (message, server) = match transaction.verb {
        TransactionVerb::Savepoint => (RULE.title, "SAVEPOINT"),
        TransactionVerb::Release => (RULE.title, "RELEASE"),
        TransactionVerb::RollbackTo => (RULE.title, "ROLLBACK TO"),
        TransactionVerb::TwoPhase => ("two-phase commit is not supported", ""),
        _ => return,
    };
    let finding = found.at(transaction.span).message(message);
    if !server.is_empty() {
        finding.server(format!("unsupported transaction statement: {server}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn every_form() {
        let found = finds(&RULE, "ROLLBACK WORK TO SAVEPOINT a", "ROLLBACK WORK TO");
        assert_eq!(
            found.server.map(|server| server.message).as_deref(),
            Some("unsupported transaction statement: ROLLBACK TO")
        );
        finds(&RULE, "RELEASE a", "RELEASE");
        finds(&RULE, "PREPARE TRANSACTION 'a'", "PREPARE TRANSACTION");
    }
}
