//! `migrations.lock`: which files a set has had, and what they held.
//!
//! One line a file: version, name, the checksum over its tokens and one over its bytes. It is committed beside
//! the files, and guards them: a file that was released is not edited, renamed, deleted or overtaken by accident.
//! Lines are sorted by version, so that two branches that add files conflict in the lines that they added.

use std::fmt::Write;

use dsql_migrate_plan::{Checksum, Migration, MigrationKind};

use crate::directive::Directives;
use crate::file_name;
use crate::finding::Diagnostic;
use crate::rules::all::{history, lock_file};
use crate::text::{Source, Span};

/// The file's name.
pub const FILE_NAME: &str = "migrations.lock";

const HEADER: &str = "# Which migrations this set has had. Written by `dsql-migrate lock`; commit it.\n\
                      # version name checksum-of-tokens checksum-of-bytes\n";

/// A line of the lock.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    version: String,
    /// Whether its file is named `VN__name.sql`; the version is written `VN` then.
    prefixed: bool,
    name: String,
    /// `None` for a file that may be edited, since it is applied whenever it is.
    tokens: Option<Checksum>,
    span: Span,
}

/// What stands in the place of a checksum for a file that is applied whenever it changes.
const ALWAYS: &str = "always";

impl Line {
    fn file(&self) -> String {
        let (before, between) = if self.prefixed { ("V", "__") } else { ("", "_") };
        format!("{before}{}{between}{}.sql", self.version, self.name)
    }

    fn order(&self) -> (bool, usize, String, String) {
        file_name::order(&self.file())
    }
}

/// The lock of a set: what `dsql-migrate lock` writes.
#[must_use]
pub fn of<'m>(files: impl Iterator<Item = (&'m Migration, &'m [u8])>) -> String {
    let mut text = HEADER.to_owned();
    for (migration, bytes) in files {
        let digest = crate::checksum::of_bytes(bytes);
        let file = migration.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let before = if file.starts_with('V') { "V" } else { "" };
        let tokens = match migration.kind {
            MigrationKind::Always => ALWAYS.to_owned(),
            _ => migration.checksum.to_string(),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{before}{} {} {tokens} {digest}", migration.version, migration.name);
    }
    text
}

fn parse(source: &Source, position: usize, out: &mut Vec<Diagnostic>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for text in source.text().split_inclusive('\n') {
        let line = text.trim_end();
        let span = Span::new(start, start + line.len());
        start += text.len();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let (version, name) = (word().to_owned(), word().to_owned());
        let tokens = match word() {
            ALWAYS => Ok(None),
            tokens => tokens.parse().map(Some),
        };
        match (tokens, word().parse::<Checksum>(), words.next()) {
            (Ok(tokens), Ok(_), None) => {
                let (version, prefixed) = match version.strip_prefix('V') {
                    Some(digits) => (digits.to_owned(), true),
                    None => (version, false),
                };
                lines.push(Line { version, prefixed, name, tokens, span });
            }
            _ => {
                let mut finding = Diagnostic::new(&lock_file::RULE, position, span);
                if ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark)) {
                    finding.message("the lock has an unresolved merge conflict");
                }
                out.push(finding);
            }
        }
    }
    lines
}

/// One migration of the set as the guard sees it.
pub(crate) struct Guarded<'g> {
    /// Its file, as a position in the report.
    pub(crate) position: usize,
    /// Its plan.
    pub(crate) migration: &'g Migration,
    /// Its file's name.
    pub(crate) name: &'g str,
    /// What its directives say.
    pub(crate) directives: &'g Directives,
}

