use crate::ast::{DmlVerb, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::rules::{Check, Findings, Rule};
use crate::source::Span;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "malformed",
    title: "no statement of PostgreSQL looks like this",
    why: "The server's grammar stops here, whatever exists. Only what no version of PostgreSQL's grammar and nothing of \
          DSQL's own takes is found; what cannot be judged so surely is `unverified`.",
    wrong: "INSERT items (id) VALUES (1);",
    right: "INSERT INTO items (id) VALUES (1);",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: SQL commands"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// The words that statements begin with. `AWS` is DSQL's own, and whatever else follows it is left alone.
const FIRST: &str = "ABORT ALTER ANALYSE ANALYZE AWS BEGIN CALL CHECKPOINT CLOSE CLUSTER COMMENT COMMIT COPY CREATE DEALLOCATE \
    DECLARE DELETE DISCARD DO DROP END EXECUTE EXPLAIN FETCH GRANT IMPORT INSERT LISTEN LOAD LOCK MERGE MOVE \
    NOTIFY PREPARE REASSIGN REFRESH REINDEX RELEASE RESET REVOKE ROLLBACK SAVEPOINT SECURITY SELECT SET SHOW \
    START TABLE TRUNCATE UNLISTEN UPDATE VACUUM VALUES WITH";

/// The words that may follow `CREATE`, `ALTER` and `DROP`.
const OBJECTS: &str = "ACCESS AGGREGATE ASYNC CAST COLLATION CONSTRAINT CONVERSION DATABASE DEFAULT DOMAIN EVENT EXTENSION \
    FOREIGN FUNCTION GLOBAL GROUP INDEX LANGUAGE LARGE LOCAL MATERIALIZED OPERATOR OR OWNED POLICY PROCEDURAL \
    PROCEDURE PUBLICATION RECURSIVE ROLE ROUTINE RULE SCHEMA SEQUENCE SERVER STATISTICS SUBSCRIPTION SYSTEM \
    TABLE TABLESPACE TEMP TEMPORARY TEXT TRANSFORM TRIGGER TRUSTED TYPE UNIQUE UNLOGGED USER VIEW";

/// What `CREATE OR REPLACE` makes.
const REPLACEABLE: &str = "VIEW TEMP TEMPORARY RECURSIVE FUNCTION PROCEDURE TRIGGER CONSTRAINT RULE AGGREGATE LANGUAGE \
    TRUSTED PROCEDURAL TRANSFORM LOCAL GLOBAL";

fn is_one_of(cursor: &Cursor<'_>, words: &str) -> bool {
    words.split(' ').any(|word| cursor.is(word))
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    // What the lexer could not read is reported by itself; commands of psql are another rule's.
    let odd = |kind: TokenKind| matches!(kind, TokenKind::Error | TokenKind::Other);
    if statement.tokens().iter().any(|token| odd(token.kind)) {
        return;
    }
    if let Some((span, near)) = unbalanced(statement.cursor()) {
        near_to(found, span, &near).message("the parentheses do not match");
        return;
    }
    if let Some((span, near)) = neighbours(statement) {
        near_to(found, span, &near).message("something is missing before this");
        return;
    }
    let mut cursor = statement.cursor();
    let Some(first) = cursor.token().filter(|token| token.kind == TokenKind::Word) else { return };
    if !is_one_of(&cursor, FIRST) {
        let word = statement.slice(first.span);
        let known = FIRST.split(' ').chain(FOREIGN.iter().map(|(word, _)| *word));
        let near = crate::rules::nearest(&word.to_ascii_uppercase(), known);
        let finding = near_to(found, first.span, &format!("at or near \"{word}\""));
        finding.message(format!("no statement begins with `{word}`"));
        let foreign = FOREIGN.iter().find(|(foreign, _)| word.eq_ignore_ascii_case(foreign));
        match (foreign, near) {
            (Some((_, help)), _) => finding.help(*help),
            (None, Some(near)) => finding.help(format!("did you mean `{near}`?")),
            (None, None) => finding.help("what is no SQL does not belong into a migration"),
        };
        return;
    }
    match statement.kind() {
        Kind::Dml(verb) => dml(statement, *verb, found),
        Kind::Transaction(_) => {
            if let Some(unread) = statement.unread() {
                let mut cursor = statement.cursor();
                cursor.seek(unread.start);
                let (span, near) = near_of(statement, &cursor);
                near_to(found, span, &near)
                    .message("a transaction's statement ends before this")
                    .help("leave it out");
            }
        }
        Kind::Query => {}
        _ if cursor.is_any(&["CREATE", "ALTER", "DROP"]) => {
            cursor.advance();
            object(statement, cursor, found);
        }
        _ => {}
    }
}

/// Words that begin statements of other databases.
const FOREIGN: &[(&str, &str)] = &[
    ("DESCRIBE", "read information_schema.columns"),
    ("DESC", "read information_schema.columns"),
    ("USE", "leave it out; there is one database, and SET search_path chooses a schema"),
    ("GO", "leave it out; a statement ends with a semicolon"),
    ("REPLACE", "write INSERT … ON CONFLICT (key) DO UPDATE"),
    ("PRAGMA", "leave it out"),
    ("EXEC", "write the statement itself"),
    ("DELIMITER", "leave it out"),
    ("UPSERT", "write INSERT … ON CONFLICT (key) DO UPDATE"),
    ("UNLOCK", "leave it out; there are no locks on tables"),
    ("OPTIMIZE", "leave it out"),
    ("RENAME", "write ALTER TABLE … RENAME TO"),
];

pub(super) fn near_to<'f>(
    found: &'f mut Findings<'_>,
    span: Span,
    near: &str,
) -> &'f mut crate::diagnostic::Diagnostic {
    found.at(span).server(format!("syntax error {near}"))
}

