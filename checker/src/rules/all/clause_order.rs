use super::malformed::{near_of, near_to};
use crate::ast::{ConstraintKind, CreateFunction, CreateIndex, FunctionBody, IndexOptionKind, Kind};
use crate::cursor::Cursor;
use crate::lex::TokenKind;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::source::Span;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "clause-order",
    title: "a clause stands twice or in the wrong place",
    why: "A query has one WHERE, one GROUP BY, one LIMIT; a function one language and one volatility; what follows an \
          index's key comes in one order: INCLUDE, NULLS, WHERE. The server's grammar stops at the second.",
    wrong: "SELECT id FROM items WHERE rating > 3 WHERE shelf = 'read';",
    right: "SELECT id FROM items WHERE rating > 3 AND shelf = 'read';",
    help: "leave one of them out, or join them",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: SQL commands"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::Query | Kind::Dml(_) if statement.unread().is_some() => {
            if let Some((first, cursor)) = twice(statement.cursor()) {
                let (span, near) = near_of(statement, &cursor);
                let clause = statement.slice(span).to_ascii_uppercase();
                near_to(found, span, &near).message(format!("a second `{clause}`")).also(first, "the first");
            }
        }
        Kind::CreateIndex(index) => of_index(statement, index, found),
        Kind::CreateFunction(function) if function.procedure.is_none() => {
            of_function(statement, function, found);
        }
        _ => {}
    }
    for constraint in helpers::table_constraints(statement) {
        let listed = matches!(
            constraint.kind,
            ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::ForeignKey(_)
        );
        if listed {
            of_constraint(statement, constraint.head, found);
        }
    }
}

/// A constraint lists names of columns, with nothing behind them.
fn of_constraint(statement: &Statement<'_>, head: Span, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    cursor.seek(head.start);
    loop {
        cursor.skip_until(|cursor| cursor.is_punct("(") || cursor.is_punct(","));
        let Some(inner) = cursor.parens() else { return };
        let mut items = cursor.within(inner);
        while !items.at_end() {
            // What is no name at all, and what follows one but a comma.
            if items.ident().is_none() || !(items.at_end() || items.is_punct(",")) {
                let (span, near) = near_of(statement, &items);
                near_to(found, span, &near)
                    .message("a constraint lists names of columns, with nothing behind them")
                    .help("write the names only; a unique index may have expressions: CREATE UNIQUE INDEX ASYNC");
                return;
            }
            items.advance();
        }
        if !cursor.is("INCLUDE") {
            return;
        }
    }
}

