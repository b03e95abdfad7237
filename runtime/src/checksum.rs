//! One checksum for a step, from those of its statements.

use dsql_migrate_plan::{Checksum, Step};

/// Tells in the journal whether a step is still the one that was started or done.
///
/// A step of one statement has that statement's checksum. Those of several are folded, each at a place that
/// depends on its position, which is enough against accidents, the only thing that checksums are for here.
pub(crate) fn step_checksum(step: &Step) -> Checksum {
    let folded = step.statements().fold(0u128, |folded, statement| {
        folded.rotate_left(7).wrapping_mul(0x1000_0000_01b3)
            ^ u128::from_be_bytes(*statement.checksum.as_bytes())
    });
    Checksum::new(folded.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ddl, dml};

    #[test]
    fn a_single_statement_keeps_its_own() {
        let step = ddl("CREATE TABLE a (id int)");
        let own = step.statements().next().map(|statement| statement.checksum);
        assert_eq!(Some(step_checksum(&step)), own);
    }

    #[test]
    fn order_counts() {
        let one = dml(&["INSERT INTO a VALUES (1)", "INSERT INTO a VALUES (2)"]);
        let other = dml(&["INSERT INTO a VALUES (2)", "INSERT INTO a VALUES (1)"]);
        assert_ne!(step_checksum(&one), step_checksum(&other));
    }
}
