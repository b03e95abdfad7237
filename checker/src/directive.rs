//! `-- dsql: …` comments: what a file's author tells the checker.

use std::collections::HashMap;

use dsql_migrate_plan::{Checksum, MigrationKind};

use crate::finding::Diagnostic;
use crate::finding::Rule;
use crate::rules::all::{directive, unused_allow};
use crate::statement::{File, Statement};
use crate::text::Span;

/// What can be said, for messages.
const KNOWN: &str = "the directives are, each on a line of its own:\n\
    -- dsql: allow(rule) reason                   before a statement\n\
    -- dsql: always                               in a file that is applied again whenever it changes\n\
    -- dsql: baseline                             in a file of what databases had before the set\n\
    -- dsql: contract reason                      in a file that takes something away\n\
    -- dsql: external table name (column type, …) for what the set does not make\n\
    -- dsql: replaces checksum                    in a file that was edited after it was applied";

/// An exception for one statement.
#[derive(Debug)]
struct Allow {
    rule: &'static Rule,
    span: Span,
    /// The statement behind it, as a position in its file.
    statement: Option<usize>,
    used: bool,
}

/// What the directives of a file say.
#[derive(Debug, Default)]
pub(crate) struct Directives {
    allows: Vec<Allow>,
    /// By statement and rule, the place of the first exception in the list.
    by_statement: HashMap<(usize, &'static str), usize>,
    /// `contract reason`.
    pub(crate) contract: Option<Span>,
    /// `replaces checksum`.
    pub(crate) replaces: Vec<(Checksum, Span)>,
    /// `baseline`.
    pub(crate) baseline: Option<Span>,
    /// `always`.
    pub(crate) always: Option<Span>,
    /// What stands behind `external`: a definition as `CREATE` would take it.
    pub(crate) external: Vec<Span>,
}

impl Directives {
    /// What they make of their file.
    pub(crate) fn kind(&self) -> MigrationKind {
        match (self.baseline, self.always) {
            (Some(_), _) => MigrationKind::Baseline,
            (None, Some(_)) => MigrationKind::Always,
            (None, None) => MigrationKind::Ordinary,
        }
    }

    /// Reads the directives of a file; what is wrong with one is an error.
    pub(crate) fn read(file: &File<'_>, position: usize, out: &mut Vec<Diagnostic>) -> Self {
        let mut directives = Self::default();
        for comment in &file.comments {
            match parse(file.source.slice(comment.span), comment.block) {
                Parsed::None => {}
                Parsed::Wrong(message) => {
                    let mut finding = Diagnostic::new(&directive::RULE, position, comment.span);
                    finding.message(message).help(KNOWN);
                    out.push(finding);
                }
                Parsed::Allow(rule) => {
                    // The comment may stand inside of a statement too; it then speaks of that one.
                    let before = |one: &Statement<'_>| one.span.end <= comment.span.start;
                    let at = file.statements.partition_point(before);
                    let statement = (at < file.statements.len()).then_some(at);
                    directives.by_statement.entry((at, rule.id)).or_insert(directives.allows.len());
                    directives.allows.push(Allow { rule, span: comment.span, statement, used: false });
                }
                Parsed::Contract => directives.contract = Some(comment.span),
                Parsed::Baseline => directives.baseline = Some(comment.span),
                Parsed::Always => directives.always = Some(comment.span),
                Parsed::Replaces(checksum) => directives.replaces.push((checksum, comment.span)),
                Parsed::External(definition) => {
                    directives.external.push(Span::new(comment.span.start + definition, comment.span.end));
                }
            }
        }
        directives
    }

    /// Whether a finding at this place is allowed; notes that the exception was needed.
    pub(crate) fn covers(&mut self, statements: &[Span], finding: &Diagnostic) -> bool {
        let at = statements.partition_point(|span| span.end < finding.span.start);
        let inside = statements.get(at).is_some_and(|span| span.start <= finding.span.start);
        let place = self.by_statement.get(&(at, finding.rule.id)).filter(|_| inside);
        match place.and_then(|place| self.allows.get_mut(*place)) {
            Some(allow) if allow.rule.can_be_allowed() => {
                allow.used = true;
                true
            }
            _ => false,
        }
    }

