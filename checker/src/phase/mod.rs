//! Which way a statement moves the schema: expand, back-fill, contract.
//!
//! While a service is rolled out, old code still runs on the new schema. It survives what is added, and breaks
//! over what is taken away or renamed.

mod narrow;

use crate::ast::{AlterActionKind, AlterColumnKind, AlterTarget, Class, Kind};
use crate::diagnostic::Diagnostic;
use crate::directive::Directives;
use crate::rules::all::{contract, expand_and_contract};
use crate::source::Span;
use crate::statement::{File, Statement};
use dsql_migrate_plan::Phase;

use narrow::History;

/// What one statement does to the schema.
struct Move {
    phase: Phase,
    /// The clause that makes it so.
    span: Span,
    /// What it narrows, where it takes nothing away: how the message says it.
    narrows: Option<String>,
}

impl Move {
    const fn new(phase: Phase, span: Span) -> Self {
        Self { phase, span, narrows: None }
    }

    const fn narrows(span: Span, what: String) -> Self {
        Self { phase: Phase::Contract, span, narrows: Some(what) }
    }
}

/// Which way a statement moves the schema, after what was before it.
fn of(statement: &Statement<'_>, history: &History) -> Move {
    let head = statement.head();
    if let Some(narrow) = narrow::of(statement, history) {
        return narrow;
    }
    let (phase, span) = match statement.kind() {
        Kind::Drop(drop) => {
            // Without an index or statistics code is slower, and nothing else.
            let harmless = matches!(drop.object.as_str(), "INDEX" | "STATISTICS" | "TRIGGER");
            (if harmless { Phase::Expand } else { Phase::Contract }, head)
        }
        Kind::AlterTable(alter) if alter.target != AlterTarget::Index => {
            match alter.actions.iter().find(|action| contracts(&action.kind)) {
                Some(action) => (Phase::Contract, action.span),
                None => (Phase::Expand, head),
            }
        }
        Kind::AlterSequence(sequence) if sequence.rename_to.is_some() || sequence.set_schema.is_some() => {
            (Phase::Contract, head)
        }
        Kind::Other(other) => {
            let renames = other.words.starts_with("ALTER") && has_rename(statement);
            (if renames || other.words == "REVOKE" { Phase::Contract } else { Phase::Expand }, head)
        }
        _ if statement.class() == Class::Dml => (Phase::Backfill, head),
        _ => (Phase::Expand, head),
    };
    // What the file has made itself no code can have used.
    let objects = objects(statement);
    if phase == Phase::Contract && !objects.is_empty() && objects.iter().all(|object| history.is_new(object))
    {
        return Move::new(Phase::Expand, span);
    }
    Move::new(phase, span)
}

fn contracts(action: &AlterActionKind) -> bool {
    match action {
        AlterActionKind::DropColumn { .. }
        | AlterActionKind::RenameColumn { .. }
        | AlterActionKind::RenameTo(_)
        | AlterActionKind::SetSchema(_) => true,
        AlterActionKind::AlterColumn { change, .. } => {
            matches!(change, AlterColumnKind::DropDefault | AlterColumnKind::DropIdentity(_))
        }
        _ => false,
    }
}

fn has_rename(statement: &Statement<'_>) -> bool {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.are("RENAME TO") || cursor.are("SET SCHEMA"));
    !cursor.at_end()
}

/// The phase of each file: that of its statements that goes furthest.
pub(crate) fn of_files(files: &[(usize, File<'_>)]) -> Vec<Phase> {
    let mut history = History::default();
    let mut of_file = |file: &File<'_>| {
        history.begin();
        let phases = file.statements.iter().map(|statement| {
            let phase = of(statement, &history).phase;
            history.note(statement);
            phase
        });
        phases.max().unwrap_or(Phase::Expand)
    };
    files.iter().map(|(_, file)| of_file(file)).collect()
}

/// The tables and other objects that a statement names as what it changes.
fn objects(statement: &Statement<'_>) -> Vec<String> {
    match statement.kind() {
        Kind::Drop(drop) => drop.names.iter().map(full).collect(),
        Kind::AlterTable(alter) => vec![full(&alter.name)],
        Kind::CreateTable(table) => vec![full(&table.name)],
        Kind::CreateView(view) => vec![full(&view.name)],
        _ => Vec::new(),
    }
}

/// A name with its schema; `public` is where unqualified names usually are.
fn full(name: &crate::ast::ObjectName) -> String {
    let name = name.to_string();
    name.strip_prefix("public.").map_or_else(|| name.clone(), str::to_owned)
}

fn creates(statement: &Statement<'_>) -> bool {
    matches!(statement.kind(), Kind::CreateTable(_) | Kind::CreateView(_))
}

/// Looks for what is taken away or narrowed without a word about it.
pub(crate) fn judge<'d>(
    files: impl Iterator<Item = (usize, &'d File<'d>, &'d Directives)>,
    out: &mut Vec<Diagnostic>,
) {
    let mut history = History::default();
    for (position, file, directives) in files {
        history.begin();
        let mut expanded: Vec<(String, Span)> = Vec::new();
        for statement in &file.statements {
            let step = of(statement, &history);
            history.note(statement);
            let objects = objects(statement);
            if step.phase != Phase::Contract {
                if statement.class() == Class::Ddl {
                    expanded.extend(objects.into_iter().map(|object| (object, step.span)));
                }
                continue;
            }
            if directives.contract.is_none() {
                let mut finding = Diagnostic::new(&contract::RULE, position, step.span);
                if step.narrows.is_none() {
                    finding.message("something is taken away without a word about it");
                }
                if let Some(what) = &step.narrows {
                    finding.message(what.clone()).help(
                        "see that all code that still runs keeps to it already, and say so in the file: \
                         `-- dsql: contract reason`",
                    );
                }
                out.push(finding);
            }
            let same = |(object, _): &&(String, Span)| objects.contains(object);
            if let (Some((object, first)), None) = (expanded.iter().find(same), &step.narrows) {
                let mut finding = Diagnostic::new(&expand_and_contract::RULE, position, step.span);
                finding
                    .message(format!("`{object}` is expanded and contracted in one migration"))
                    .also(*first, "expanded here");
                out.push(finding);
            }
        }
    }
}

/// Looks at the files that the lock does not have yet: together they are the next release, whose code cannot
/// run everywhere before the last of them is applied.
pub(crate) fn judge_release(files: &[&(usize, File<'_>)], out: &mut Vec<Diagnostic>) {
    let mut expanded: Vec<(String, usize, Span)> = Vec::new();
    // Made in the release, it has no old code: the files count as one.
    let mut history = History::default();
    for (position, file) in files.iter().copied() {
        for statement in &file.statements {
            let step = of(statement, &history);
            history.note(statement);
            let objects = objects(statement);
            if step.phase != Phase::Contract {
                if statement.class() == Class::Ddl && !creates(statement) {
                    expanded.extend(objects.into_iter().map(|object| (object, *position, step.span)));
                }
                continue;
            }
            let earlier =
                |(object, of, _): &&(String, usize, Span)| of != position && objects.contains(object);
            if let (Some((object, of, first)), None) = (expanded.iter().find(earlier), &step.narrows) {
                let mut finding = Diagnostic::new(&expand_and_contract::RULE, *position, step.span);
                finding.message(format!("`{object}` is expanded and contracted in one release"));
                finding.others.push(crate::diagnostic::Label {
                    file: *of,
                    span: *first,
                    text: "expanded here".into(),
                });
                out.push(finding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, Options, check_file, check_set};

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
        let phase = |one: &&crate::diagnostic::Diagnostic| one.rule.id.contains("contract");
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
