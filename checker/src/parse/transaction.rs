use crate::ast::{Kind, Transaction, TransactionMode, TransactionModeKind, TransactionVerb};
use crate::cursor::Cursor;
use crate::parse::Read;

/// The verbs, longest first where one begins with another.
const VERBS: &[(&str, TransactionVerb)] = &[
    ("START TRANSACTION", TransactionVerb::Begin),
    ("BEGIN", TransactionVerb::Begin),
    ("COMMIT PREPARED", TransactionVerb::TwoPhase),
    ("ROLLBACK PREPARED", TransactionVerb::TwoPhase),
    ("PREPARE TRANSACTION", TransactionVerb::TwoPhase),
    ("ROLLBACK WORK TO", TransactionVerb::RollbackTo),
    ("ROLLBACK TRANSACTION TO", TransactionVerb::RollbackTo),
    ("ROLLBACK TO", TransactionVerb::RollbackTo),
    ("COMMIT", TransactionVerb::Commit),
    ("END", TransactionVerb::Commit),
    ("ROLLBACK", TransactionVerb::Rollback),
    ("ABORT", TransactionVerb::Rollback),
    ("SAVEPOINT", TransactionVerb::Savepoint),
    ("RELEASE", TransactionVerb::Release),
    ("SET TRANSACTION", TransactionVerb::SetTransaction),
    ("SET LOCAL TRANSACTION", TransactionVerb::SetTransaction),
    ("SET SESSION TRANSACTION", TransactionVerb::SetTransaction),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION", TransactionVerb::SessionCharacteristics),
];

pub(super) fn read(cursor: &mut Cursor<'_>) -> Read {
    let (span, verb) = VERBS.iter().find_map(|(words, verb)| cursor.eat(words).map(|span| (span, *verb)))?;
    let mut modes = Vec::new();
    match verb {
        TransactionVerb::Savepoint | TransactionVerb::Release | TransactionVerb::RollbackTo => {
            cursor.eat("SAVEPOINT");
            cursor.ident();
        }
        TransactionVerb::TwoPhase => cursor.advance(),
        TransactionVerb::SetTransaction if cursor.is("SNAPSHOT") => {
            cursor.skip_until(|_| false);
        }
        TransactionVerb::Begin | TransactionVerb::Commit | TransactionVerb::Rollback => {
            if cursor.eat("WORK").is_none() {
                cursor.eat("TRANSACTION");
            }
            read_modes(cursor, &mut modes);
        }
        TransactionVerb::SetTransaction | TransactionVerb::SessionCharacteristics => {
            read_modes(cursor, &mut modes)
        }
    }
    Some(Kind::Transaction(Box::new(Transaction { verb, span, modes })))
}

fn read_modes(cursor: &mut Cursor<'_>, modes: &mut Vec<TransactionMode>) {
    loop {
        let start = cursor.position();
        let Some(kind) = mode(cursor) else { return };
        modes.push(TransactionMode { kind, span: cursor.span_since(start) });
        cursor.eat_punct(",");
    }
}

fn mode(cursor: &mut Cursor<'_>) -> Option<TransactionModeKind> {
    if cursor.eat("ISOLATION LEVEL").is_some() {
        let levels = ["REPEATABLE READ", "READ COMMITTED", "READ UNCOMMITTED", "SERIALIZABLE"];
        let level = levels.iter().find(|words| cursor.eat(words).is_some())?;
        return Some(TransactionModeKind::Isolation((*level).to_owned()));
    }
    if cursor.eat("READ ONLY").is_some() || cursor.eat("READ WRITE").is_some() {
        return Some(TransactionModeKind::Access);
    }
    if cursor.eat("NOT DEFERRABLE").is_some() || cursor.eat("DEFERRABLE").is_some() {
        return Some(TransactionModeKind::Deferrable);
    }
    if cursor.eat("AND CHAIN").is_some() || cursor.eat("AND NO CHAIN").is_some() {
        return Some(TransactionModeKind::Chain);
    }
    None
}