/// The first parenthesis or bracket that closes nothing, or the last that is never closed.
fn unbalanced(mut cursor: Cursor<'_>) -> Option<(Span, String)> {
    let mut open: Vec<(Span, &str)> = Vec::new();
    while let Some(token) = cursor.token() {
        let text = cursor.text_of(token);
        if token.kind == TokenKind::Punct {
            match text {
                "(" | "[" => open.push((token.span, text)),
                ")" | "]" => {
                    let opens = if text == ")" { "(" } else { "[" };
                    if open.pop().is_none_or(|(_, opened)| opened != opens) {
                        return Some((token.span, format!("at or near \"{text}\"")));
                    }
                }
                _ => {}
            }
        }
        cursor.advance();
    }
    open.pop().map(|(span, _)| (span, "at end of input".to_owned()))
}

/// What stands at a place, as the server names it.
pub(super) fn near_of(statement: &Statement<'_>, cursor: &Cursor<'_>) -> (Span, String) {
    match cursor.token() {
        Some(token) => (token.span, format!("at or near \"{}\"", statement.slice(token.span))),
        None => (cursor.last_span(), "at end of input".to_owned()),
    }
}

/// What stands behind CREATE, ALTER or DROP.
fn object(statement: &Statement<'_>, mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    let verb = cursor.last_text();
    if !is_one_of(&cursor, OBJECTS) {
        let (span, near) = near_of(statement, &cursor);
        near_to(found, span, &near).message(format!(
            "nothing of this kind can be {}",
            match verb.as_bytes().first() {
                Some(b'c' | b'C') => "created",
                Some(b'a' | b'A') => "altered",
                _ => "dropped",
            }
        ));
        return;
    }
    if statement.unread().is_none() {
        return;
    }
    if cursor.are("OR REPLACE") && cursor.nth(2).is_some() {
        cursor.eat("OR REPLACE");
        if !is_one_of(&cursor, REPLACEABLE) {
            let (span, near) = near_of(statement, &cursor);
            near_to(found, span, &near).message("this cannot be replaced").help("leave OR REPLACE out");
            return;
        }
    }
    if cursor.eat("UNIQUE").is_some() && !cursor.is("INDEX") {
        let (span, near) = near_of(statement, &cursor);
        near_to(found, span, &near)
            .message("only an index is UNIQUE")
            .help("write CREATE UNIQUE INDEX ASYNC");
        return;
    }
    // `IF EXIST`, `IF NOT EXIST`: a name is never followed by these.
    let mut ahead = cursor;
    ahead.advance();
    for (words, right) in
        [("IF EXIST", "IF EXISTS"), ("IF NOT EXIST", "IF NOT EXISTS"), ("IF NOT EXITS", "IF NOT EXISTS")]
    {
        if let Some(span) = ahead.eat(words) {
            let (_, near) = near_of(statement, &{
                let mut last = ahead;
                last.back();
                last
            });
            near_to(found, span, &near).message(format!("`{right}` is misspelt")).suggest(
                "write",
                crate::rules::helpers::replacement(span, right),
                true,
            );
            return;
        }
    }
}

