use dsql_migrate_plan::limits::{RECORD_ROWS, TRANSACTION_ROWS};

use crate::finding::Rule;
use crate::rules::helpers;

pub(crate) static RULE: Rule = Rule {
    id: "row-limit",
    title: "a transaction changes at most 3,000 rows",
    why: "The 3,001st row fails its statement, and the transaction with it. The record of a step travels in the same \
          transaction and changes 3 rows, so that 2,997 are left for the statements. Outside of BEGIN … COMMIT the plan \
          divides statements so that none of its steps has more; a single statement it cannot divide.",
    wrong: "INSERT INTO numbers SELECT generate_series(1, 3000);",
    right: "INSERT INTO numbers SELECT generate_series(1, 2500); INSERT INTO numbers SELECT generate_series(2501, 3000);",
    sqlstate: "54000",
    server: "transaction row limit exceeded",
    help: "divide it into statements of at most 2,997 rows, for instance of 1,000, outside of BEGIN … COMMIT",
    evidence: &["live recordings 2026-09-18, probes row_cap, row_cap_boundary and row_cap_implicit"],
    ..Rule::REFUSED
};

/// That so many rows are too many.
pub(crate) fn message(what: &str, rows: u64) -> String {
    let number = helpers::thousands;
    format!(
        "{what} inserts {} rows; a transaction takes {}, and {} of them are left for the step's record",
        number(rows),
        number(TRANSACTION_ROWS),
        number(RECORD_ROWS)
    )
}
