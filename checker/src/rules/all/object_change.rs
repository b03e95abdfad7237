use crate::ast::{Head, Kind};
use crate::cursor::Cursor;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "object-change",
    title: "this cannot be changed about a function, a domain, a view or statistics",
    why: "A function's name, owner and schema can be changed, its properties only by making it anew; a domain takes a \
          new default, but no new constraint; a view's query is replaced by CREATE OR REPLACE VIEW.",
    wrong: "ALTER FUNCTION one() IMMUTABLE;",
    right: "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$;",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "dsqlbase live run 2026-10-03 (domains)"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::Other(head) => {
            let mut cursor = statement.cursor();
            cursor.advance();
            cursor.advance();
            match head.words.as_str() {
                "ALTER FUNCTION" | "ALTER ROUTINE" => function(cursor, found),
                "ALTER DOMAIN" => domain(cursor, found),
                "ALTER STATISTICS" => statistics(cursor, found),
                "ALTER VIEW" => view(cursor, head, found),
                _ => {}
            }
        }
        Kind::Drop(drop) if drop.object == "DOMAIN" => {
            if let Some(span) = drop.cascade {
                found
                    .at(span)
                    .message("`DROP DOMAIN` takes no `CASCADE`")
                    .server("DROP DOMAIN with CASCADE unsupported")
                    .help("drop the columns that use it first, then the domain");
            }
        }
        Kind::Drop(drop) if drop.object == "INDEX" => {
            if let Some(span) = drop.concurrently {
                found
                    .at(span)
                    .message("`DROP INDEX CONCURRENTLY` is not supported")
                    .server("DROP INDEX CONCURRENTLY must be first action in transaction")
                    .suggest(
                        "dropping an index blocks nobody; write",
                        helpers::removal(statement, span),
                        true,
                    );
            }
        }
        _ => {}
    }
}

fn function(mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    cursor.name();
    cursor.parens();
    let fine = cursor.is_any(&["RENAME", "OWNER", "DEPENDS"])
        || cursor.are("SET SCHEMA")
        || cursor.are("NO DEPENDS");
    if !fine && !cursor.at_end() {
        let start = cursor.position();
        cursor.skip_until(|_| false);
        found
            .at(cursor.span_since(start))
            .message("a function's properties cannot be changed")
            .help("make it anew with CREATE OR REPLACE FUNCTION");
    }
}

fn domain(mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    cursor.name();
    let start = cursor.position();
    let what = if cursor.eat("ADD").is_some() {
        "a constraint cannot be added to a domain"
    } else if cursor.eat("SET NOT NULL").is_some() {
        "a domain cannot be made NOT NULL"
    } else {
        return;
    };
    cursor.skip_until(|_| false);
    found
        .at(cursor.span_since(start))
        .message(what)
        .help("make a new domain with the constraint, and columns that use it");
}

fn statistics(mut cursor: Cursor<'_>, found: &mut Findings<'_>) {
    cursor.name();
    if cursor.eat("SET STATISTICS").is_none() {
        return;
    }
    let start = cursor.position();
    if cursor.eat("DEFAULT").is_some() {
        let finding = found.at(cursor.span_since(start)).message("a statistics target is a number here");
        finding
            .answer("42601", "syntax error at or near \"DEFAULT\"")
            .help("write -1, which means the default");
        return;
    }
    let Some(target) = cursor.integer() else { return };
    let words = match target {
        101.. => format!("statistics target {target} exceeds maximum allowed value of 100"),
        ..-1 => format!("statistics target {target} is too low"),
        _ => return,
    };
    found
        .at(cursor.span_since(start))
        .message("a statistics target is from -1 to 100")
        .answer("22023", words)
        .help("write a number up to 100");
}

fn view(mut cursor: Cursor<'_>, head: &Head, found: &mut Findings<'_>) {
    cursor.eat("IF EXISTS");
    cursor.name();
    if cursor.is("AS") {
        found
            .at(head.span)
            .message("a view's query cannot be altered")
            .answer("42601", "syntax error at or near \"AS\"")
            .help("write CREATE OR REPLACE VIEW");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn changes() {
        finds(&RULE, "ALTER FUNCTION f(int) SET search_path = x", "SET search_path = x");
        finds(
            &RULE,
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 1)",
            "ADD CONSTRAINT c CHECK (VALUE > 1)",
        );
        finds(&RULE, "ALTER DOMAIN d SET NOT NULL", "SET NOT NULL");
        finds(&RULE, "ALTER STATISTICS s SET STATISTICS 1000", "1000");
        finds(&RULE, "ALTER STATISTICS s SET STATISTICS DEFAULT", "DEFAULT");
        finds(&RULE, "ALTER VIEW v AS SELECT 1", "ALTER VIEW");
        finds(&RULE, "DROP DOMAIN IF EXISTS d CASCADE", "CASCADE");
        finds(&RULE, "DROP INDEX CONCURRENTLY IF EXISTS i", "CONCURRENTLY");
        accepts("ALTER DOMAIN d DROP NOT NULL");
        accepts("ALTER STATISTICS s SET STATISTICS -1");
        accepts("DROP INDEX IF EXISTS a, b.c CASCADE");
    }
}