/// Two tokens next to each other that never are, wherever they stand.
fn neighbours(statement: &Statement<'_>) -> Option<(Span, String)> {
    // What follows these is an operand or a name, which a clause's first word is not.
    const OPENS: &[&str] = &["FROM", "WHERE", "AND", "OR", "HAVING", "JOIN"];
    const CLAUSES: &[&str] =
        &["WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "RETURNING"];
    let mut cursor = statement.cursor();
    let update = cursor.is("UPDATE");
    while !cursor.at_end() {
        let text = cursor.token().map_or("", |token| statement.slice(token.span));
        // Behind AS and a dot any word is a name.
        let named = matches!(cursor.last_text(), "." | "") || cursor.last_text().eq_ignore_ascii_case("AS");
        let word = !named && cursor.token().is_some_and(|token| token.kind == TokenKind::Word);
        let opens = word && cursor.is_any(OPENS);
        let sets = word && update && cursor.is("SET");
        let comma = text == ",";
        let parenthesis = text == "(";
        let operator = cursor.token().is_some_and(|token| token.kind == TokenKind::Op) && text != "*";
        cursor.advance();
        let clause = cursor.is_any(CLAUSES);
        let wrong = (opens || sets) && (clause || cursor.at_end())
            || comma
                && (cursor.is_punct(",") || cursor.is_punct(")") || cursor.is("FROM") || cursor.at_end())
            || parenthesis && cursor.is_punct(",")
            || operator
                && (cursor.at_end() || cursor.is_punct(")") || cursor.is_punct(","))
                && !is_name(statement, &cursor);
        if wrong {
            return Some(near_of(statement, &cursor));
        }
    }
    None
}

/// Whether the operator before a place may be one that is named, not used: `OPERATOR (+)`, `ORDER BY a USING <`.
fn is_name(statement: &Statement<'_>, cursor: &Cursor<'_>) -> bool {
    let mut back = *cursor;
    back.back();
    let before = back.last_text();
    before == "."
        || before == "("
        || ["USING", "OPERATOR", "WITH"].iter().any(|word| before.eq_ignore_ascii_case(word))
        || statement.cursor().is_any(&["CREATE", "ALTER", "DROP", "COMMENT"])
}

fn dml(statement: &Statement<'_>, verb: DmlVerb, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    match verb {
        DmlVerb::Insert if cursor.eat("INSERT").is_some() && !cursor.is("INTO") => {
            let (span, near) = near_of(statement, &cursor);
            let finding = near_to(found, span, &near);
            finding.message("`INTO` is missing");
            if cursor.is_any(&["IGNORE", "OR"]) {
                finding
                    .message("this is no option of INSERT")
                    .help("write INSERT INTO … ON CONFLICT DO NOTHING");
            } else {
                finding.suggest("write", crate::rules::helpers::insertion(span.start, "INTO "), true);
            }
        }
        DmlVerb::Delete if cursor.eat("DELETE").is_some() && !cursor.is("FROM") => {
            let (span, near) = near_of(statement, &cursor);
            near_to(found, span, &near).message("`FROM` is missing").suggest(
                "write",
                crate::rules::helpers::insertion(span.start, "FROM "),
                true,
            );
        }
        DmlVerb::Update if cursor.eat("UPDATE").is_some() && !sets(cursor) => {
            cursor.eat("ONLY");
            cursor.name();
            let (span, near) = near_of(statement, &cursor);
            near_to(found, span, &near).message("`SET` is missing");
        }
        DmlVerb::Update | DmlVerb::Delete => limited(statement, found),
        DmlVerb::Insert => conflict(statement, found),
        DmlVerb::Merge | DmlVerb::Copy => {}
    }
}

/// Whether SET follows.
fn sets(mut cursor: Cursor<'_>) -> bool {
    cursor.skip_until(|cursor| cursor.is("SET"));
    !cursor.at_end()
}

/// `UPDATE … LIMIT` and `DELETE … ORDER BY … LIMIT`, which are MySQL's.
fn limited(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if !cursor.is_any(&["UPDATE", "DELETE"]) {
        return;
    }
    cursor.skip_until(|cursor| {
        let clause = cursor.are("ORDER BY") || cursor.is("LIMIT");
        clause && !matches!(cursor.last_text(), "." | ",") && !cursor.last_is_operator()
    });
    if cursor.at_end() {
        return;
    }
    let (span, near) = near_of(statement, &cursor);
    let verb = statement.slice(statement.head());
    near_to(found, span, &near)
        .message(format!(
            "{} takes no `{}`",
            verb.to_ascii_uppercase(),
            statement.slice(span).to_ascii_uppercase()
        ))
        .help("choose the rows by the key: … WHERE key IN (SELECT key FROM … ORDER BY … LIMIT …)");
}

