//! Statements of an application, judged on the schema that a set of migrations ends with.

#[cfg(test)]
mod tests;

use crate::catalog::End;
use crate::check::{Input, Report, judge_set, on_a_large_stack};
use crate::effect::{Effects, Object};
use crate::finding::{Diagnostic, Severity};
use crate::judge::judge_application;
use crate::options::Options;
use crate::text::Source;

/// The schema at the end of a set, which any number of statements can be held against.
///
/// ```
/// use dsql_migrate_check::{Head, Input, Options, Source};
///
/// let bytes = b"CREATE TABLE items (id uuid PRIMARY KEY, title text);".to_vec();
/// let input = Input { path: "0001_items.sql".into(), name: "0001_items.sql".into(), bytes };
/// let (report, mut head) = Head::of_set(vec![input], Options::default());
/// assert!(report.plan.is_some());
///
/// let right = head.check(Source::new("main.rs", "SELECT title FROM items WHERE id = $1"));
/// assert!(right.diagnostics.is_empty());
/// let wrong = head.check(Source::new("main.rs", "SELECT titel FROM items WHERE id = $1"));
/// assert_eq!(wrong.diagnostics[0].rule.id, "unknown-column");
/// ```
pub struct Head {
    end: End,
    /// How many files the set has: findings name the statement's text by the number behind theirs.
    files: usize,
    options: Options,
}

/// A statement of an application, and what was found in it.
pub struct Judged {
    /// Its text.
    pub source: Source,
    /// The findings, by place. Their file is a position in [`Report::files`] of the set, or, one behind the last of
    /// these, the statement's text.
    pub diagnostics: Vec<Diagnostic>,
    pub(crate) effects: Effects,
}

impl Head {
    /// Judges the files of a folder as a set, as [`crate::check_set`] does, and keeps the schema that it ends with. Where
    /// the report has errors the schema is a guess.
    #[must_use]
    pub fn of_set(inputs: Vec<Input>, options: Options) -> (Report, Self) {
        let (report, end) = on_a_large_stack(|| judge_set(&inputs, options));
        let files = report.files.len();
        (report, Self { end, files, options })
    }

    /// Judges one query or one statement that changes rows, as an application sends it: it may have parameters.
    #[must_use]
    pub fn check(&mut self, source: Source) -> Judged {
        let Self { end, files, options } = self;
        let (mut diagnostics, effects) =
            on_a_large_stack(|| judge_application(&source, *files, *options, end));
        diagnostics.sort_by_key(|one| (one.span, one.severity, one.rule.id));
        Judged { source, diagnostics, effects }
    }

    /// The tables, views and columns that a statement reads, by name.
    #[doc(hidden)]
    #[must_use]
    pub fn reads(&self, judged: &Judged) -> Vec<String> {
        judged.effects.reads.iter().filter_map(|object| self.end.name(*object)).collect()
    }

    /// The tables that a statement writes, by name.
    #[doc(hidden)]
    #[must_use]
    pub fn writes(&self, judged: &Judged) -> Vec<String> {
        let written = judged.effects.writes.iter().map(|write| Object::Relation(write.table));
        written.filter_map(|object| self.end.name(object)).collect()
    }
}

impl Judged {
    /// How many findings are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|one| one.severity == severity).count()
    }
}