/// The clauses that a query has once. The words are reserved: behind AS and a dot alone they are names.
const ONCE: &[&str] = &["FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "RETURNING"];

/// The first clause that stands a second time in one query, and where the first is. It is asked for what sqlparser
/// could not read only.
fn twice(mut cursor: Cursor<'_>) -> Option<(Span, Cursor<'_>)> {
    // What has been seen between each pair of parentheses that is open.
    let mut open = vec![[None; ONCE.len()]];
    while !cursor.at_end() {
        let before = cursor.last_text();
        let named = before == "." || before.eq_ignore_ascii_case("AS");
        if cursor.is_punct("(") || cursor.is_punct("[") {
            open.push([None; ONCE.len()]);
        } else if cursor.is_punct(")") || cursor.is_punct("]") {
            open.pop();
        } else if cursor.is_any(&["UNION", "EXCEPT", "INTERSECT", "SELECT", "CONFLICT", "DO"]) && !named {
            // Another query begins, or the part of an INSERT that has a WHERE of its own.
            if let Some(seen) = open.last_mut() {
                *seen = [None; ONCE.len()];
            }
        } else if !named
            && let Some(at) = ONCE.iter().position(|words| cursor.are(words))
            // `IS DISTINCT FROM`, `ROWS FROM (…)`.
            && !["DISTINCT", "ROWS"].iter().any(|word| before.eq_ignore_ascii_case(word))
            && let Some(seen) = open.last_mut().and_then(|seen| seen.get_mut(at))
        {
            match *seen {
                Some(first) => return Some((first, cursor)),
                None => *seen = Some(cursor.span()),
            }
        }
        cursor.advance();
    }
    None
}

/// INCLUDE, NULLS [NOT] DISTINCT, WITH, TABLESPACE and WHERE, each at most once.
fn of_index(statement: &Statement<'_>, index: &CreateIndex, found: &mut Findings<'_>) {
    let place = |kind: &IndexOptionKind| match kind {
        IndexOptionKind::Using(_) => 0,
        IndexOptionKind::Include(..) => 1,
        IndexOptionKind::NullsDistinct => 2,
        IndexOptionKind::With => 3,
        IndexOptionKind::Tablespace => 4,
        IndexOptionKind::Where(_) => 5,
    };
    let wrong = index.options.windows(2).find_map(|pair| match pair {
        [first, second] if place(&first.kind) >= place(&second.kind) => Some((first.span, second.span)),
        _ => None,
    });
    let mut cursor = statement.cursor();
    let first = if let Some((first, second)) = wrong {
        cursor.seek(second.start);
        first
    } else {
        // The predicate reaches to the end: what cannot be part of it stands behind it.
        let Some(option) = index.options.last() else { return };
        let IndexOptionKind::Where(range) = option.kind else { return };
        cursor = statement.within(range);
        cursor.skip_until(|cursor| cursor.is("WHERE") || (cursor.is("INCLUDE") && ends_a_value(cursor)));
        if cursor.at_end() || matches!(cursor.last_text(), ".") {
            return;
        }
        option.span
    };
    let (span, near) = near_of(statement, &cursor);
    let clause = statement.slice(span).to_ascii_uppercase();
    near_to(found, span, &near)
        .message(format!("`{clause}` stands behind what it must stand before, or twice"))
        .also(Span::new(first.start, first.start), "behind this")
        .help("write … (key) INCLUDE (…) NULLS NOT DISTINCT WHERE …, each at most once");
}

/// Whether the token before a place can be the last of an expression and no name.
fn ends_a_value(cursor: &Cursor<'_>) -> bool {
    let mut back = *cursor;
    back.back();
    back.is_punct(")")
        || back.is_any(&["NULL", "TRUE", "FALSE"])
        || back.token().is_some_and(|token| matches!(token.kind, TokenKind::Number | TokenKind::String))
}

/// What is said about a function: words that one kind of property begins with.
const PROPERTIES: &[&[&str]] = &[
    &["IMMUTABLE", "STABLE", "VOLATILE"],
    &["STRICT", "CALLED ON NULL INPUT", "RETURNS NULL ON NULL INPUT"],
    &["SECURITY DEFINER", "SECURITY INVOKER", "EXTERNAL SECURITY DEFINER", "EXTERNAL SECURITY INVOKER"],
    &["LEAKPROOF", "NOT LEAKPROOF"],
    &["LANGUAGE"],
    &["WINDOW"],
    &["COST"],
    &["ROWS"],
    &["SUPPORT"],
    &["PARALLEL"],
    &["AS"],
];

/// Each property of a function is said once.
fn of_function(statement: &Statement<'_>, function: &CreateFunction, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    cursor.seek(function.name.span().end);
    cursor.parens();
    if cursor.is("RETURNS") && !cursor.are("RETURNS NULL ON NULL INPUT") {
        cursor.advance();
        if cursor.is("TABLE") {
            cursor.advance();
            cursor.parens();
        } else {
            crate::parse::data_type(&mut cursor);
        }
    }
    let mut seen: [Option<Span>; PROPERTIES.len()] = [None; PROPERTIES.len()];
    let mut whole = false;
    while !cursor.at_end() {
        // A body of SQL is the last of it.
        if cursor.is("BEGIN") || (cursor.is("RETURN") && matches!(function.body, FunctionBody::Sql(_))) {
            return;
        }
        // `SET parameter = value`: any word may be the value.
        if cursor.eat("SET").is_some() {
            whole = false;
            cursor.name();
            if cursor.eat_punct("=").is_none() && cursor.eat("TO").is_none() {
                cursor.advance();
            }
            cursor.advance();
            while cursor.eat_punct(",").is_some() {
                cursor.advance();
            }
            continue;
        }
        let property = PROPERTIES.iter().zip(&mut seen).find_map(|(words, seen)| {
            words.iter().find_map(|words| cursor.eat(words)).map(|span| (span, seen))
        });
        let Some((span, seen)) = property else {
            // Behind a whole property stands another one; what follows a SET or a type is not read so closely.
            let word = cursor.token().filter(|token| whole && token.kind == TokenKind::Word);
            if word.is_some() && !cursor.is_any(&["SET", "TRANSFORM"]) && !of_the_body(&cursor) {
                let (span, near) = near_of(statement, &cursor);
                let known = PROPERTIES.iter().flat_map(|words| words.iter().copied());
                let finding = near_to(found, span, &near);
                finding.message("this is no property of a function");
                match crate::rules::nearest(&statement.slice(span).to_ascii_uppercase(), known) {
                    Some(near) => finding.help(format!("did you mean `{near}`?")),
                    None => finding.help("leave it out"),
                };
                return;
            }
            whole = false;
            cursor.skip_group();
            continue;
        };
        whole = true;
        if let Some(first) = seen {
            found
                .at(span)
                .message("this is said about the function already")
                .server("conflicting or redundant options")
                .also(*first, "here")
                .help("leave one of them out");
            return;
        }
        *seen = Some(span);
        // What these words are followed by is a value, not another property.
        let valued = ["LANGUAGE", "COST", "ROWS", "SUPPORT", "PARALLEL", "AS"];
        if valued.iter().any(|word| cursor.last_text().eq_ignore_ascii_case(word)) {
            cursor.advance();
        }
    }
}

/// Whether a body of SQL begins, also where there is another body already.
fn of_the_body(cursor: &Cursor<'_>) -> bool {
    cursor.is_any(&["BEGIN", "RETURN"])
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn clauses_that_stand_twice() {
        for (sql, place) in [
            ("SELECT a FROM t GROUP BY a GROUP BY b", "GROUP"),
            ("SELECT a FROM t ORDER BY a LIMIT 1 LIMIT 2", "LIMIT"),
            ("SELECT a FROM t FROM u", "FROM"),
            ("SELECT 1 WHERE 1 = (SELECT a FROM t HAVING true HAVING false)", "HAVING"),
            ("DELETE FROM t WHERE id = 1 WHERE id = 2", "WHERE"),
            ("INSERT INTO t (a) VALUES (1) RETURNING a RETURNING b", "RETURNING"),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (b) INCLUDE (c)", "INCLUDE"),
            ("CREATE INDEX ASYNC i ON t (a) NULLS DISTINCT INCLUDE (c)", "INCLUDE"),
            ("CREATE INDEX ASYNC i ON t (a) WHERE a > 1 WHERE b > 1", "WHERE"),
            ("CREATE INDEX ASYNC i ON t (a) WHERE a > 1 INCLUDE (b)", "INCLUDE"),
        ] {
            finds(&RULE, sql, place);
        }
    }

    #[test]
    fn constraints_list_names() {
        for (sql, place) in [
            ("CREATE TABLE t (a int, b int, PRIMARY KEY (a DESC, b))", "DESC"),
            ("CREATE TABLE t (a int PRIMARY KEY, b int, UNIQUE (b) INCLUDE (a ASC))", "ASC"),
            ("CREATE TABLE t (a text PRIMARY KEY, UNIQUE ((a || 'x')))", "("),
            ("CREATE TABLE t (a int PRIMARY KEY, b int, FOREIGN KEY (b DESC) REFERENCES u (id))", "DESC"),
        ] {
            finds(&RULE, sql, place);
        }
        accepts(
            "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b) INCLUDE (c), c int, UNIQUE NULLS NOT DISTINCT (c), CHECK (a > 1), \
             CONSTRAINT f FOREIGN KEY (a, b) REFERENCES u (a, b) ON DELETE SET NULL (a))",
        );
        accepts("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i");
    }

    #[test]
    fn properties_that_stand_twice() {
        for (options, place) in [
            ("IMMUTABLE STABLE", "STABLE"),
            ("STRICT CALLED ON NULL INPUT", "CALLED ON NULL INPUT"),
            ("LANGUAGE sql", "LANGUAGE"),
            ("COST 1 SECURITY DEFINER COST 2", "COST"),
            ("PARALLEL SAFE PARALLEL SAFE", "PARALLEL"),
            ("AS 'SELECT 2'", "AS"),
            ("DETERMINISTIC", "DETERMINISTIC"),
            ("STRICT IMUTABLE", "IMUTABLE"),
        ] {
            finds(
                &RULE,
                &format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1' {options}"),
                place,
            );
        }
    }

    #[test]
    fn what_only_looks_like_it() {
        for sql in [
            "SELECT a FROM t WHERE a IS DISTINCT FROM b UNION SELECT a FROM u WHERE b > 1 ORDER BY 1 LIMIT 1",
            "SELECT count(*) FILTER (WHERE a > 1), t.where, 1 AS limit FROM t WHERE a > 1",
            "INSERT INTO t (a) SELECT a FROM u WHERE b ON CONFLICT (a) WHERE a > 1 DO UPDATE SET b = 2 WHERE t.b = 1",
            "WITH x AS (SELECT a FROM t WHERE a > 1) DELETE FROM t WHERE id IN (SELECT a FROM x LIMIT 1)",
            "CREATE INDEX ASYNC i ON t (a) INCLUDE (b) NULLS NOT DISTINCT WHERE include > 1",
            "CREATE FUNCTION stable(strict int DEFAULT 1) RETURNS TABLE (cost int) LANGUAGE sql STABLE STRICT COST 5 ROWS 2 \
             PARALLEL SAFE AS 'SELECT 1'",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a, stable SET work_mem FROM CURRENT STABLE AS \
             'SELECT 1'",
            "CREATE FUNCTION f() RETURNS int IMMUTABLE BEGIN ATOMIC SELECT 1 AS stable; SELECT 2 AS stable; END",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURNS NULL ON NULL INPUT IMMUTABLE RETURN 1",
        ] {
            accepts(sql);
        }
    }
}
