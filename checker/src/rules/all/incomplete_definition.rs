use super::malformed::{near_of, near_to};
use crate::ast::Kind;
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "incomplete-definition",
    title: "this definition lacks something",
    why: "A column has a type, a table a list of columns, an index a table and a key, a new name stands behind TO. The \
          server's grammar stops where it is missing, whatever exists.",
    wrong: "CREATE TABLE items (id PRIMARY KEY);",
    right: "CREATE TABLE items (id uuid PRIMARY KEY);",
    help: "",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: SQL commands"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    // What the lexer could not read is reported by itself.
    let odd = |kind: TokenKind| matches!(kind, TokenKind::Error | TokenKind::Other);
    if statement.tokens().iter().any(|token| odd(token.kind)) {
        return;
    }
    match statement.kind() {
        Kind::Other(head) if matches!(head.words.as_str(), "GRANT" | "REVOKE") => {
            privileges(statement, found)
        }
        Kind::Drop(drop)
            if !matches!(drop.object.as_str(), "TRIGGER" | "POLICY" | "RULE") && drop.on.is_some() =>
        {
            let mut cursor = statement.cursor();
            cursor.seek(drop.names.last().map_or(0, |name| name.span().end));
            cursor.skip_until(|cursor| cursor.is("ON"));
            let (span, near) = near_of(statement, &cursor);
            near_to(found, span, &near).message("the statement ends before this").help("leave it out");
        }
        _ => incomplete(statement, found),
    }
}

/// Each is told by what stands in its place.
fn incomplete(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let missing = |cursor: &Cursor<'_>, what: &str, found: &mut Findings<'_>| {
        let (span, near) = near_of(statement, cursor);
        near_to(found, span, &near).message(format!("{what} is missing before this"));
    };
    let mut cursor = statement.cursor();
    if let Some(unread) = statement.unread().filter(|_| cursor.are("CREATE TABLE")) {
        cursor.seek(unread.start);
        let behind = cursor.last_text().eq_ignore_ascii_case("DEFAULT");
        if cursor.eat("DEFAULT").is_some() || behind {
            return missing(&cursor, "the default's value", found);
        }
    }
    if let Kind::CreateTable(table) = statement.kind() {
        let elements = matches!(&table.body, crate::ast::TableBody::Elements(_));
        if let Some(column) = statement.columns().find(|column| elements && column.data_type.is_none()) {
            cursor.seek(column.name.span.end);
            return missing(&cursor, "the column's type", found);
        }
        let empty = matches!(&table.body, crate::ast::TableBody::Elements(elements) if elements.is_empty());
        cursor.seek(table.name.span().end);
        if empty && !cursor.is_punct("(") && table.options.is_empty() {
            missing(&cursor, "the list of columns", found);
        }
        return;
    }
    let place = |words: &[&str]| -> Option<Cursor<'_>> {
        let mut cursor = statement.cursor();
        words.iter().find_map(|words| cursor.eat(words)).map(|_| cursor)
    };
    for words in [
        "CREATE VIEW",
        "CREATE OR REPLACE VIEW",
        "CREATE FUNCTION",
        "CREATE ROLE",
        "CREATE USER",
        "CREATE DOMAIN",
    ] {
        if let Some(mut cursor) = place(&[words])
            && let Some(span) = cursor.eat("IF NOT EXISTS")
        {
            near_to(found, span, "at or near \"NOT\"")
                .message(format!("`{words}` takes no `IF NOT EXISTS`"))
                .help(if words.ends_with("VIEW") || words.ends_with("FUNCTION") {
                    "write CREATE OR REPLACE"
                } else {
                    "leave it out"
                });
            return;
        }
    }
    if statement.unread().is_none() {
        return;
    }
    if let Some(cursor) = place(&["CREATE TABLE"]).filter(|cursor| cursor.is_punct("(")) {
        return missing(&cursor, "the table's name", found);
    }
    let behind =
        place(&["DROP TABLE", "DROP VIEW", "DROP INDEX", "DROP SEQUENCE", "DROP SCHEMA", "DROP DOMAIN"]);
    if let Some(mut cursor) = behind {
        cursor.eat("IF EXISTS");
        if cursor.is("IF") {
            return;
        }
        if cursor.at_end() {
            return missing(&cursor, "a name", found);
        }
        while cursor.name().is_some() && cursor.eat_punct(",").is_some() {}
        if !cursor.at_end() {
            let (span, near) = near_of(statement, &cursor);
            near_to(found, span, &near)
                .message("the statement ends before this")
                .help("leave it out, or put a comma between names");
        }
        return;
    }
    if let Some(mut cursor) = place(&["ALTER TABLE"]) {
        cursor.eat("IF EXISTS");
        cursor.eat("ONLY");
        if cursor.name().is_none() || cursor.at_end() {
            return missing(&cursor, "a name or an action", found);
        }
        let (from, to) = match () {
            () if cursor.eat("OWNER").is_some() => (true, cursor.is("TO")),
            () if cursor.eat("RENAME").is_some() && !cursor.is("TO") => {
                if cursor.eat("COLUMN").is_none() {
                    cursor.eat("CONSTRAINT");
                }
                (cursor.ident().is_some(), cursor.is("TO"))
            }
            () => (false, true),
        };
        if from && !to {
            return missing(&cursor, "`TO`", found);
        }
        if let Some(span) = cursor.eat("ADD CONSTRAINT IF NOT EXISTS") {
            near_to(found, span, "at or near \"NOT\"")
                .message("`ADD CONSTRAINT` takes no `IF NOT EXISTS`")
                .help("leave it out");
        } else if cursor.are("DROP CONSTRAINT") && cursor.nth(2).is_none() {
            cursor.eat("DROP CONSTRAINT");
            missing(&cursor, "the constraint's name", found);
        }
        return;
    }
    if let Some(cursor) = place(&["CREATE INDEX", "CREATE UNIQUE INDEX"]) {
        index(statement, cursor, found);
    }
}

