use crate::ast::{CreateFunction, DataType, FunctionBody, Ident, Kind};
use crate::cursor::Cursor;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "function-signature",
    title: "this function is not fully declared",
    why: "A function names types that exist, says what it returns and in which language it is written, and has a body. \
          DSQL has no extensions, so their types cannot be arguments either.",
    wrong: "CREATE FUNCTION one() RETURNS int AS 'SELECT 1';",
    right: "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    sqlstate: "42P13",
    evidence: &[
        "PostgreSQL: CREATE FUNCTION",
        "live recording 2026-09-16, probe enum_cast_undefined (no such type)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Types of extensions. Another name that is not built in may be a domain, a table or a view of the database.
const OF_EXTENSIONS: &[&str] = &[
    "citext",
    "hstore",
    "vector",
    "halfvec",
    "sparsevec",
    "geometry",
    "geography",
    "ltree",
    "lquery",
    "cube",
    "datetime",
    "blob",
    "nvarchar",
    "tinyint",
];

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateFunction(function) = statement.kind() else { return };
    if function.procedure.is_some() {
        return;
    }
    parameters(statement, found);
    let mut types = arguments(statement, function);
    let (returned, returns) = returned(statement, function);
    types.extend(returned.iter().cloned());
    for data_type in types {
        let name = data_type.name.as_str();
        let own = found.schema().has_domain(data_type.schema.as_deref(), name);
        if OF_EXTENSIONS.contains(&name) && data_type.schema.is_none() && !own
            || super::serial_type::is_serial(&data_type)
        {
            found
                .at(data_type.span)
                .message(format!("there is no type `{name}`"))
                .answer("42704", format!("type \"{name}\" does not exist"))
                .help("name a built-in type or a domain");
        }
    }
    if let Some(trigger) =
        returned.iter().find(|one| matches!(one.name.as_str(), "trigger" | "event_trigger"))
    {
        let sql = function.language.as_ref().is_none_or(|language| language.value == "sql");
        if sql && trigger.schema.is_none() {
            found
                .at(trigger.span)
                .message("there are no triggers, and an SQL function cannot be one")
                .server(format!("SQL functions cannot return type {}", trigger.name))
                .help("do it where the row is written: in the application's statement, or by a column's DEFAULT");
        }
    }
    let head = function.name.span();
    let outputs = statement.within(function.arguments);
    let table = statement.part().is_some_and(|root| root.words().contains("RETURNS TABLE"));
    if table && has_output(outputs) {
        found
            .at(head)
            .message(
                "the columns of RETURNS TABLE are what the function gives: no parameter is OUT beside them",
            )
            .answer("42601", "OUT and INOUT arguments aren't allowed in TABLE functions")
            .help("name all of them in RETURNS TABLE");
        return;
    }
    if !returns && !has_output(outputs) {
        found
            .at(head)
            .message("the function does not say what it returns")
            .server("function result type must be specified")
            .help("write RETURNS and a type behind the arguments; `void` where there is nothing to return");
    } else if function.language.is_none() && !matches!(function.body, FunctionBody::Sql(_)) {
        let finding = found.at(head);
        finding.message("the function does not say its language").server("no language specified");
        finding.suggest(
            "write",
            super::super::helpers::insertion(statement.span.end, " LANGUAGE sql"),
            false,
        );
    } else if let Some(second) = second_string(statement) {
        found
            .at(second)
            .message("a body is one string")
            .server("only one AS item needed for language \"sql\"")
            .help("leave the second out");
    } else if function.body == FunctionBody::Missing
        && function.language.as_ref().is_some_and(|language| language.value == "sql")
    {
        found
            .at(head)
            .message("the function has no body")
            .server("no function body specified")
            .help("write AS $$ SELECT … $$, or RETURN and an expression");
    }
}

/// The second string of `AS '…', '…'`, which is for functions written in C.
fn second_string(statement: &Statement<'_>) -> Option<Span> {
    let root = statement.part().filter(|root| root.is(NodeKind::CreateFunction))?;
    root.all(NodeKind::FunctionOption).find_map(|option| {
        let mut cursor = option.cursor();
        cursor.eat("AS")?;
        cursor.advance();
        cursor.eat_punct(",").map(|_| cursor.span())
    })
}

/// Parameters behind one with a default have defaults, too, and no two are called alike.
fn parameters(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let parameters = statement.part().and_then(|root| root.child(NodeKind::Parameters));
    let Some(mut list) = parameters.map(Part::cursor) else { return };
    let Some(inner) = list.parens() else { return };
    let mut cursor = list.within(inner);
    let mut defaults = false;
    let mut names: Vec<(String, Span)> = Vec::new();
    while !cursor.at_end() {
        let range = cursor.skip_until(|cursor| cursor.is_punct(","));
        let mut one = cursor.within(range);
        cursor.advance();
        let whole = statement.range_span(range);
        let out = one.eat("OUT").is_some();
        let variadic = !out && one.eat("VARIADIC").is_some();
        if !out && !variadic {
            one.eat("INOUT").or_else(|| one.eat("IN OUT")).or_else(|| one.eat("IN"));
        }
        if let Some(name) = parameter_name(one) {
            let first = names.iter().find(|(known, _)| *known == name.value);
            if let Some((_, first)) = first.filter(|_| !out) {
                found
                    .at(name.span)
                    .message(format!("two parameters are called `{}`", name.value))
                    .also(*first, "the first")
                    .server(format!("parameter name \"{}\" used more than once", name.value))
                    .help("give one of them another name");
                return;
            }
            names.push((name.value, name.span));
        }
        one.skip_until(|cursor| cursor.is("DEFAULT") || cursor.is_punct("="));
        if !one.at_end() {
            defaults = true;
        } else if defaults && !out && !variadic {
            found
                .at(whole)
                .message("a parameter before this one has a default, so that this one needs one, too")
                .server("input parameters after one with a default value must also have defaults")
                .help("give it a DEFAULT, or put it before those that have one");
            return;
        }
    }
}

