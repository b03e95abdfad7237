use crate::ast::{Kind, Transaction, TransactionMode, TransactionModeKind, TransactionVerb};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind as Node, Part};

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

/// `BEGIN`, `COMMIT` and their kin.
pub(super) fn read(part: Part<'_>) -> Option<Kind> {
    let mut kind = by_words(part.cursor())?;
    if let Kind::Transaction(transaction) = &mut kind {
        transaction.modes = part.children().into_iter().filter_map(mode).collect();
    }
    Some(kind)
}

/// By its first words alone.
pub(super) fn by_words(mut cursor: Cursor<'_>) -> Option<Kind> {
    let (span, verb) = VERBS.iter().find_map(|(words, verb)| cursor.eat(words).map(|span| (span, *verb)))?;
    Some(Kind::Transaction(Box::new(Transaction { verb, span, modes: Vec::new() })))
}

fn mode(part: Part<'_>) -> Option<TransactionMode> {
    let kind = match part.kind() {
        Node::Isolation => {
            TransactionModeKind::Isolation(part.words().trim_start_matches("ISOLATION LEVEL ").to_owned())
        }
        Node::Access => TransactionModeKind::Access,
        Node::DeferrableMode => TransactionModeKind::Deferrable,
        Node::Chain => TransactionModeKind::Chain,
        _ => return None,
    };
    Some(TransactionMode { kind, span: part.span() })
}
