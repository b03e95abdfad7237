use crate::finding::{Check, Findings, Rule};
use crate::lex::TokenKind;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "query-function",
    title: "this function is not supported",
    why: "DSQL has no geometric types, and of the text search configurations only `simple`.",
    wrong: "SELECT to_tsvector('english', title) FROM items;",
    right: "SELECT to_tsvector('simple', title) FROM items;",
    evidence: &[
        "live recordings 2026-09-18, probes q_geom_line, q_geom_circle and q_fulltext_*",
        "pgrest-lambda live run 2026-08-28 (simple)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Text search functions whose first argument can be a configuration.
const TEXT_SEARCH: &[&str] = &[
    "to_tsvector",
    "to_tsquery",
    "plainto_tsquery",
    "phraseto_tsquery",
    "websearch_to_tsquery",
    "ts_headline",
];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for call in statement.calls() {
        let name = call.name.object();
        // Both are recorded; PostgreSQL's other geometric functions are likely the same, and not known.
        let geometric = matches!(name, "line" | "circle") && in_a_query(statement, call.span.start);
        if geometric {
            found
                .at(call.span)
                .message(format!("there is no type `{name}`"))
                .server(format!("datatype {name} not supported"))
                .help("keep the coordinates in columns of their own");
        }
        if TEXT_SEARCH.contains(&name)
            && let Some((configuration, span)) = configuration(statement, call.span.end)
        {
            found
                .at(span)
                .message(format!("there is no text search configuration `{configuration}`"))
                .answer("42704", format!("text search configuration \"{configuration}\" does not exist"))
                .help("write 'simple', which knows no language, or search outside of the database");
        }
    }
}

/// Whether a call stands in a query: in a definition `line (…)` may be a table with its columns.
fn in_a_query(statement: &Statement<'_>, at: usize) -> bool {
    let before = statement.tokens().iter().rev().find(|token| token.span.end <= at);
    let word = before.map_or_else(String::new, |token| statement.slice(token.span).to_ascii_uppercase());
    !matches!(
        word.as_str(),
        "INTO"
            | "TABLE"
            | "EXISTS"
            | "REFERENCES"
            | "FUNCTION"
            | "ON"
            | "AS"
            | "VIEW"
            | "COLUMN"
            | "WITH"
            | "RECURSIVE"
    )
}

/// The configuration in the first argument, where it is a literal followed by another argument, and is not
/// the one that exists.
fn configuration<'s>(statement: &Statement<'s>, after: usize) -> Option<(&'s str, crate::text::Span)> {
    let tokens = statement.tokens();
    let open = tokens.iter().position(|token| token.span.start >= after)?;
    let literal = tokens.get(open + 1).filter(|token| token.kind == TokenKind::String)?;
    let mut next = open + 2;
    // `'english'::regconfig` says the same.
    if tokens.get(next).is_some_and(|token| statement.slice(token.span) == "::") {
        next += 2;
    }
    if statement.slice(tokens.get(next)?.span) != "," {
        return None;
    }
    let name = statement.slice(literal.span).trim_matches('\'');
    (!matches!(name, "simple" | "pg_catalog.simple")).then_some((name, literal.span))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn functions() {
        finds(&RULE, "SELECT circle('<(0,0),1>'::text)", "circle");
        finds(&RULE, "SELECT 1 WHERE x @@ websearch_to_tsquery('german'::regconfig, 'a')", "'german'");
        accepts("SELECT to_tsvector('a text'), to_tsquery('simple', 'a')");
        accepts("CREATE TABLE line (a int)");
        accepts("INSERT INTO line (a) VALUES (1)");
    }
}
