//! Rules: what they are about, when they held, how they are checked, and where they put what they find. A finding names its rule,
//! and a rule's check makes findings: this file and `diagnostic.rs` know each other.

use super::diagnostic::{Diagnostic, Severity};
use super::schema::Schema;
use crate::dialect::{Date, Dialect};
use crate::grammar::{NodeKind, Part, Stop};
use crate::statement::Statement;
use crate::text::Span;

/// A rule: what it is about, when it held, and how it is checked.
#[derive(Debug)]
pub struct Rule {
    /// By which it is named in messages, in `allow(…)` and in its page's address.
    pub id: &'static str,
    /// How much its findings matter.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub title: &'static str,
    /// Why it is so.
    pub why: &'static str,
    /// A statement that it finds.
    pub wrong: &'static str,
    /// What to write instead; nothing refuses it.
    pub right: &'static str,
    /// What to write instead, in words, where the finding itself cannot say it better.
    pub help: &'static str,
    /// The SQLSTATE of the server's answer; empty where it is not the server that refuses.
    pub sqlstate: &'static str,
    /// The server's words; empty where they depend on the statement or are not known.
    pub server: &'static str,
    /// The first day on which it held; none means from the beginning.
    pub since: Option<Date>,
    /// The first day on which it held no more; none means that it still holds.
    pub until: Option<Date>,
    /// Where it is known from.
    pub evidence: &'static [&'static str],
    /// How it is checked.
    pub(crate) check: Check,
}

/// What looks at one part of a statement.
pub(crate) type OfPart = fn(Part<'_>, &Statement<'_>, &mut Findings<'_>);

/// How a rule is checked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// Each statement by itself.
    Statement(fn(&Statement<'_>, &mut Findings<'_>)),
    /// Each part of a statement that is of one of these kinds, where the grammar has read the statement.
    Parts(&'static [NodeKind], OfPart),
    /// The place where a statement cannot be read.
    Stop(fn(&Stop, &Statement<'_>, &mut Findings<'_>)),
    /// By another pass, which names the rule: the lexer, the planner, the folder.
    Elsewhere,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Rule {
    /// An error that DSQL answers with `0A000`, which is what most of them are.
    pub(crate) const REFUSED: Self = Self {
        id: "",
        severity: Severity::Error,
        title: "",
        why: "",
        wrong: "",
        right: "",
        help: "",
        sqlstate: "0A000",
        server: "",
        since: None,
        until: None,
        evidence: &[],
        check: Check::Elsewhere,
    };

    /// A warning: no server refuses it.
    pub(crate) const WARNING: Self = Self { severity: Severity::Warning, sqlstate: "", ..Self::REFUSED };

    /// Whether it holds in a dialect.
    #[must_use]
    pub fn holds(&self, dialect: Dialect) -> bool {
        self.since.is_none_or(|since| since <= dialect.date())
            && self.until.is_none_or(|until| dialect.date() < until)
    }

    /// Whether a file may make an exception. Nobody can except a text that cannot be read or a transaction that
    /// the server cannot run.
    #[must_use]
    pub fn can_be_allowed(&self) -> bool {
        let fixed = [
            "ddl-with-dml",
            "directive",
            "duplicate-version",
            "empty-migration",
            "file-name",
            "history",
            "lock-file",
            "multiple-ddl",
            "not-utf",
            "open-transaction",
            "rollback",
            "row-limit",
            "sql-statement",
            "syntax",
            "unused-allow",
        ];
        !fixed.contains(&self.id)
    }
}

/// Where a rule puts what it finds.
pub struct Findings<'f> {
    rule: &'static Rule,
    file: usize,
    context: &'f Context<'f>,
    out: &'f mut Vec<Diagnostic>,
}

/// What a statement is judged in.
#[derive(Clone, Copy)]
pub(crate) struct Context<'s> {
    /// As of which day.
    pub(crate) dialect: Dialect,
    /// What the statements before have made.
    pub(crate) schema: &'s dyn Schema,
}

impl<'f> Findings<'f> {
    /// Where the findings of a rule in a file go.
    pub(crate) fn new(
        rule: &'static Rule,
        file: usize,
        context: &'f Context<'f>,
        out: &'f mut Vec<Diagnostic>,
    ) -> Self {
        Self { rule, file, context, out }
    }

    /// Whether so much is found already that nobody reads it all.
    pub(crate) fn is_many(&self) -> bool {
        const MANY: usize = 200;
        self.out.len() > MANY
    }

    /// Notes a finding at a clause, in the rule's own words; the caller refines it.
    pub fn at(&mut self, span: Span) -> &mut Diagnostic {
        let index = self.out.len();
        self.out.push(Diagnostic::new(self.rule, self.file, span));
        &mut self.out[index]
    }

    /// The dialect that is asked for, for help that depends on it.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.context.dialect
    }

    /// The schema as the statements before have left it.
    pub(crate) fn schema(&self) -> &'f dyn Schema {
        self.context.schema
    }
}