    /// The exceptions that nothing needed.
    pub(crate) fn unused(&self, file: usize, out: &mut Vec<Diagnostic>) {
        for allow in self.allows.iter().filter(|allow| !allow.used) {
            let mut finding = Diagnostic::new(&unused_allow::RULE, file, allow.span);
            if !allow.rule.can_be_allowed() {
                finding.message(format!(
                    "`{}` cannot be allowed: the server refuses it whatever is said",
                    allow.rule.id
                ));
            } else if allow.statement.is_none() {
                finding.message("no statement follows this exception");
            } else {
                finding.message(format!("`{}` finds nothing in the statement behind it", allow.rule.id));
            }
            out.push(finding);
        }
    }
}

enum Parsed {
    None,
    Wrong(String),
    Allow(&'static Rule),
    Contract,
    Baseline,
    Always,
    Replaces(Checksum),
    /// Where the definition begins in the comment.
    External(usize),
}

/// The words that begin a directive.
const WORDS: [&str; 6] = ["allow", "always", "baseline", "contract", "external", "replaces"];

fn parse(comment: &str, block: bool) -> Parsed {
    let text = comment.trim_start_matches(['-', '/', '*']).trim();
    let Some(head) = text.get(..4).filter(|head| head.eq_ignore_ascii_case("dsql")) else {
        return Parsed::None;
    };
    let rest = &text[4..];
    let Some(body) = rest.trim_start().strip_prefix(':') else {
        // "dsql cannot do this yet" is a comment like any other; "dsql allow(…)" wants to be a directive.
        let word = rest.trim_start();
        let meant =
            rest.starts_with(' ') && word.get(..6).is_some_and(|word| word.eq_ignore_ascii_case("allow("));
        return if meant {
            Parsed::Wrong("a colon is missing behind `dsql`".to_owned())
        } else {
            Parsed::None
        };
    };
    let body = body.trim();
    let word: String = body.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
    let arguments = body[word.len()..].trim_start();
    // Prose may begin with "DSQL:" too. What begins with a directive's word, with one much like it, or looks like
    // a call wants to be a directive; nothing else does.
    let lower = word.to_lowercase();
    let known = WORDS.contains(&lower.as_str());
    let near = crate::rules::nearest(&lower, WORDS.into_iter()).filter(|_| word.len() > 3);
    let call = body[word.len()..].starts_with('(') && !word.is_empty();
    if !known && near.is_none() && !call {
        return Parsed::None;
    }
    if block || head != "dsql" || (known && lower != word) {
        return Parsed::Wrong("a directive is a comment of the form `-- dsql: …`, in lower case".to_owned());
    }
    match word.as_str() {
        "allow" => allow(arguments),
        "contract" if arguments.is_empty() => Parsed::Wrong("`contract` wants a reason behind it".to_owned()),
        "contract" => Parsed::Contract,
        "replaces" => match arguments.parse() {
            Ok(checksum) => Parsed::Replaces(checksum),
            Err(_) => Parsed::Wrong(
                "`replaces` takes the checksum that the ledger has, 32 hexadecimal digits".to_owned(),
            ),
        },
        "external" if arguments.is_empty() => Parsed::Wrong(
            "`external` takes a definition, such as `table app.users (id uuid PRIMARY KEY)`".to_owned(),
        ),
        "external" => Parsed::External(offset(comment, arguments)),
        "baseline" | "always" if !arguments.is_empty() => {
            Parsed::Wrong(format!("`{word}` stands alone on its line"))
        }
        "baseline" => Parsed::Baseline,
        "always" => Parsed::Always,
        word => Parsed::Wrong(match near {
            Some(near) => format!("there is no directive `{word}`; did you mean `{near}`?"),
            None => format!("there is no directive `{word}`"),
        }),
    }
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    text.rfind(part).unwrap_or_default()
}

fn allow(arguments: &str) -> Parsed {
    let Some((id, reason)) = arguments.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        return Parsed::Wrong("`allow` takes a rule in parentheses and a reason".to_owned());
    };
    let id = id.trim();
    if id.contains(',') {
        return Parsed::Wrong("`allow` takes one rule; write a line for each".to_owned());
    }
    if reason.trim().is_empty() {
        return Parsed::Wrong(format!("`allow({id})` wants a reason behind it"));
    }
    match Rule::by_id(id) {
        Some(rule) => Parsed::Allow(rule),
        None => Parsed::Wrong(match Rule::nearest(id) {
            Some(near) => format!("there is no rule `{id}`; did you mean `{near}`?"),
            None => format!("there is no rule `{id}`"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Input, check_file};
    use crate::options::Options;

    fn rules(sql: &str) -> Vec<&'static str> {
        let input = Input { path: "a.sql".into(), name: "a.sql".into(), bytes: sql.into() };
        check_file(input, Options { catalog: false, ..Options::default() })
            .diagnostics
            .iter()
            .map(|one| one.rule.id)
            .collect()
    }

    #[test]
    fn an_exception_holds_for_the_statement_behind_it() {
        assert_eq!(
            rules("-- dsql: allow(truncate) DSQL has learned it\nTRUNCATE a; TRUNCATE b"),
            ["truncate"]
        );
        assert_eq!(rules("TRUNCATE -- dsql:allow( truncate )  new\n a"), [""; 0]);
        assert_eq!(
            rules(
                "-- dsql: allow(index-async) x\n-- dsql: allow(index-using) x\nCREATE INDEX i ON t USING gin (a)"
            ),
            [""; 0]
        );
    }

    #[test]
    fn an_exception_that_nothing_needs_is_a_warning() {
        assert_eq!(rules("-- dsql: allow(truncate) why\nSELECT 1"), ["unused-allow"]);
        assert_eq!(rules("SELECT 1; -- dsql: allow(truncate) why"), ["unused-allow"]);
    }

    #[test]
    fn what_cannot_be_meant_is_an_error() {
        for wrong in [
            "-- dsql: allow(truncate)",
            "-- dsql: allow(trunkate) why",
            "-- dsql: alow(truncate) why",
            "-- dsql allow(truncate) why",
            "/* dsql: allow(truncate) why */",
            "-- dsql: allow truncate",
            "-- DSQL: allow(truncate) why",
        ] {
            assert_eq!(rules(&format!("{wrong}\nTRUNCATE a")), ["directive", "truncate"], "{wrong}");
        }
        assert_eq!(
            rules(
                "-- dsql is not postgres\n-- dsqlx: y\n-- DSQL: uses C collation\n-- dsql: needs a key\nSELECT 1"
            ),
            [""; 0]
        );
    }

    #[test]
    fn the_shape_of_a_transaction_cannot_be_allowed() {
        let sql = "BEGIN; CREATE DOMAIN a AS int;\n-- dsql: allow(multiple-ddl) please\nCREATE DOMAIN b AS int; COMMIT";
        assert_eq!(rules(sql), ["unused-allow", "multiple-ddl"]);
    }
}
