use dsql_migrate_plan::limits::{RECORD_BYTES, TRANSACTION_BYTES};

use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "byte-limit",
    title: "a transaction writes at most 10 MiB",
    why: "What is beyond fails the COMMIT, and the transaction with it; entries of indexes count too. The record of a \
          step travels in the same transaction, and 64 KiB are left for it. Outside of BEGIN … COMMIT the plan divides \
          statements so that its steps stay below; a single statement it cannot divide. Only values that are written out \
          are counted, and those for no more than they can be stored in, so that a statement that is not found can \
          still be too large.",
    wrong: "BEGIN; INSERT INTO pages (id, body) VALUES (1, '… 6 MB of text …'); INSERT INTO pages (id, body) VALUES (2, '… 6 MB of text …'); COMMIT;",
    right: "INSERT INTO pages (id, body) VALUES (1, '… 6 MB of text …'); INSERT INTO pages (id, body) VALUES (2, '… 6 MB of text …');",
    sqlstate: "54000",
    server: "transaction size limit 10mb exceeded",
    help: "divide it into statements of a few megabytes, outside of BEGIN … COMMIT",
    evidence: &["AWS's quotas, 2026-08", "AWS dsql skill, observed 2026-10-01"],
    ..Rule::REFUSED
};

/// That so many bytes are too many.
pub(crate) fn message(what: &str, bytes: u64) -> String {
    let (mib, tenths) = (bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20);
    format!(
        "{what} writes at least {mib}.{tenths} MiB; a transaction takes {} MiB, and {} KiB of them are left for the \
         step's record",
        TRANSACTION_BYTES >> 20,
        RECORD_BYTES >> 10
    )
}