/// An index whose definition could not be read.
fn index(statement: &Statement<'_>, mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    cursor.eat("ASYNC");
    cursor.eat("IF NOT EXISTS");
    if !cursor.is("ON") {
        cursor.name();
    }
    if let Some(span) = cursor.eat("ASYNC") {
        near_to(found, span, "at or near \"ASYNC\"")
            .message("`ASYNC` stands before the name")
            .help("write CREATE INDEX ASYNC name ON …");
        return;
    }
    if cursor.eat("ON").is_none() {
        let (span, near) = near_of(statement, &cursor);
        near_to(found, span, &near).message("`ON` and the table are missing before this");
        return;
    }
    cursor.eat("ONLY");
    cursor.name();
    let Some(inner) = cursor.parens() else { return };
    if inner.is_empty() {
        near_to(found, cursor.last_span(), "at or near \")\"")
            .message("an index has a key")
            .help("name at least one column");
        return;
    }
    let mut keys = cursor.within(inner);
    while !keys.at_end() {
        let start = keys.position();
        keys.name();
        let operator = keys.token().filter(|token| token.kind == TokenKind::Op || keys.is_punct("::"));
        if operator.is_some() {
            let near =
                format!("at or near \"{}\"", keys.token().map_or("", |token| statement.slice(token.span)));
            keys.skip_until(|keys| keys.is_punct(","));
            let span = keys.span_since(start);
            near_to(found, span, &near).message("an expression stands in parentheses of its own").suggest(
                "write",
                helpers::replacement(span, &format!("({})", statement.slice(span))),
                true,
            );
            return;
        }
        keys.skip_until(|keys| keys.is_punct(","));
        keys.advance();
    }
}

/// `GRANT … ON … TO …`: a role's name behind TO, and ON before objects.
fn privileges(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    let to = if cursor.is("GRANT") { "TO" } else { "FROM" };
    cursor.advance();
    let names = cursor;
    cursor.skip_until(|cursor| cursor.is(to) || cursor.is("ON"));
    if cursor.is("ON") {
        return rights(statement, names, cursor, to, found);
    }
    if cursor.at_end() {
        // The other preposition may stand there.
        let mut wrong = names;
        wrong.skip_until(|cursor| cursor.is_any(&["TO", "FROM"]));
        let (span, near) = near_of(statement, &wrong);
        near_to(found, span, &near).message(format!("`{to}` and a role are missing before this"));
        return;
    }
    let mut names = names.within(crate::ast::TokenRange { start: names.position(), end: cursor.position() });
    names.eat("ADMIN OPTION FOR");
    names.eat("GRANT OPTION FOR");
    while names.ident().is_some() {
        names.parens();
        if names.eat_punct(",").is_none() {
            break;
        }
    }
    if !names.at_end() {
        let (span, near) = near_of(statement, &names);
        near_to(found, span, &near).message("`ON` is missing before this").help("write GRANT … ON … TO …");
    }
}

/// What may be granted on an object. A name in quotes, or one with a column list, is looked at like any other.
const RIGHTS: &[&str] = &[
    "ALL",
    "ALTER",
    "CONNECT",
    "CREATE",
    "DELETE",
    "EXECUTE",
    "INSERT",
    "MAINTAIN",
    "PRIVILEGES",
    "REFERENCES",
    "SELECT",
    "SET",
    "SYSTEM",
    "TEMP",
    "TEMPORARY",
    "TRIGGER",
    "TRUNCATE",
    "UPDATE",
    "USAGE",
];

