//! The rules: one file a rule, its metadata and its tests beside its check.

pub(crate) mod all;
mod helpers;
#[cfg(test)]
mod testing;

pub use all::RULES;
pub(crate) use helpers::{nearest, quoted, quoted_name, table_constraints, table_name};

use crate::diagnostic::{Diagnostic, Severity};
use std::collections::{HashMap, HashSet};

use crate::ast::Kind;
use crate::dialect::{Date, Dialect};
use crate::source::Span;
use crate::statement::Statement;

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
    pub check: Check,
}

/// How a rule is checked.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Each statement by itself.
    Statement(fn(&Statement<'_>, &mut Findings<'_>)),
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
            "syntax",
            "unused-allow",
        ];
        !fixed.contains(&self.id)
    }

    /// The id that is most like a text that is none.
    #[must_use]
    pub fn nearest(id: &str) -> Option<&'static str> {
        helpers::nearest(id, RULES.iter().map(|rule| rule.id))
    }

    /// The rule of this name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<&'static Self> {
        RULES.iter().copied().find(|rule| rule.id == id)
    }
}

/// Where a rule puts what it finds.
pub struct Findings<'f> {
    rule: &'static Rule,
    file: usize,
    context: &'f Context,
    out: &'f mut Vec<Diagnostic>,
}

/// What a statement is judged in.
#[derive(Debug)]
pub(crate) struct Context {
    /// As of which day.
    pub(crate) dialect: Dialect,
    /// The domains that the set makes.
    pub(crate) domains: Domains,
}

/// The names of the domains and functions of a set, and the keys of its tables.
#[derive(Debug, Default)]
pub struct Domains {
    domains: HashSet<String>,
    functions: HashSet<String>,
    keys: HashMap<String, Vec<Vec<String>>>,
}

impl Domains {
    /// Notes the domain that a statement makes or renames.
    pub(crate) fn note(&mut self, statement: &Statement<'_>) {
        match statement.kind() {
            Kind::CreateDomain(domain) => {
                self.domains.insert(domain.name.object().to_owned());
            }
            Kind::CreateFunction(function) => {
                self.functions.insert(function.name.object().to_owned());
            }
            Kind::CreateTable(table) => {
                let keys = helpers::keys_of_table(statement).into_iter();
                let names = |columns: Vec<&crate::ast::ColumnDef>| {
                    columns.into_iter().map(|column| column.name.value.clone()).collect()
                };
                let mut keys: Vec<Vec<String>> = keys.map(|(columns, _)| names(columns)).collect();
                if let Some(primary) = helpers::primary_key(statement) {
                    keys.insert(0, primary);
                }
                // What LIKE, INHERITS or a query bring along is not known.
                if helpers::elements(statement)
                    .iter()
                    .all(|one| !matches!(one, crate::ast::TableElement::Like(_)))
                    && table.options.is_empty()
                    && matches!(table.body, crate::ast::TableBody::Elements(_))
                {
                    self.keys.entry(table.name.object().to_owned()).or_default().extend(keys);
                }
            }
            Kind::CreateIndex(index) if index.unique => {
                let partial =
                    index.options.iter().any(|one| matches!(one.kind, crate::ast::IndexOptionKind::Where(_)));
                let columns: Option<Vec<_>> =
                    index.keys.iter().map(|key| Some(key.column.as_ref()?.value.clone())).collect();
                if let (false, Some(columns), Some(keys)) =
                    (partial, columns, self.keys.get_mut(index.table.object()))
                {
                    keys.push(columns);
                }
            }
            Kind::Other(head) if head.words == "ALTER DOMAIN" => {
                let mut cursor = statement.cursor();
                cursor.skip_until(|cursor| cursor.are("RENAME TO"));
                if cursor.eat("RENAME TO").is_some() {
                    self.domains.extend(cursor.ident().map(|name| name.value));
                }
            }
            _ => {}
        }
    }

    /// Whether there is one of this name, in whatever schema: which schemas are searched is not known here.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.domains.contains(name)
    }

    /// The keys of the table of this name, in whatever schema, the primary key first if the table has been seen to
    /// be made; none where the set does not make it.
    pub(crate) fn keys(&self, table: &str) -> Option<&[Vec<String>]> {
        self.keys.get(table).map(Vec::as_slice)
    }

    /// Whether the set makes a function of this name.
    pub(crate) fn has_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }
}

impl Findings<'_> {
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

    /// The domains of the set.
    #[must_use]
    pub const fn domains(&self) -> &Domains {
        &self.context.domains
    }
}

/// Judges a statement by all rules that hold.
pub(crate) fn judge(statement: &Statement<'_>, file: usize, context: &Context, out: &mut Vec<Diagnostic>) {
    let before = out.len();
    for rule in RULES.iter().copied().filter(|rule| rule.holds(context.dialect)) {
        if let Check::Statement(check) = rule.check {
            check(statement, &mut Findings { rule, file, context, out });
        }
    }
    // Where another rule knows what is meant, that the grammar stops there says less.
    let grammar = [&all::malformed::RULE, &all::incomplete_definition::RULE, &all::clause_order::RULE];
    let of_grammar = |one: &Diagnostic| grammar.contains(&one.rule);
    let own = out.get(before..).unwrap_or_default();
    if own.iter().any(|one| one.severity == Severity::Error && !of_grammar(one)) {
        let mut at = 0;
        out.retain(|one| {
            at += 1;
            at <= before || !of_grammar(one)
        });
    }
    for nested in statement.nested() {
        judge(&nested, file, context, out);
    }
}
