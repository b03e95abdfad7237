//! Which way a statement moves the schema: expand, back-fill, contract.
//!
//! While a service is rolled out, old code still runs on the new schema. It survives what is added, and breaks
//! over what is taken away or renamed.

use std::collections::{HashMap, HashSet};

use dsql_migrate_plan::Phase;

use crate::ast::{Class, Kind};
use crate::directive::Directives;
use crate::effect::{Change, Effect, Effects, Object};
use crate::finding::{Diagnostic, Label};
use crate::rules::all::{contract, expand_and_contract};
use crate::statement::{File, Statement};
use crate::text::Span;

/// What no code that runs can have used: objects that were made in the same file, or in the same release.
#[derive(Default)]
struct New(HashSet<Object>);

impl New {
    fn has(&self, object: Object) -> bool {
        self.0.contains(&object) || object.owner().is_some_and(|owner| self.0.contains(&owner))
    }

    fn note(&mut self, effects: &Effects) {
        let made = effects.changes.iter().filter(|effect| effect.change == Change::Made);
        self.0.extend(made.map(|effect| effect.object));
    }

    /// Whether old code can write less behind a change; what the message says of it.
    fn narrows<'e>(&self, effect: &'e Effect) -> Option<&'e str> {
        match &effect.change {
            Change::Narrowed(what, parts) => {
                let new = self.has(effect.object) || parts.iter().any(|part| self.has(*part));
                (!new).then_some(what.as_str())
            }
            _ => None,
        }
    }
}

/// What one statement does to the schema.
struct Move<'e> {
    phase: Phase,
    /// The change that makes it so, where it is a contraction.
    cause: Option<&'e Effect>,
    /// What it narrows, where it takes nothing away: how the message says it.
    narrows: Option<&'e str>,
}

/// Which way a statement moves the schema, beside what is new.
fn of<'e>(statement: &Statement<'_>, effects: &'e Effects, new: &New) -> Move<'e> {
    let narrow = effects.changes.iter().find_map(|effect| Some((effect, new.narrows(effect)?)));
    if let Some((effect, what)) = narrow {
        return Move { phase: Phase::Contract, cause: Some(effect), narrows: Some(what) };
    }
    let cause = effects.changes.iter().find(|effect| effect.takes_away() && !new.has(effect.object));
    let phase = match cause {
        Some(_) => Phase::Contract,
        None if statement.class() == Class::Dml => Phase::Backfill,
        None => Phase::Expand,
    };
    Move { phase, cause, narrows: None }
}

/// The tables and views that a statement changes and that are not new.
fn changed<'e>(effects: &'e Effects, new: &'e New) -> impl Iterator<Item = (usize, Span)> + 'e {
    let changed = effects.changes.iter().filter_map(|effect| Some((effect.object.relation()?, effect.span)));
    changed.filter(|(table, _)| !new.0.contains(&Object::Relation(*table)))
}

/// The statements of a file with what they do.
fn pairs<'f, 's>(
    file: &'f File<'s>,
    effects: &'f [Effects],
) -> impl Iterator<Item = (&'f Statement<'s>, &'f Effects)> {
    file.statements.iter().zip(effects)
}

/// Looks for what is taken away or narrowed without a word about it, and tells the phase of each file: that of its
/// statements that goes furthest.
pub(crate) fn judge<'d>(
    files: impl Iterator<Item = (usize, &'d File<'d>, &'d Directives, &'d [Effects])>,
    out: &mut Vec<Diagnostic>,
) -> Vec<Phase> {
    let mut phases = Vec::new();
    for (position, file, directives, effects) in files {
        let mut new = New::default();
        let mut expanded: HashMap<usize, Span> = HashMap::new();
        let mut furthest = Phase::Expand;
        for (statement, effects) in pairs(file, effects) {
            let step = of(statement, effects, &new);
            new.note(effects);
            furthest = furthest.max(step.phase);
            let Some(cause) = step.cause else {
                if expands(statement) {
                    for (table, span) in changed(effects, &new) {
                        expanded.entry(table).or_insert_with(|| place(statement, span));
                    }
                }
                continue;
            };
            if directives.contract.is_none() {
                let mut finding = Diagnostic::new(&contract::RULE, position, place(statement, cause.span));
                match step.narrows {
                    None => finding.message("something is taken away without a word about it"),
                    Some(what) => finding.message(what).help(
                        "see that all code that still runs keeps to it already, and say so in the file: \
                         `-- dsql: contract reason`",
                    ),
                };
                out.push(finding);
            }
            let first = cause.object.relation().and_then(|table| expanded.get(&table));
            if let (Some(first), None) = (first, step.narrows) {
                let mut finding =
                    Diagnostic::new(&expand_and_contract::RULE, position, place(statement, cause.span));
                let object = subject(statement);
                finding
                    .message(format!("{object} is expanded and contracted in one migration"))
                    .also(*first, "expanded here");
                out.push(finding);
            }
        }
        phases.push(furthest);
    }
    phases
}

