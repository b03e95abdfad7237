//! Every statement that this crate and `dsql-migrate adopt` send of their own, each with what is known of its like
//! on a cluster.
//!
//! Nobody has run this crate on a cluster, so whether a first boot works there is decided by what others have seen of
//! the same constructs. The samples are made by the functions that make the statements, so the list cannot say
//! anything of a statement that is not sent; the tests compare it with what goes over the wire, both ways, and have our
//! own checker judge each sample. `docs/own-sql.md` is made from it.

mod catalog;
mod elsewhere;
mod names;
mod records;
#[cfg(feature = "refinery")]
mod refinery;
mod samples;
mod tables;

/// How well a statement is known to work on Aurora DSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Each of its constructs was seen to work on a cluster, in this combination or a very similar one.
    Seen,
    /// Its constructs were seen in other combinations, or are PostgreSQL's own and on no list of what is refused.
    Likely,
    /// Nothing was seen of the construct that it rests on, or documents say that it is not there.
    Unseen,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Likely => "likely",
            Self::Unseen => "unseen",
        }
    }
}

/// Who sends a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sender {
    /// A run, or one of the other calls of the library.
    Library,
    /// The library, for refinery's runner.
    Refinery,
    /// The command `dsql-migrate adopt`.
    Adopt,
}

/// A statement, in all the forms that have the same evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What it is, in a few words.
    pub name: &'static str,
    /// When it is sent.
    pub when: &'static str,
    /// Who sends it.
    pub sender: Sender,
    /// One statement for each form, as the functions make it that are used for sending.
    pub samples: Vec<String>,
    /// What it relies on beyond names, constants and comparisons.
    pub constructs: &'static str,
    /// What was seen of that, by whom and when.
    pub evidence: &'static str,
    /// What follows from the evidence.
    pub verdict: Verdict,
    /// What happens if the server refuses it; empty where that is what always happens: the run ends with an error that
    /// has the server's words, and nothing of the message is applied.
    pub refused: &'static str,
    /// Why the tests do not make the library send it, if they do not.
    pub unreached: &'static str,
    /// A rule of our own checker that warns of it all the same, and why that is no objection here.
    pub exempt: Option<(&'static str, &'static str)>,
}

/// A form that the library sends.
fn form(name: &'static str, when: &'static str, samples: Vec<String>) -> Form {
    Form {
        name,
        when,
        sender: Sender::Library,
        samples,
        constructs: "",
        evidence: "",
        verdict: Verdict::Unseen,
        refused: "",
        unreached: "",
        exempt: None,
    }
}

impl Form {
    /// What it relies on, what was seen of that, and what follows.
    fn rests_on(mut self, constructs: &'static str, evidence: &'static str, verdict: Verdict) -> Self {
        (self.constructs, self.evidence, self.verdict) = (constructs, evidence, verdict);
        self
    }

    fn if_refused(mut self, refused: &'static str) -> Self {
        self.refused = refused;
        self
    }

    fn not_reached(mut self, why: &'static str) -> Self {
        self.unreached = why;
        self
    }

    fn although(mut self, rule: &'static str, why: &'static str) -> Self {
        self.exempt = Some((rule, why));
        self
    }

    fn sent_by(mut self, sender: Sender) -> Self {
        self.sender = sender;
        self
    }
}

/// Forms that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its heading.
    pub title: &'static str,
    /// What they are for.
    pub about: &'static str,
    /// The forms, in the order in which a run meets them.
    pub forms: Vec<Form>,
}

/// All of them. Those for refinery are there with the feature `refinery`.
#[must_use]
pub fn groups() -> Vec<Group> {
    let mut groups =
        vec![tables::group(), tables::lease(), records::group(), names::group(), catalog::group()];
    groups.push(catalog::settings());
    #[cfg(feature = "refinery")]
    groups.push(refinery::group());
    groups.push(elsewhere::group());
    groups
}
