//! What a statement is, by its leading words.

use crate::check::Ddl;
use crate::lex::{Token, TokenKind, blank, tokens};
use crate::refuse;
use crate::words::ServerError;

/// What has to be done with a statement.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit,
    /// `ROLLBACK`, `ABORT`.
    Rollback,
    /// Writes the catalog.
    Ddl(Ddl),
    /// `CREATE INDEX ASYNC`: the statement without the word, and where its UNIQUE stood.
    AsyncIndex(AsyncIndex),
    /// `ALTER TABLE ASYNC … VALIDATE CONSTRAINT`.
    AsyncValidate(AsyncValidate),
    /// `CALL`, which PostgreSQL lets commit only outside a transaction block.
    Call,
    /// `SHOW` or `SET` of something: touches no data.
    Setting,
    /// Writes rows.
    Dml,
    /// May write rows in a CTE, so what it did is counted.
    Mixed,
    /// Reads, or is something that the emulator has no opinion on.
    Other,
    /// `SHOW` of what PostgreSQL cannot be told: the column's name, and where its value is from.
    Shown(&'static str, Source),
    /// `AWS IAM GRANT role TO 'arn'` (true) or `REVOKE … FROM`: the role and the ARN.
    Iam(bool, String, String),
    /// What DSQL refuses by its words alone.
    Refused(ServerError),
}

/// Where the value of a SHOW is from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source {
    /// It is always this.
    Fixed(&'static str),
    /// PostgreSQL keeps it, under this name.
    Kept(&'static str),
}

/// The forms that PostgreSQL can run of a `CREATE INDEX ASYNC`.
#[derive(Clone, Debug)]
pub(crate) struct AsyncIndex {
    /// Without ASYNC.
    pub(crate) create: String,
    /// Without UNIQUE too: what takes the name when a unique build fails. None for an ordinary index.
    pub(crate) placeholder: Option<String>,
}

/// The parts of an `ALTER TABLE ASYNC … VALIDATE CONSTRAINT`.
#[derive(Clone, Debug)]
pub(crate) struct AsyncValidate {
    /// Without ASYNC.
    pub(crate) alter: String,
    /// The table, as written.
    pub(crate) table: String,
    /// The constraint's name.
    pub(crate) constraint: String,
}

/// A statement and what it is.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// It names a table, as far as a FROM tells.
    reads: bool,
}

impl Statement {
    /// Looks at one statement.
    pub(crate) fn read(text: &str) -> Self {
        let all = tokens(text);
        let reads = all.iter().any(|t| t.is("from")) || all.first().is_some_and(|t| t.is("table"));
        let kind = classify(text, &all);
        let text = refuse::for_postgresql(text, &all).unwrap_or_else(|| text.to_string());
        Self { text, kind, reads }
    }

    /// Whether it looks at tables or changes them, so that it needs a catalog that is not stale.
    pub(crate) fn touches_data(&self) -> bool {
        match self.kind {
            Kind::Ddl(_)
            | Kind::AsyncIndex(_)
            | Kind::AsyncValidate(_)
            | Kind::Iam(..)
            | Kind::Dml
            | Kind::Mixed => true,
            Kind::Other => self.reads,
            _ => false,
        }
    }

    /// Whether it ends a transaction, which is all that an aborted one allows.
    pub(crate) fn ends_transaction(&self) -> bool {
        matches!(self.kind, Kind::Commit | Kind::Rollback)
    }

    /// Whether PostgreSQL runs it through a portal; everything else is run as a simple query in both protocols.
    pub(crate) fn has_portal(&self) -> bool {
        matches!(self.kind, Kind::Call | Kind::Setting | Kind::Dml | Kind::Mixed | Kind::Other)
    }
}

fn classify(text: &str, all: &[Token<'_>]) -> Kind {
    let word = |n: usize| all.get(n).filter(|t| t.kind == TokenKind::Word).map(|t| t.text.to_lowercase());
    let first = word(0).unwrap_or_default();
    if let Some(refused) = refuse::by_words(all) {
        return Kind::Refused(refused);
    }
    match first.as_str() {
        "begin" | "start" => Kind::Begin,
        "commit" | "end" => Kind::Commit,
        "rollback" | "abort" => Kind::Rollback,
        "create" => match async_index(text, all) {
            Some(index) => Kind::AsyncIndex(index),
            None => Kind::Ddl(ddl(text, all)),
        },
        "alter" => match async_validate(text, all) {
            Some(Ok(validate)) => Kind::AsyncValidate(validate),
            Some(Err(error)) => Kind::Refused(error),
            None => Kind::Ddl(ddl(text, all)),
        },
        "drop" | "comment" | "grant" | "revoke" => Kind::Ddl(ddl(text, all)),
        "aws" => iam(all).unwrap_or(Kind::Other),
        "call" => Kind::Call,
        "show" => shown(all),
        "set" | "reset" => Kind::Setting,
        "insert" | "update" | "delete" => Kind::Dml,
        "copy" => Kind::Mixed,
        _ if all.iter().any(|t| t.is("insert") || t.is("update") || t.is("delete")) => Kind::Mixed,
        // Locks rows, which is a write to whoever wants them.
        _ if all
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.is("for") && (b.is("update") || b.is("key")))) =>
        {
            Kind::Mixed
        }
        _ => Kind::Other,
    }
}