/// Looks at the files that the lock does not have yet: together they are the next release, whose code cannot
/// run everywhere before the last of them is applied.
pub(crate) fn judge_release<'f>(
    files: impl Iterator<Item = (usize, &'f File<'f>, &'f [Effects])>,
    out: &mut Vec<Diagnostic>,
) {
    let mut expanded: HashMap<usize, Vec<(usize, Span)>> = HashMap::new();
    // Made in the release, it has no old code: the files count as one.
    let mut new = New::default();
    for (position, file, effects) in files {
        for (statement, effects) in pairs(file, effects) {
            let step = of(statement, effects, &new);
            new.note(effects);
            let Some(cause) = step.cause else {
                if expands(statement) {
                    for (table, span) in changed(effects, &new) {
                        expanded.entry(table).or_default().push((position, place(statement, span)));
                    }
                }
                continue;
            };
            let before = cause.object.relation().and_then(|table| expanded.get(&table));
            let first = before.into_iter().flatten().find(|(of, _)| *of != position);
            if let (Some((of, first)), None) = (first, step.narrows) {
                let mut finding =
                    Diagnostic::new(&expand_and_contract::RULE, position, place(statement, cause.span));
                let object = subject(statement);
                finding.message(format!("{object} is expanded and contracted in one release"));
                finding.others.push(Label { file: *of, span: *first, text: "expanded here".into() });
                out.push(finding);
            }
        }
    }
}

/// Whether old code could meet what a statement adds: by privileges, comments and indexes nothing is added.
fn expands(statement: &Statement<'_>) -> bool {
    statement.class() == Class::Ddl && !matches!(statement.kind(), Kind::Other(_))
}

/// The clause that makes a change; of a change by the whole statement, what the statement begins with.
fn place(statement: &Statement<'_>, clause: Span) -> Span {
    if clause == Span::default() { statement.head() } else { clause }
}

