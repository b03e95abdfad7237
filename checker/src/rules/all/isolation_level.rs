use crate::ast::{Kind, Transaction, TransactionModeKind, TransactionVerb};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "isolation-level",
    title: "every transaction is REPEATABLE READ",
    why: "There is one isolation level. It can be named in BEGIN and for the session; `SET TRANSACTION` is refused \
          whatever it sets.",
    wrong: "BEGIN ISOLATION LEVEL SERIALIZABLE; DELETE FROM sessions WHERE id = '1'; COMMIT;",
    right: "BEGIN ISOLATION LEVEL REPEATABLE READ; DELETE FROM sessions WHERE id = '1'; COMMIT;",
    evidence: &[
        "live recordings 2026-09-18, probes begin_serializable, begin_repeatable_read, set_transaction_* and read_only",
        "dsql-lint 0.2.22 cluster fixtures (SESSION CHARACTERISTICS)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::Transaction(transaction) = statement.kind() else { return };
    let level = isolation(transaction);
    if transaction.verb == TransactionVerb::SetTransaction {
        let words = match level {
            Some((level, _)) if level != "REPEATABLE READ" => format!("Unsupported isolation level: {level}"),
            _ => "setting configuration parameter \"TRANSACTION\" not supported".to_owned(),
        };
        found
            .at(transaction.span)
            .message("`SET TRANSACTION` is not supported")
            .server(words)
            .help("leave it out; READ ONLY can be said in BEGIN: `BEGIN READ ONLY`");
        return;
    }
    if let Some((level, span)) = level
        && level != "REPEATABLE READ"
    {
        found
            .at(span)
            .message(format!("there is no isolation level {level}"))
            .server(format!("Unsupported isolation level: {level}"))
            .help("leave it out; where SERIALIZABLE is meant, read what a decision rests on with SELECT … FOR UPDATE");
    }
    if transaction.verb == TransactionVerb::SessionCharacteristics && transaction.modes.is_empty() {
        found
            .at(transaction.span)
            .message("the mode is missing behind TRANSACTION")
            .answer("42601", "syntax error at end of input")
            .help("write READ ONLY, READ WRITE or ISOLATION LEVEL REPEATABLE READ");
    }
    if transaction.verb == TransactionVerb::SessionCharacteristics {
        for mode in transaction.modes.iter().filter(|mode| mode.kind == TransactionModeKind::Deferrable) {
            found.at(mode.span).message("`DEFERRABLE` is not supported here").help("leave it out");
        }
    }
}

fn isolation(transaction: &Transaction) -> Option<(&str, crate::text::Span)> {
    transaction.modes.iter().find_map(|mode| match &mode.kind {
        TransactionModeKind::Isolation(level) => Some((level.as_str(), mode.span)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_form() {
        finds(&RULE, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SET TRANSACTION");
        finds(
            &RULE,
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "ISOLATION LEVEL SERIALIZABLE",
        );
        accepts("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
        accepts("START TRANSACTION READ WRITE; UPDATE t SET a = 1 WHERE id = 1; END");
    }
}
