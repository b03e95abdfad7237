//! What is found: where, what, what the server would say, what to write instead.

use super::edit::{Edit, Suggestion};
use super::rule::Rule;
use crate::text::Span;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// DSQL would refuse it, or the set is wrong in itself: it must not be deployed.
    Error,
    /// DSQL would take it, or nobody knows, and it deserves a look.
    Warning,
}

impl Severity {
    /// As reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What the server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerAnswer {
    /// The five characters of its SQLSTATE.
    pub sqlstate: &'static str,
    /// Its words for this very statement.
    pub message: String,
}

/// A place that a finding is also about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file, as a position in [`crate::Report::files`].
    pub file: usize,
    /// Where.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// How much it matters.
    pub severity: Severity,
    /// The file, as a position in [`crate::Report::files`].
    pub file: usize,
    /// The exact clause.
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What stands beside the carets; may be empty.
    pub label: String,
    /// Other places that it is about.
    pub others: Vec<Label>,
    /// What the server answers, where it is the server that refuses.
    pub server: Option<ServerAnswer>,
    /// What to write instead.
    pub help: Option<String>,
    /// The edits that mend it, where they can be computed.
    pub suggestion: Option<Suggestion>,
}

impl Diagnostic {
    /// A finding of a rule with the rule's own words.
    #[must_use]
    pub fn new(rule: &'static Rule, file: usize, span: Span) -> Self {
        let server = (!rule.server.is_empty())
            .then(|| ServerAnswer { sqlstate: rule.sqlstate, message: rule.server.to_owned() });
        Self {
            rule,
            severity: rule.severity,
            file,
            span,
            message: rule.title.to_owned(),
            label: String::new(),
            others: Vec::new(),
            server,
            help: (!rule.help.is_empty()).then(|| rule.help.to_owned()),
            suggestion: None,
        }
    }

    /// Says it in other words than the rule's title.
    pub fn message(&mut self, message: impl Into<String>) -> &mut Self {
        self.message = message.into();
        self
    }

    /// Says beside the carets what is there.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// Gives the server's words where they name what is in the statement.
    pub fn server(&mut self, message: impl Into<String>) -> &mut Self {
        self.server = Some(ServerAnswer { sqlstate: self.rule.sqlstate, message: message.into() });
        self
    }

    /// Gives the server's answer where its SQLSTATE is not the rule's.
    pub fn answer(&mut self, sqlstate: &'static str, message: impl Into<String>) -> &mut Self {
        self.server = Some(ServerAnswer { sqlstate, message: message.into() });
        self
    }

    /// Says what to write instead.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Mends it by one edit; the help becomes the lead and the mended statement.
    pub(crate) fn suggest(&mut self, lead: &'static str, edit: Edit, keeps_meaning: bool) -> &mut Self {
        self.suggest_all(lead, vec![edit], keeps_meaning)
    }

    /// Proposes several edits that belong together.
    pub(crate) fn suggest_all(
        &mut self,
        lead: &'static str,
        edits: Vec<Edit>,
        keeps_meaning: bool,
    ) -> &mut Self {
        self.suggestion = Some(Suggestion { edits, keeps_meaning, lead });
        self
    }

    /// Points at another place in the same file.
    pub fn also(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        let file = self.file;
        self.others.push(Label { file, span, text: text.into() });
        self
    }
}