/// `ON CONFLICT DO UPDATE` without saying with what, and MySQL's `ON DUPLICATE KEY`.
fn conflict(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.are("ON CONFLICT DO UPDATE") || cursor.are("ON DUPLICATE KEY"));
    if let Some(span) = cursor.eat("ON CONFLICT DO UPDATE") {
        found
            .at(span)
            .message("`ON CONFLICT DO UPDATE` names the columns of a unique index")
            .server("ON CONFLICT DO UPDATE requires inference specification or constraint name")
            .help("write ON CONFLICT (key) DO UPDATE");
    } else if let Some(span) = cursor.eat("ON DUPLICATE KEY") {
        near_to(found, span, "at or near \"DUPLICATE\"")
            .message("`ON DUPLICATE KEY` is MySQL's")
            .help("write ON CONFLICT (key) DO UPDATE SET …");
    } else if statement.unread().is_some() {
        action(statement, found);
    }
}

/// `ON CONFLICT …` without an action, or with half of one, in a statement that nothing could read.
fn action(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.are("ON CONFLICT"));
    if cursor.eat("ON CONFLICT").is_none() {
        return;
    }
    if cursor.eat("ON CONSTRAINT").is_some() {
        cursor.ident();
    } else if cursor.parens().is_some() && cursor.is("WHERE") {
        cursor.skip_until(|cursor| cursor.is("DO"));
    }
    if cursor.eat("DO NOTHING").is_some() || cursor.eat("DO UPDATE SET").is_some() {
        return;
    }
    cursor.eat("DO UPDATE");
    cursor.eat("DO");
    let (span, near) = near_of(statement, &cursor);
    near_to(found, span, &near)
        .message("`ON CONFLICT` ends with DO NOTHING or with DO UPDATE SET")
        .help("write ON CONFLICT (key) DO UPDATE SET …, or ON CONFLICT DO NOTHING");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_no_grammar_takes() {
        for (sql, place) in [
            ("SELECT a, FROM t", "FROM"),
            ("SELECT 1 FROM t WHERE", "WHERE"),
            ("SELECT 1 FROM WHERE a = 1", "WHERE"),
            ("SELECT 1 +", "+"),
            ("CREATE TABLE t (id int PRIMARY KEY,)", ")"),
            ("CREATE TABLE t (,id int)", ","),
            ("UPDATE t SET WHERE a = 1", "WHERE"),
            ("UPDATE t a = 1", "a"),
            ("BEGIN ISOLATION LEVEL SNAPSHOT; SELECT 1; COMMIT", "SNAPSHOT"),
            ("SELEC 1", "SELEC"),
            ("CRAETE TABLE t (a int)", "CRAETE"),
            ("USE library", "USE"),
            ("SELECT (1", "("),
            ("SELECT 1)", ")"),
            ("SELECT a[1) FROM t", ")"),
            ("CREATE TABLE t (id int PRIMARY KEY", "("),
            ("CREATE FULLTEXT INDEX i ON t (a)", "FULLTEXT"),
            ("CREATE", "CREATE"),
            ("DROP t", "t"),
            ("CREATE OR REPLACE TABLE t (a int)", "TABLE"),
            ("DROP TABLE IF EXIST t", "IF EXIST"),
            ("INSERT t VALUES (1)", "t"),
            ("INSERT IGNORE INTO t VALUES (1)", "IGNORE"),
            ("DELETE t WHERE id = 1", "t"),
            ("UPDATE t SET a = 1 WHERE id = 1 LIMIT 10", "LIMIT"),
            ("DELETE FROM t WHERE id = 1 ORDER BY id LIMIT 10", "ORDER"),
            ("INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", "ON CONFLICT DO UPDATE"),
            ("INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1", "ON DUPLICATE KEY"),
        ] {
            finds(&RULE, sql, place);
        }
        for (sql, place) in [
            ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE a = 2", "a"),
            ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) UPDATE SET a = 2", "UPDATE"),
            ("INSERT INTO t (a) VALUES (1) ON CONFLICT", "CONFLICT"),
            ("CREATE UNIQUE IDNEX ASYNC i ON t (a)", "IDNEX"),
        ] {
            finds(&RULE, sql, place);
        }
        let found = finds(&RULE, "UPDTAE t SET a = 1", "UPDTAE");
        assert_eq!(found.help.as_deref(), Some("did you mean `UPDATE`?"));
    }

    #[test]
    fn what_only_looks_like_it() {
        for sql in [
            "AWS IAM GRANT app TO 'arn:aws:iam::1:role/x'",
            "DELETE FROM t WHERE id IN (SELECT id FROM t ORDER BY id LIMIT 10)",
            "UPDATE t SET \"limit\" = 1, note = t.\"order\" WHERE id = 1",
            "SELECT '(', \"[\", $$)$$ /* ( */ -- )",
            "CREATE TABLE exist (if int)",
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
            "END",
            "SELECT t.from, a AS where FROM t ORDER BY a USING <",
            "SELECT 1 OPERATOR(pg_catalog.+) 2, count(*), t.* FROM t",
            "SELECT",
            "SELECT FROM t",
        ] {
            accepts(sql);
        }
    }
}