/// Compares a set with its lock, and tells which files the lock does not have.
pub(crate) fn guard(
    set: &[Guarded<'_>],
    lock: &Source,
    position: usize,
    out: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let lines = parse(lock, position, out);
    // What is always applied has no place in the order.
    let newest = lines.iter().filter(|line| line.tokens.is_some()).map(Line::order).max();
    let mut unlocked = Vec::new();
    for line in &lines {
        let same = |one: &&Guarded<'_>| one.migration.version == line.version;
        match set.iter().find(same) {
            None => {
                let finding = &mut Diagnostic::new(&history::RULE, position, line.span);
                finding
                    .message(format!("`{}` was locked and is gone", line.file()))
                    .label("no file has this version");
                out.push(finding.help(RESTORE).clone());
            }
            Some(one) if one.name != line.file() => {
                let mut finding = Diagnostic::new(&history::RULE, one.position, Span::default());
                finding
                    .message(format!("`{}` was locked as `{}`", one.name, line.file()))
                    .help("give it its old name back");
                finding.others.push(crate::finding::Label {
                    file: position,
                    span: line.span,
                    text: "locked here".into(),
                });
                out.push(finding);
            }
            Some(one) => match line.tokens {
                Some(tokens) if one.migration.kind != MigrationKind::Always => {
                    edited(one, line, tokens, position, out);
                }
                None if one.migration.kind != MigrationKind::Always => {
                    let mut finding = Diagnostic::new(&history::RULE, one.position, Span::default());
                    finding.message(format!("`{}` was locked as a file that is always applied", one.name));
                    finding.help("mark it with `-- dsql: always` again, and write a new migration");
                    out.push(finding);
                }
                _ => {}
            },
        }
    }
    for one in set {
        if lines.iter().any(|line| line.version == one.migration.version) {
            continue;
        }
        unlocked.push(one.position);
        let in_order = one.migration.kind != MigrationKind::Always;
        if in_order && newest.as_ref().is_some_and(|newest| file_name::order(one.name) < *newest) {
            let mut finding = Diagnostic::new(&history::RULE, one.position, Span::default());
            finding
                .message(format!("`{}` comes before migrations that are locked", one.name))
                .help("give it a version behind the last locked one: where those are applied, it would come too late");
            out.push(finding);
        }
    }
    unlocked
}

const RESTORE: &str = "restore the file: a database that has applied it still knows it. \
                       If no database has, write the lock anew with `dsql-migrate lock --accept-history`";

/// A locked file whose tokens are others now. `-- dsql: replaces <checksum>` says that somebody means it.
fn edited(one: &Guarded<'_>, line: &Line, tokens: Checksum, lock: usize, out: &mut Vec<Diagnostic>) {
    let replaced = one.directives.replaces.iter().any(|(checksum, _)| *checksum == tokens);
    if one.migration.checksum == tokens || replaced {
        return;
    }
    let mut finding = Diagnostic::new(&history::RULE, one.position, Span::default());
    finding.message(format!("`{}` was edited after it was locked", one.name)).help(format!(
        "undo the edit and write a new migration; where the edit does not change what the file did, say so in it \
         with `-- dsql: replaces {tokens}`, and write the lock anew with `dsql-migrate lock`"
    ));
    finding.others.push(crate::finding::Label { file: lock, span: line.span, text: "locked here".into() });
    out.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, check_set};
    use crate::options::Options;

    fn input(name: &str, text: &str) -> Input {
        Input { path: format!("m/{name}"), name: name.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    fn lock_of(files: &[(&str, &str)]) -> String {
        let inputs = files.iter().map(|(name, text)| input(name, text)).collect();
        check_set(inputs, Options::default()).lock().unwrap()
    }

    fn messages(files: &[(&str, &str)], lock: &str) -> Vec<String> {
        let mut inputs: Vec<_> = files.iter().map(|(name, text)| input(name, text)).collect();
        inputs.push(input(super::FILE_NAME, lock));
        let report = check_set(inputs, Options::default());
        report.diagnostics.iter().map(|one| one.message.clone()).collect()
    }

    const A: (&str, &str) = ("0001_a.sql", "CREATE DOMAIN a AS int;");
    const B: (&str, &str) = ("0003_b.sql", "CREATE DOMAIN b AS int;");

    #[test]
    fn a_set_that_is_as_it_was_and_one_that_has_grown() {
        let lock = lock_of(&[A, B]);
        assert_eq!(messages(&[A, B], &lock), [""; 0]);
        assert_eq!(messages(&[A, B, ("0004_c.sql", "CREATE DOMAIN c AS int")], &lock), [""; 0]);
        assert_eq!(
            messages(&[A, ("0003_b.sql", "-- more words\r\nCREATE  DOMAIN b AS int")], &lock),
            [""; 0]
        );
    }

    #[test]
    fn history_is_not_changed_by_accident() {
        let lock = lock_of(&[A, B]);
        let edited = ("0003_b.sql", "CREATE DOMAIN b AS text;");
        assert_eq!(messages(&[A, edited], &lock), ["`0003_b.sql` was edited after it was locked"]);
        assert_eq!(messages(&[A], &lock), ["`0003_b.sql` was locked and is gone"]);
        assert_eq!(messages(&[A, ("0003_c.sql", B.1)], &lock), ["`0003_c.sql` was locked as `0003_b.sql`"]);
        let late = ("0002_late.sql", "CREATE DOMAIN c AS int");
        assert_eq!(
            messages(&[A, late, B], &lock),
            ["`0002_late.sql` comes before migrations that are locked"]
        );
    }

    #[test]
    fn files_with_a_letter_before_the_version_are_guarded_by_their_own_names() {
        let set = [("V2__b.sql", A.1), ("V10__c.sql", B.1)];
        let lock = lock_of(&set);
        assert!(lock.contains("\nV2 b ") && lock.ends_with('\n'), "{lock}");
        assert_eq!(messages(&set, &lock), [""; 0]);
        assert_eq!(messages(&set[1..], &lock), ["`V2__b.sql` was locked and is gone"]);
        let renamed = [("2_b.sql", A.1), set[1]];
        assert_eq!(messages(&renamed, &lock), ["`2_b.sql` was locked as `V2__b.sql`"]);
    }

    #[test]
    fn what_is_always_applied_may_be_edited() {
        let grants = ("0100_grants.sql", "-- dsql: always\nCOMMENT ON DOMAIN a IS 'one';");
        let lock = lock_of(&[A, grants]);
        let edited = ("0100_grants.sql", "-- dsql: always\nCOMMENT ON DOMAIN a IS 'two';");
        assert_eq!(messages(&[A, edited], &lock), [""; 0]);
        let words = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")).collect()
        };
        assert_eq!(words(&lock), words(&lock_of(&[A, edited])), "`lock --check` compares these");
        assert_eq!(messages(&[A, edited, B], &lock), [""; 0], "later files are not late");
        assert_eq!(
            messages(&[A, ("0100_grants.sql", "COMMENT ON DOMAIN a IS 'two';")], &lock),
            ["`0100_grants.sql` was locked as a file that is always applied"]
        );
    }

    #[test]
    fn a_reviewed_edit_is_accepted() {
        let lock = lock_of(&[A, B]);
        let old = lock.lines().last().unwrap().split(' ').nth(2).unwrap();
        let text = format!("-- dsql: replaces {old}\nCREATE DOMAIN b AS bigint;");
        assert_eq!(messages(&[A, ("0003_b.sql", &text)], &lock), [""; 0]);
    }

    #[test]
    fn a_release_does_not_expand_and_contract() {
        let table = ("0001_a.sql", "CREATE TABLE a (id int PRIMARY KEY, b int);");
        let lock = lock_of(&[table]);
        let add = ("0002_add.sql", "ALTER TABLE a ADD COLUMN c int;");
        let drop = ("0003_drop.sql", "-- dsql: contract c has taken its place\nALTER TABLE a DROP COLUMN b;");
        assert_eq!(messages(&[table, add, drop], &lock), ["`a` is expanded and contracted in one release"]);
        let released = lock_of(&[table, add]);
        assert_eq!(messages(&[table, add, drop], &released), [""; 0]);
    }

    #[test]
    fn a_mix_of_version_styles_is_said_once() {
        let stamped = ["20260101000000_b.sql", "20260101000001_c.sql"].map(|name| (name, "SELECT 1;"));
        let found = messages(&[A, stamped[0], stamped[1]], &lock_of(&[A, stamped[0], stamped[1]]));
        assert_eq!(found, ["versions are numbers here and timestamps there"]);
    }

    #[test]
    fn a_lock_that_cannot_be_read_says_so() {
        let lock = lock_of(&[A]);
        assert_eq!(
            messages(&[A], &format!("{lock}<<<<<<< ours\n")),
            ["the lock has an unresolved merge conflict"]
        );
        assert_eq!(messages(&[A], &format!("{lock}0002 b xyz\n")), ["a line of the lock cannot be read"]);
    }
}
