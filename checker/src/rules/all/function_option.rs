use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "function-option",
    title: "this is said about the function already",
    why: "A function has one language, one body, one volatility and so on.",
    wrong: "CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE STABLE RETURN 1;",
    right: "CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;",
    help: "leave one of them out",
    sqlstate: "42601",
    evidence: &["PostgreSQL 16: CREATE FUNCTION"],
    check: Check::Parts(&[NodeKind::CreateFunction], check),
    ..Rule::REFUSED
};

/// What is said about a function: words that one kind of option begins with.
const OPTIONS: &[&[&str]] = &[
    &["IMMUTABLE", "STABLE", "VOLATILE"],
    &["STRICT", "CALLED", "RETURNS"],
    &["SECURITY", "EXTERNAL"],
    &["LEAKPROOF", "NOT"],
    &["LANGUAGE"],
    &["WINDOW"],
    &["COST"],
    &["ROWS"],
    &["SUPPORT"],
    &["PARALLEL"],
    &["AS"],
    &["TRANSFORM"],
];

fn check(function: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let mut seen: [Option<Span>; OPTIONS.len()] = [None; OPTIONS.len()];
    for option in function.all(NodeKind::FunctionOption) {
        let cursor = option.cursor();
        let Some(at) = OPTIONS.iter().position(|words| cursor.is_any(words)) else { continue };
        // A body or a number that follows the word is left out of what is shown.
        let valued = cursor.is_any(&["LANGUAGE", "COST", "ROWS", "SUPPORT", "PARALLEL", "AS", "TRANSFORM"]);
        let span = if valued { cursor.span() } else { option.span() };
        match seen.get_mut(at) {
            Some(Some(first)) => {
                found.at(span).server("conflicting or redundant options").also(*first, "here");
                return;
            }
            Some(place) => *place = Some(span),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn options_that_stand_twice() {
        for (options, place) in [
            ("IMMUTABLE STABLE", "STABLE"),
            ("STRICT CALLED ON NULL INPUT", "CALLED ON NULL INPUT"),
            ("LANGUAGE sql", "LANGUAGE"),
            ("COST 1 SECURITY DEFINER COST 2", "COST"),
            ("PARALLEL SAFE PARALLEL SAFE", "PARALLEL"),
            ("AS 'SELECT 2'", "AS"),
        ] {
            let sql = format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1' {options}");
            finds(&RULE, &sql, place);
        }
    }

    #[test]
    fn what_only_looks_like_it() {
        for sql in [
            "CREATE FUNCTION stable(strict int DEFAULT 1) RETURNS TABLE (cost int) LANGUAGE sql STABLE STRICT COST 5 ROWS 2 \
             PARALLEL SAFE AS 'SELECT 1'",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = a, stable SET DateStyle FROM CURRENT STABLE AS \
             'SELECT 1'",
            "CREATE FUNCTION f() RETURNS int IMMUTABLE BEGIN ATOMIC SELECT 1 AS stable; SELECT 2 AS stable; END",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURNS NULL ON NULL INPUT IMMUTABLE RETURN 1",
        ] {
            accepts(sql);
        }
    }
}
