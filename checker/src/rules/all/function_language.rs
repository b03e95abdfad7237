use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "function-language",
    title: "functions are written in SQL only",
    why: "DSQL has no plpgsql nor any other procedural language, and no procedures of one's own.",
    wrong: "CREATE FUNCTION one() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;",
    right: "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;",
    evidence: &[
        "live recordings 2026-09-18, probes create_function and create_function_plpgsql",
        "dsql-lint 0.2.22 cluster fixtures (procedures)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateFunction(function) = statement.kind() else { return };
    if let Some(span) = function.procedure {
        found.at(span).message("procedures are not supported").server("PROCEDURE is not supported").help(
            "do it in the application, or make a function in SQL where one statement's result is enough",
        );
        return;
    }
    if let Some(language) = function.language.as_ref().filter(|language| language.value != "sql") {
        found
            .at(language.span)
            .message(format!("functions cannot be written in {}", language.value))
            .server(format!("CREATE FUNCTION with language {} not supported", language.value))
            .help("write the body as one SQL query with LANGUAGE sql, or do it in the application");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_language_but_sql() {
        finds(
            &RULE,
            "CREATE OR REPLACE FUNCTION f() RETURNS trigger AS $b$ BEGIN RETURN NEW; END; $b$ LANGUAGE 'plpgsql'",
            "'plpgsql'",
        );
        finds(&RULE, "CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$", "PROCEDURE");
        accepts("CREATE FUNCTION f(a int DEFAULT 1) RETURNS int LANGUAGE SQL IMMUTABLE RETURN a + 1");
        accepts("CREATE FUNCTION f() RETURNS SETOF int BEGIN ATOMIC SELECT 1; SELECT 2; END");
    }
}
