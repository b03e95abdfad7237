//! Which way a statement moves the schema: expand, back-fill, contract.
//!
//! While a service is rolled out, old code still runs on the new schema. It survives what is added, and breaks
//! over what is taken away or renamed.

use crate::ast::{AlterActionKind, AlterColumnKind, AlterTarget, Class, Kind};
use crate::diagnostic::Diagnostic;
use crate::directive::Directives;
use crate::rules::all::{contract, expand_and_contract};
use crate::source::Span;
use crate::statement::{File, Statement};

/// Which way a statement moves the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Old code goes on working.
    Expand,
    /// Rows change, not the schema.
    Backfill,
    /// Something that old code may use is taken away, renamed or narrowed.
    Contract,
}

/// The phase of a statement, and the clause that makes it so.
pub(crate) fn of(statement: &Statement<'_>) -> (Phase, Span) {
    let head = statement.head();
    match statement.kind() {
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
    }
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

/// The phase of a file: that of its statements that goes furthest.
pub(crate) fn of_file(file: &File<'_>) -> Phase {
    file.statements.iter().map(|statement| of(statement).0).max().unwrap_or(Phase::Expand)
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

/// Looks for what is taken away without a word about it.
pub(crate) fn judge(file: &File<'_>, position: usize, directives: &Directives, out: &mut Vec<Diagnostic>) {
    let mut made: Vec<String> = Vec::new();
    let mut expanded: Vec<(String, Span)> = Vec::new();
    for statement in &file.statements {
        let (phase, span) = of(statement);
        let objects = objects(statement);
        if phase != Phase::Contract {
            if creates(statement) {
                made.extend(objects.clone());
            }
            if statement.class() == Class::Ddl {
                expanded.extend(objects.into_iter().map(|object| (object, span)));
            }
            continue;
        }
        // What the file has made itself no code can have used.
        if !objects.is_empty() && objects.iter().all(|object| made.contains(object)) {
            continue;
        }
        if directives.contract.is_none() {
            out.push(Diagnostic::new(&contract::RULE, position, span));
        }
        if let Some((object, first)) = expanded.iter().find(|(object, _)| objects.contains(object)) {
            let mut finding = Diagnostic::new(&expand_and_contract::RULE, position, span);
            finding
                .message(format!("`{object}` is expanded and contracted in one migration"))
                .also(*first, "expanded here");
            out.push(finding);
        }
    }
}

/// Looks at the files that the lock does not have yet: together they are the next release, whose code cannot
/// run everywhere before the last of them is applied.
pub(crate) fn judge_release(files: &[&(usize, File<'_>)], out: &mut Vec<Diagnostic>) {
    let mut expanded: Vec<(String, usize, Span)> = Vec::new();
    for (position, file) in files.iter().copied() {
        for statement in &file.statements {
            let (phase, span) = of(statement);
            let objects = objects(statement);
            if phase != Phase::Contract {
                if statement.class() == Class::Ddl && !creates(statement) {
                    expanded.extend(objects.into_iter().map(|object| (object, *position, span)));
                }
                continue;
            }
            let earlier =
                |(object, of, _): &&(String, usize, Span)| of != position && objects.contains(object);
            if let Some((object, of, first)) = expanded.iter().find(earlier) {
                let mut finding = Diagnostic::new(&expand_and_contract::RULE, *position, span);
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
    use crate::check::{Input, Options, check_file};

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

    #[test]
    fn one_file_does_not_do_both() {
        assert_eq!(
            rules("-- dsql: contract why not\nALTER TABLE a ADD COLUMN c int; ALTER TABLE a DROP COLUMN b"),
            ["expand-and-contract"]
        );
        assert_eq!(rules("-- dsql: contract old\nALTER TABLE a ADD COLUMN c int; DROP TABLE b"), [""; 0]);
    }
}