/// What the judging of a DDL statement needs of its words.
fn ddl(text: &str, all: &[Token<'_>]) -> Ddl {
    Ddl {
        asks: refuse::asks(text, all),
        names_cache: all.iter().any(|t| t.is("cache")),
        of_sequence: all.iter().take(5).any(|t| t.is("sequence")),
        alters: all.first().is_some_and(|t| t.is("alter")),
    }
}

/// `AWS IAM GRANT role TO 'arn'`, `AWS IAM REVOKE role FROM 'arn'`: only DSQL has these.
fn iam(all: &[Token<'_>]) -> Option<Kind> {
    let [_, iam, verb, role, _, arn] = all else { return None };
    let grant = verb.is("grant");
    if !iam.is("iam") || !(grant || verb.is("revoke")) {
        return None;
    }
    let arn = arn.text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(Kind::Iam(grant, role.identifier()?, arn.to_string()))
}

/// What DSQL shows of itself where PostgreSQL cannot be told to.
fn shown(all: &[Token<'_>]) -> Kind {
    if let Some((name, kept)) = refuse::shown(all) {
        return Kind::Shown(name, Source::Kept(kept));
    }
    match all.get(1) {
        Some(t) if t.is("server_version") => {
            Kind::Shown("server_version", Source::Fixed(crate::words::SERVER_VERSION))
        }
        Some(t) if t.is("server_version_num") => {
            Kind::Shown("server_version_num", Source::Fixed(crate::words::SERVER_VERSION_NUM))
        }
        _ => Kind::Setting,
    }
}

/// `CREATE [UNIQUE] INDEX ASYNC …`. After INDEX an unquoted `async` is always the keyword, never a name.
fn async_index(text: &str, all: &[Token<'_>]) -> Option<AsyncIndex> {
    let unique = all.get(1).filter(|t| t.is("unique"));
    let at = if unique.is_some() { 2 } else { 1 };
    if !all.get(at)?.is("index") || !all.get(at + 1)?.is("async") {
        return None;
    }
    let keyword = *all.get(at + 1)?;
    let placeholder = unique.map(|unique| blank(text, &[keyword, *unique]));
    Some(AsyncIndex { create: blank(text, &[keyword]), placeholder })
}

/// `ALTER TABLE ASYNC [IF EXISTS] [ONLY] t VALIDATE CONSTRAINT c`.
fn async_validate(text: &str, all: &[Token<'_>]) -> Option<Result<AsyncValidate, ServerError>> {
    let keyword = all.get(2).filter(|t| t.is("async"))?;
    if !all.get(1)?.is("table") {
        return None;
    }
    // `ALTER TABLE async ADD …` speaks of a table of that name.
    let rest = all.get(3..)?;
    let validate = rest.iter().position(|t| t.is("validate"))?;
    let mut name = rest.get(..validate)?;
    if let [a, b, tail @ ..] = name
        && a.is("if")
        && b.is("exists")
    {
        name = tail;
    }
    if let [only, tail @ ..] = name
        && only.is("only")
    {
        name = tail;
    }
    let (first, last) = (name.first()?, name.last()?);
    let constraint = rest.get(validate + 2)?.identifier()?;
    let table = text.get(first.start..last.end())?.to_string();
    Some(Ok(AsyncValidate { alter: blank(text, &[*keyword]), table, constraint }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn async_is_found_only_where_it_is_the_keyword() {
        let kind = |sql| Statement::read(sql).kind;
        assert!(matches!(kind("create index async on t(v)"), Kind::AsyncIndex(_)));
        assert!(matches!(kind("CREATE /* x */ UNIQUE INDEX Async i on t(v)"), Kind::AsyncIndex(_)));
        assert!(matches!(kind("create index \"async\" on t(v)"), Kind::Refused(_)));
        assert!(matches!(kind("alter table async add column a int"), Kind::Ddl(_)));
        let Kind::AsyncValidate(found) = kind("alter table async if exists s.\"T\" validate constraint c")
        else {
            panic!("not read as a validation");
        };
        assert_eq!((found.table.as_str(), found.constraint.as_str()), ("s.\"T\"", "c"));
    }

    #[test]
    fn a_unique_index_has_a_placeholder_of_its_name() {
        let Kind::AsyncIndex(index) = Statement::read("create unique index async u on t(v)").kind else {
            panic!("not read as an index");
        };
        assert_eq!(index.placeholder.as_deref(), Some("create        index       u on t(v)"));
    }
}
