//! Journals of another version of this crate, which divides the same file into other steps.

use super::tables::JournalRow;
use crate::checksum::checksum_of;
use dsql_migrate_plan::{Migration, Setting, Statement, StepKind};
use std::ops::Range;

/// What the rows of another division come to in this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Division {
    /// These steps are done, and nothing of the others has been begun.
    Done(Range<usize>),
    /// This step is done only in part, or was begun and nobody knows whether it has happened.
    Partly(usize),
}

/// A statement of a migration, and what it can be committed with.
struct Part<'m> {
    statement: &'m Statement,
    settings: &'m [Setting],
    is_dml: bool,
}

/// Matches the rows with the statements of the same file, in order: steps are begun in order, so the rows are those of
/// the first steps, without a gap. `None` where the rows are not of this file.
pub(super) fn covered(migration: &Migration, rows: &[&JournalRow]) -> Option<Division> {
    let file = migration.checksum.to_string();
    if rows.iter().any(|row| row.file_checksum.as_ref() != Some(&file)) {
        return None;
    }
    let parts = parts(migration);
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| row.step);
    let (mut end, mut undecided) = (0, None);
    for (number, row) in sorted.iter().enumerate() {
        if row.step != number {
            return None;
        }
        let start = end;
        end = end_of(&parts, start, &row.checksum)?;
        if !row.done {
            undecided.get_or_insert(start);
        }
    }
    // The step of the first statement that is not surely done.
    let done = undecided.unwrap_or(end);
    let (mut first, mut steps) = (0, 0);
    for step in migration.steps.iter() {
        let next = first + step.statements().count();
        if next > done {
            break;
        }
        (first, steps) = (next, steps + 1);
    }
    Some(if undecided.is_none() && first == done {
        Division::Done(0..steps)
    } else {
        Division::Partly(steps)
    })
}

fn parts(migration: &Migration) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for step in migration.steps.iter() {
        let is_dml = matches!(step.kind, StepKind::Dml { .. });
        let settings = &step.settings;
        parts.extend(step.statements().map(|statement| Part { statement, settings, is_dml }));
    }
    parts
}

/// Where the statements from `start` end that have this checksum together.
fn end_of(parts: &[Part<'_>], start: usize, checksum: &str) -> Option<usize> {
    let first = parts.get(start)?;
    let together = |part: &&Part<'_>| part.is_dml && first.is_dml && part.settings == first.settings;
    let most = parts[start..].iter().take_while(together).count().max(1);
    (1..=most).map(|count| start + count).find(|end| {
        let statements = parts[start..*end].iter().map(|part| part.statement);
        checksum_of(first.settings, statements).to_string() == checksum
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ddl, dml, plan, under};

    /// A row of a journal whose one step was these statements under the settings of the first.
    fn row(migration: &Migration, statements: usize) -> JournalRow {
        let parts = parts(migration);
        let of_step = parts[..statements].iter().map(|part| part.statement);
        JournalRow {
            version: "1".into(),
            step: 0,
            checksum: checksum_of(parts[0].settings, of_step).to_string(),
            file_checksum: Some(migration.checksum.to_string()),
            done: true,
            job: None,
        }
    }

    /// Only row statements under the same settings are ever committed together.
    #[test]
    fn what_was_never_one_step_is_not_taken_for_one() {
        let together = plan(vec![("1", vec![dml(&["a"]), dml(&["b"])])]);
        let migration = &together.migrations[0];
        assert_eq!(covered(migration, &[&row(migration, 2)]), Some(Division::Done(0..2)));
        for steps in [
            vec![dml(&["a"]), under("SET search_path = s", dml(&["b"]))],
            vec![dml(&["a"]), ddl("b")],
            vec![ddl("a"), dml(&["b"])],
            vec![ddl("a"), ddl("b")],
        ] {
            let apart = plan(vec![("1", steps)]);
            let migration = &apart.migrations[0];
            assert_eq!(covered(migration, &[&row(migration, 2)]), None);
            assert_eq!(covered(migration, &[&row(migration, 1)]), Some(Division::Done(0..1)));
        }
    }
}
