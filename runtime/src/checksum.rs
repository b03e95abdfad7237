//! One checksum for a step, from those of its statements and of the settings under which they run.

use dsql_migrate_plan::{Checksum, Setting, Statement, Step};

/// Begins the fold of a step that has settings, so that they cannot pass for statements.
const UNDER_SETTINGS: u128 = 0x7365_7474_696e_6773_2073_7461_6e64_2031;

/// Tells in the journal whether a step is still the one that was started or done.
///
/// A step of one statement without settings has that statement's checksum. Several are folded, each at a place that
/// depends on its position, which is enough against accidents, the only thing that checksums are for here.
pub(crate) fn step_checksum(step: &Step) -> Checksum {
    checksum_of(&step.settings, step.statements())
}

/// The same of some of a step's statements.
pub(crate) fn checksum_of<'a>(
    settings: &[Setting],
    statements: impl Iterator<Item = &'a Statement>,
) -> Checksum {
    let begin = if settings.is_empty() { 0 } else { UNDER_SETTINGS };
    let begin = settings.iter().fold(begin, |folded, setting| fold(folded, &setting.statement));
    finish(statements.fold(begin, fold))
}

/// As it was before settings counted, for journals of that time.
pub(crate) fn checksum_without_settings(step: &Step) -> Checksum {
    finish(step.statements().fold(0, fold))
}

fn fold(folded: u128, statement: &Statement) -> u128 {
    folded.rotate_left(7).wrapping_mul(0x1000_0000_01b3) ^ u128::from_be_bytes(*statement.checksum.as_bytes())
}

fn finish(folded: u128) -> Checksum {
    Checksum::new(folded.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ddl, dml, under};

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

    #[test]
    fn settings_count() {
        let step = || ddl("CREATE TABLE a (id int)");
        let (app, other) = (under("SET search_path = app", step()), under("SET search_path = b", step()));
        assert_ne!(step_checksum(&app), step_checksum(&other));
        assert_ne!(step_checksum(&app), step_checksum(&step()));
        assert_eq!(checksum_without_settings(&app), step_checksum(&step()));
        // A setting is not a statement.
        let twice = dml(&["SET search_path = app", "CREATE TABLE a (id int)"]);
        assert_ne!(step_checksum(&app), step_checksum(&twice));
    }
}