/// The name of `name type`; a type alone has none.
fn parameter_name(mut cursor: Cursor<'_>) -> Option<Ident> {
    let mut type_alone = cursor;
    let whole = crate::parse::data_type(&mut type_alone).is_some()
        && (type_alone.at_end() || type_alone.is("DEFAULT") || type_alone.is_punct("="));
    if whole { None } else { cursor.ident() }
}

/// Whether there is an argument of mode OUT or INOUT.
fn has_output(mut arguments: Cursor<'_>) -> bool {
    while !arguments.at_end() {
        let first = arguments.last_text() == "(" || arguments.last_text() == ",";
        // The mode stands before the name or, in an older style, behind it.
        if arguments.is("OUT") || arguments.is("INOUT") || (first && arguments.are("IN OUT")) {
            return true;
        }
        arguments.skip_group();
    }
    false
}

/// The types of the arguments that have a name, or nothing but a type.
fn arguments(statement: &Statement<'_>, function: &CreateFunction) -> Vec<DataType> {
    let mut cursor = statement.within(function.arguments);
    let mut types = Vec::new();
    while !cursor.at_end() {
        while cursor.is_any(&["IN", "OUT", "INOUT", "VARIADIC"]) {
            cursor.advance();
        }
        types.extend(named_type(&mut cursor));
        cursor.skip_until(|cursor| cursor.is_punct(","));
        cursor.advance();
    }
    types
}

/// `name type` or `type`: a word behind which another one stands is the name, but for types of several words.
fn named_type(cursor: &mut Cursor<'_>) -> Option<DataType> {
    let mut ahead = *cursor;
    let whole = crate::parse::data_type(&mut ahead)?;
    let ends = ahead.at_end()
        || ahead.is_punct(",")
        || ahead.is_punct("=")
        || ahead.is("DEFAULT")
        || ahead.is_punct(":=");
    if ends {
        *cursor = ahead;
        return Some(whole);
    }
    cursor.ident()?;
    while cursor.is_any(&["IN", "OUT", "INOUT", "VARIADIC"]) {
        cursor.advance();
    }
    crate::parse::data_type(cursor)
}

/// The types of `RETURNS`, and whether it is there.
fn returned(statement: &Statement<'_>, function: &CreateFunction) -> (Vec<DataType>, bool) {
    let mut cursor = statement.cursor();
    cursor.seek(function.name.span().end);
    cursor.parens();
    if cursor.eat("RETURNS").is_none() {
        return (Vec::new(), false);
    }
    if cursor.is("TABLE") && cursor.punct_at(1, "(") {
        cursor.advance();
        let Some(inner) = cursor.parens() else { return (Vec::new(), true) };
        let mut columns = cursor.within(inner);
        let mut types = Vec::new();
        while !columns.at_end() {
            columns.ident();
            types.extend(crate::parse::data_type(&mut columns));
            columns.skip_until(|cursor| cursor.is_punct(","));
            columns.advance();
        }
        return (types, true);
    }
    (crate::parse::data_type(&mut cursor).into_iter().collect(), true)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_is_missing() {
        for (sql, words) in [
            ("CREATE FUNCTION f(a int) LANGUAGE sql AS 'SELECT 1'", "function result type must be specified"),
            ("CREATE FUNCTION f(a int) RETURNS int AS 'SELECT 1'", "no language specified"),
            ("CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql", "no function body specified"),
        ] {
            let found = finds(&RULE, sql, "f");
            assert_eq!(found.server.map(|server| server.message).as_deref(), Some(words), "{sql}");
        }
        finds(&RULE, "CREATE FUNCTION f() RETURNS trigger LANGUAGE sql AS 'SELECT 1'", "trigger");
    }

    #[test]
    fn types_that_do_not_exist() {
        for (sql, place) in [
            ("CREATE FUNCTION f(citext) RETURNS int LANGUAGE sql AS 'SELECT 1'", "citext"),
            ("CREATE FUNCTION f(a int, OUT b hstore) LANGUAGE sql AS 'SELECT 1'", "hstore"),
            ("CREATE FUNCTION f(a serial) RETURNS int LANGUAGE sql AS 'SELECT 1'", "serial"),
            ("CREATE FUNCTION f() RETURNS SETOF vector LANGUAGE sql AS 'SELECT 1'", "SETOF vector"),
            (
                "CREATE FUNCTION f() RETURNS TABLE (a int, b geometry(Point, 4326)) LANGUAGE sql AS 'SELECT 1'",
                "geometry(Point, 4326)",
            ),
        ] {
            finds(&RULE, sql, place);
        }
    }

    #[test]
    fn every_form() {
        for sql in [
            "CREATE FUNCTION f(IN a int, b text DEFAULT 'x', OUT c int, VARIADIC d int[]) LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION f(a OUT int) AS 'SELECT 1' LANGUAGE sql",
            "CREATE FUNCTION f(double precision, timestamp with time zone, a character varying) RETURNS int RETURN 1",
            "CREATE FUNCTION f(a t.id%TYPE, b t) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION f(vector int) RETURNS int BEGIN ATOMIC SELECT 1; END",
            "CREATE DOMAIN citext AS text; CREATE FUNCTION f(a citext) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION f(a inet) RETURNS int[] LANGUAGE sql AS 'SELECT NULL'",
        ] {
            accepts(sql);
        }
    }
}
