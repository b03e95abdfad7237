//! What a `SET` sets.

use crate::ast::{Kind, TransactionModeKind, TransactionVerb};
use crate::cursor::Cursor;
use crate::statement::Statement;

/// Forms that name no parameter, and the parameter that they set.
const FORMS: &[(&str, &str)] = &[
    ("SESSION AUTHORIZATION", "session_authorization"),
    ("TIME ZONE", "timezone"),
    ("XML OPTION", "xmloption"),
    ("NAMES", "client_encoding"),
    ("SCHEMA", "search_path"),
    ("CATALOG", "catalog"),
];

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
    let mut cursor = statement.cursor();
    let verb = cursor.ident();
    if *statement.kind() != Kind::Set {
        // DISCARD, PREPARE and the like: state of the session that has no other name.
        return verb.into_iter().map(|verb| verb.value).collect();
    }
    let form = |cursor: &mut Cursor<'_>| FORMS.iter().find(|(words, _)| cursor.eat(words).is_some());
    let found = form(&mut cursor).or_else(|| {
        // `SET SESSION AUTHORIZATION` has been read above.
        scope(&mut cursor);
        form(&mut cursor)
    });
    // A parameter's own name is told with and without quotes, and in any case.
    let name = found.map(|(_, name)| (*name).to_owned()).or_else(|| Some(cursor.name()?.to_string()));
    name.into_iter().map(|name| name.to_lowercase()).collect()
}

/// Whether it ends with its transaction.
pub(super) fn is_local(statement: &Statement<'_>) -> bool {
    let mut cursor = statement.cursor();
    cursor.advance();
    cursor.is("LOCAL") && !names_a_parameter(&cursor)
}

/// Reads `SESSION` or `LOCAL`, but for a parameter of that name.
fn scope(cursor: &mut Cursor<'_>) {
    if (cursor.is("SESSION") || cursor.is("LOCAL")) && !names_a_parameter(cursor) {
        cursor.advance();
    }
}

/// Whether the next word is what is set: `SET local.x = 1`.
fn names_a_parameter(cursor: &Cursor<'_>) -> bool {
    cursor.punct_at(1, "=") || cursor.punct_at(1, ".") || cursor.word_at(1, "TO")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::File;
    use crate::text::Source;

    #[test]
    fn every_form_names_its_parameter() {
        for (sql, expected) in [
            ("SET search_path TO x", "search_path"),
            ("SET Search_Path = x, y", "search_path"),
            ("SET SESSION search_path = x", "search_path"),
            ("SET LOCAL \"search_path\" TO DEFAULT", "search_path"),
            ("SET \"Search_Path\" = x", "search_path"),
            ("SET SCHEMA 'x'", "search_path"),
            ("SET LOCAL SCHEMA 'x'", "search_path"),
            ("SET TIME ZONE 'UTC'", "timezone"),
            ("SET SESSION TIME ZONE LOCAL", "timezone"),
            ("SET LOCAL TIME ZONE INTERVAL '1' HOUR TO MINUTE", "timezone"),
            ("SET TimeZone = 'UTC'", "timezone"),
            ("SET NAMES 'UTF8'", "client_encoding"),
            ("SET client_encoding = 'UTF8'", "client_encoding"),
            ("SET app.tenant = 'x'", "app.tenant"),
            ("SET local.x = 1", "local.x"),
            ("SET SESSION AUTHORIZATION app", "session_authorization"),
            ("SET ROLE app", "role"),
            ("RESET search_path", "search_path"),
            ("RESET TIME ZONE", "timezone"),
            ("RESET SESSION AUTHORIZATION", "session_authorization"),
            ("RESET ALL", "all"),
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