/// What a statement says that it is about.
fn subject(statement: &Statement<'_>) -> String {
    let name = match statement.kind() {
        Kind::AlterTable(alter) => Some(&alter.name),
        Kind::Drop(drop) => drop.names.first(),
        _ => None,
    };
    name.map_or_else(|| "something".to_owned(), |name| format!("`{name}`"))
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, check_file, check_set};
    use crate::options::Options;

    fn rules(sql: &str) -> Vec<&'static str> {
        let input = Input { path: "a.sql".into(), name: "a.sql".into(), bytes: sql.into() };
        let found = check_file(input, Options { catalog: false, ..Options::default() }).diagnostics;
        found.iter().map(|one| one.rule.id).collect()
    }

    #[test]
    fn what_takes_away_wants_a_word() {
        for sql in [
            "DROP TABLE a",
            "ALTER TABLE a DROP COLUMN b",
            "ALTER TABLE a RENAME TO b",
            "ALTER VIEW a RENAME COLUMN b TO c",
            "ALTER TABLE a ALTER b DROP DEFAULT",
            "DROP VIEW IF EXISTS a",
            "ALTER SCHEMA a RENAME TO b",
            "REVOKE SELECT ON a FROM b",
        ] {
            assert_eq!(rules(sql), ["contract"], "{sql}");
            assert_eq!(
                rules(&format!("-- dsql: contract no code uses it since 1.4\n{sql}")),
                [""; 0],
                "{sql}"
            );
        }
        for sql in [
            "DROP INDEX a",
            "ALTER TABLE a ADD b int",
            "ALTER INDEX a RENAME TO b",
            "ALTER TABLE a ALTER b DROP NOT NULL",
            "CREATE TABLE a (id int PRIMARY KEY); DROP TABLE a",
        ] {
            assert_eq!(rules(sql), [""; 0], "{sql}");
        }
    }

    fn set(files: &[&str]) -> Vec<String> {
        let input = |(index, sql): (usize, &&str)| Input {
            path: format!("m/000{index}_a.sql"),
            name: format!("000{index}_a.sql"),
            bytes: sql.as_bytes().to_vec(),
        };
        let found = check_set(files.iter().enumerate().map(input).collect(), Options::default()).diagnostics;
        let phase = |one: &&crate::finding::Diagnostic| one.rule.id.contains("contract");
        found.iter().filter(phase).map(|one| one.message.clone()).collect()
    }

    const TABLES: &str = "CREATE TABLE p (id int PRIMARY KEY, k int UNIQUE); CREATE TABLE t (id int PRIMARY KEY, \
                          a int CHECK (a > 0), b int UNIQUE, c int REFERENCES p, CONSTRAINT u UNIQUE (a, b));";

    #[test]
    fn what_old_code_may_write_is_narrowed_in_a_later_file_only() {
        for (narrow, message) in [
            (
                "CREATE UNIQUE INDEX ASYNC i ON t (a)",
                "a unique index refuses rows of `t` that old code may write",
            ),
            (
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a < 9) NOT VALID",
                "a check refuses rows of `t` that old code may write",
            ),
            (
                "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p NOT VALID",
                "a foreign key refuses rows of `t` that old code may write",
            ),
            (
                "ALTER TABLE t DROP CONSTRAINT u",
                "`ON CONFLICT` of old code may need the unique constraint `u`",
            ),
            (
                "ALTER TABLE t DROP CONSTRAINT t_b_key",
                "`ON CONFLICT` of old code may need the unique constraint `t_b_key`",
            ),
            ("ALTER DOMAIN d SET NOT NULL", "the domain `d` takes fewer values than old code may write"),
        ] {
            let files = ["CREATE DOMAIN d AS int;", TABLES, narrow];
            assert_eq!(set(&files), [message], "{narrow}");
            assert_eq!(
                set(&["CREATE DOMAIN d AS int;", &format!("{TABLES} {narrow}")]).len(),
                usize::from(narrow.contains("DOMAIN")),
                "{narrow}"
            );
            let said = format!("-- dsql: contract no code writes such rows\n{narrow}");
            assert_eq!(set(&["CREATE DOMAIN d AS int;", TABLES, &said]), [""; 0], "{narrow}");
        }
        let index = "CREATE UNIQUE INDEX ASYNC i ON t (a)";
        assert_eq!(
            set(&[TABLES, &format!("-- dsql: contract x\n{index}"), "DROP INDEX i"]),
            ["`ON CONFLICT` of old code may need the unique index `i`"]
        );
        for harmless in [
            "ALTER TABLE t ADD COLUMN n int; CREATE UNIQUE INDEX ASYNC i ON t (n); ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i",
            "ALTER TABLE t ADD COLUMN n int; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (n) REFERENCES p NOT VALID; ALTER TABLE t ADD CHECK (n > 0) NOT VALID",
            "ALTER TABLE t DROP CONSTRAINT t_a_check; ALTER TABLE t DROP CONSTRAINT t_c_fkey",
            "CREATE INDEX ASYNC i ON t (a); DROP INDEX i; CREATE TABLE v (id int PRIMARY KEY REFERENCES t)",
            "ALTER TABLE ASYNC t VALIDATE CONSTRAINT t_a_check",
        ] {
            assert_eq!(set(&[TABLES, harmless]), [""; 0], "{harmless}");
        }
    }

    #[test]
    fn one_file_does_not_do_both() {
        assert_eq!(
            rules("-- dsql: contract why not\nALTER TABLE a ADD COLUMN c int; ALTER TABLE a DROP COLUMN b"),
            ["expand-and-contract"]
        );
        assert_eq!(rules("-- dsql: contract old\nALTER TABLE a ADD COLUMN c int; DROP TABLE b"), [""; 0]);
    }
}
