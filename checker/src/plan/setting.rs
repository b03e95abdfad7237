//! What a `SET` sets.

use crate::ast::{Kind, TransactionModeKind, TransactionVerb};
use crate::statement::Statement;

/// The parameters that a statement sets, in lower case as the server knows them; `all` where it resets all of them.
/// `SET SESSION CHARACTERISTICS` alone can set several.
pub(super) fn parameters(statement: &Statement<'_>) -> Vec<String> {
    if let Kind::Transaction(transaction) = statement.kind() {
        let prefix = match transaction.verb {
            TransactionVerb::SessionCharacteristics => "default_transaction_",
            _ => "transaction_",
        };
        let of_mode = transaction.modes.iter().filter_map(|mode| match mode.kind {
            TransactionModeKind::Isolation(_) => Some("isolation"),
            TransactionModeKind::Access => Some("read_only"),
            TransactionModeKind::Deferrable => Some("deferrable"),
            TransactionModeKind::Chain => None,
        });
        return of_mode.map(|mode| format!("{prefix}{mode}")).collect();
    }
    match statement.kind() {
        Kind::Set(Some(setting)) => vec![setting.name.clone()],
        Kind::Set(None) => vec!["constraints".to_owned()],
        // DISCARD, PREPARE and the like: state of the session that has no other name.
        _ => statement.cursor().ident().into_iter().map(|verb| verb.value).collect(),
    }
}

/// Whether it ends with its transaction.
pub(super) fn is_local(statement: &Statement<'_>) -> bool {
    matches!(statement.kind(), Kind::Set(Some(setting)) if setting.local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::File;
    use crate::text::Source;

    #[test]
    fn every_form_names_its_parameter() {
        for (sql, expected) in [
            ("SET LOCAL TIME ZONE 'UTC'", "timezone"),
            ("RESET ALL", "all"),
            ("SET CONSTRAINTS ALL DEFERRED", "constraints"),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "default_transaction_read_only"),
            (
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE",
                "default_transaction_isolation, default_transaction_read_only",
            ),
            ("SET TRANSACTION READ ONLY", "transaction_read_only"),
            ("DISCARD ALL", "discard"),
        ] {
            let source = Source::new("a.sql", sql);
            let file = File::read(&source);
            assert_eq!(parameters(&file.statements[0]).join(", "), expected, "{sql}");
        }
    }
}
