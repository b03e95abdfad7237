use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "function-attribute",
    title: "a function cannot have this attribute",
    why: "LEAKPROOF is the superuser's to say, and nobody is one on DSQL. There are no transforms for SQL functions, and \
          no support functions, which are written in C.",
    wrong: "CREATE FUNCTION f() RETURNS int LANGUAGE sql LEAKPROOF RETURN 1;",
    right: "CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;",
    help: "leave it out",
    evidence: &[
        "AWS's page on CREATE FUNCTION",
        "PostgreSQL 16: CREATE FUNCTION as a role that is no superuser",
    ],
    check: Check::Parts(&[NodeKind::FunctionOption], check),
    ..Rule::REFUSED
};

fn check(option: Part<'_>, statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = option.cursor();
    if cursor.is("LEAKPROOF") {
        found
            .at(cursor.span())
            .message("only a superuser can say that a function is LEAKPROOF")
            .answer("42501", "only superuser can define a leakproof function");
    } else if cursor.eat("SUPPORT").is_some() {
        let name = cursor.name().map_or_else(String::new, |name| name.to_string());
        found
            .at(option.span())
            .message("there are no support functions")
            .answer("42883", format!("function {name}(internal) does not exist"));
    } else if cursor.eat("TRANSFORM FOR TYPE").is_some() {
        let of_type = statement.range_text(cursor.skip_until(|cursor| cursor.is_punct(",")));
        found
            .at(option.span())
            .message("there are no transforms for SQL functions")
            .answer("42704", format!("transform for type {of_type} language \"sql\" does not exist"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn attributes() {
        for (option, place) in [
            ("LEAKPROOF", "LEAKPROOF"),
            ("SUPPORT s", "SUPPORT s"),
            ("TRANSFORM FOR TYPE integer, FOR TYPE text", "TRANSFORM FOR TYPE integer, FOR TYPE text"),
        ] {
            let sql = format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql {option} AS 'SELECT 1'");
            finds(&RULE, &sql, place);
        }
        accepts("CREATE FUNCTION f() RETURNS int LANGUAGE sql NOT LEAKPROOF AS 'SELECT 1'");
    }
}