/// Rights on objects: from the first right on, and from ON on.
fn rights(
    statement: &Statement<'_>,
    names: Cursor<'_>,
    mut cursor: Cursor<'_>,
    to: &str,
    found: &mut Findings<'_>,
) {
    let mut names = names.within(crate::ast::TokenRange { start: names.position(), end: cursor.position() });
    names.eat("GRANT OPTION FOR");
    if names.at_end() || cursor.last_text() == "," {
        let (span, near) = near_of(statement, &cursor);
        near_to(found, span, &near).message("the right is missing before this");
        return;
    }
    while let Some(right) = names.ident() {
        let word = right.value.to_ascii_uppercase();
        if !RIGHTS.contains(&word.as_str()) {
            let finding = found.at(right.span).message(format!("there is no right `{}`", right.value));
            finding.server(format!("unrecognized privilege type \"{}\"", right.value));
            if let Some(near) = crate::rules::nearest(&word, RIGHTS.iter().copied()) {
                finding.help(format!("did you mean `{near}`?"));
            }
            return;
        }
        names.parens();
        names.eat_punct(",");
    }
    cursor.advance();
    cursor.skip_until(|cursor| cursor.is_any(&["TO", "FROM"]) && cursor.last_text() != ".");
    let right = cursor.is(to);
    if right {
        cursor.advance();
    }
    if cursor.at_end() || !right {
        let (span, near) = near_of(statement, &cursor);
        near_to(found, span, &near).message(format!("`{to}` and a role are missing before this")).help(
            if to == "TO" { "write GRANT … ON … TO …" } else { "write REVOKE … ON … FROM …" },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_is_missing() {
        for (sql, place) in [
            ("CREATE TABLE t (id PRIMARY KEY)", "PRIMARY"),
            ("CREATE TABLE t id int", "id"),
            ("CREATE TABLE t (a int DEFAULT)", ")"),
            ("CREATE TABLE t (a int DEFAULT, b int)", ","),
            ("CREATE TABLE (id int)", "("),
            ("DROP TABLE t u", "u"),
            ("DROP TABLE", "TABLE"),
            ("DROP VIEW v ON t", "ON"),
            ("CREATE VIEW IF NOT EXISTS v AS SELECT 1", "IF NOT EXISTS"),
            ("CREATE ROLE IF NOT EXISTS r", "IF NOT EXISTS"),
            ("ALTER TABLE t OWNER admin", "admin"),
            ("ALTER TABLE t RENAME a b", "b"),
            ("ALTER TABLE t", "t"),
            ("CREATE INDEX ASYNC i ON t (a, b + 1)", "b + 1"),
            ("CREATE INDEX ASYNC i ON t (a::text)", "a::text"),
            ("CREATE INDEX ASYNC i ON t ()", ")"),
            ("CREATE INDEX ASYNC i t (a)", "t"),
            ("CREATE INDEX i ASYNC ON t (a)", "ASYNC"),
            ("GRANT SELECT t TO r", "t"),
            ("GRANT SELECT ON t", "t"),
            ("GRANT SELECT ON t FROM r", "FROM"),
            ("GRANT SELECT ON t TO", "TO"),
            ("GRANT ON t TO r", "ON"),
            ("GRANT SELECT, ON t TO r", "ON"),
            ("GRANT SELEC ON t TO r", "SELEC"),
            ("GRANT r", "r"),
            ("REVOKE SELECT ON t", "t"),
            ("REVOKE SELECT ON t TO r", "TO"),
            ("REVOKE a TO r", "TO"),
            (
                "ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS c CHECK (a > 1) NOT VALID",
                "ADD CONSTRAINT IF NOT EXISTS",
            ),
        ] {
            finds(&RULE, sql, place);
        }
    }

    #[test]
    fn what_is_whole() {
        for sql in [
            "GRANT a, b TO r WITH ADMIN OPTION",
            "REVOKE ADMIN OPTION FOR a FROM r",
            "GRANT SELECT (a), INSERT ON t TO r",
            "GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA s TO r",
            "REVOKE GRANT OPTION FOR SELECT ON t FROM r CASCADE",
            "GRANT USAGE ON SCHEMA s TO \"to\", PUBLIC",
            "GRANT EXECUTE ON FUNCTION s.f(int) TO r WITH GRANT OPTION",
            "CREATE TABLE t ()",
            "DROP TABLE IF EXISTS a, b.c CASCADE",
            "ALTER TABLE t RENAME a TO b",
            "CREATE INDEX ASYNC ON t (a, lower(b), (c + 1))",
        ] {
            accepts(sql);
        }
    }
}
