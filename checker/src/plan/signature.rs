//! What a function takes: overloads share a name, and only their types tell them apart.

use dsql_migrate_plan::Text;

use crate::ast::{ObjectName, TokenRange};
use crate::cursor::Cursor;
use crate::parse::data_type;
use crate::statement::Statement;

/// The types of the arguments in these parentheses that a call gives, as they are written; `None` where one
/// cannot be read.
pub(super) fn takes(statement: &Statement<'_>, arguments: TokenRange) -> Option<Text> {
    let mut cursor = statement.within(arguments);
    let mut types = Vec::new();
    while !cursor.at_end() {
        let argument = cursor.skip_until(|cursor| cursor.is_punct(","));
        cursor.advance();
        types.extend(argument_type(statement, argument)?);
    }
    Some(types.join(", ").into())
}

/// The type of one argument; an empty answer for one that is only given back.
fn argument_type(statement: &Statement<'_>, argument: TokenRange) -> Option<Option<String>> {
    let mut cursor = statement.within(argument);
    if mode(&mut cursor) {
        return Some(None);
    }
    // `x int` reads as the type x and something behind it.
    let mut unnamed = cursor;
    let mut read = data_type(&mut unnamed).filter(|_| ends(&unnamed));
    if read.is_none() {
        cursor.ident()?;
        if mode(&mut cursor) {
            return Some(None);
        }
        read = data_type(&mut cursor).filter(|_| ends(&cursor));
    }
    let written = statement.slice(read?.span);
    Some(Some(written.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// Reads how an argument is passed; whether it is only given back.
fn mode(cursor: &mut Cursor<'_>) -> bool {
    let given = cursor.eat("INOUT").or_else(|| cursor.eat("IN")).or_else(|| cursor.eat("VARIADIC")).is_some();
    let back = cursor.eat("OUT").is_some();
    back && !given
}

fn ends(cursor: &Cursor<'_>) -> bool {
    cursor.at_end() || cursor.is("DEFAULT") || cursor.is_punct("=") || cursor.is_punct(":=")
}

/// The functions that `DROP FUNCTION` names, each with what it takes where that is said.
pub(super) fn dropped(statement: &Statement<'_>) -> Vec<(ObjectName, Option<Text>)> {
    let mut cursor = statement.cursor();
    cursor.advance();
    cursor.advance();
    cursor.eat("IF EXISTS");
    let mut functions = Vec::new();
    while let Some(name) = cursor.name() {
        let takes = cursor.parens().and_then(|arguments| takes(statement, arguments));
        functions.push((name, takes));
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    functions
}

#[cfg(test)]
mod tests {
    use super::dropped;
    use crate::statement::File;
    use crate::text::Source;

    fn signatures(sql: &str) -> Vec<String> {
        let source = Source::new("a.sql", sql);
        let file = File::read(&source);
        dropped(&file.statements[0])
            .into_iter()
            .map(|(name, takes)| match takes {
                Some(takes) => format!("{name}({takes})"),
                None => name.to_string(),
            })
            .collect()
    }

    #[test]
    fn what_a_call_gives_is_told() {
        for (sql, expected) in [
            ("DROP FUNCTION f", "f"),
            ("DROP FUNCTION f()", "f()"),
            ("DROP FUNCTION s.f(int)", "s.f(int)"),
            ("DROP FUNCTION f(x int, y  double precision)", "f(int, double precision)"),
            ("DROP FUNCTION f(IN x varchar(20), OUT y int)", "f(varchar(20))"),
            (
                "DROP FUNCTION f(x IN app.\"Mood\", INOUT z timestamp with time zone)",
                "f(app.\"Mood\", timestamp with time zone)",
            ),
            ("DROP FUNCTION f(x int DEFAULT 1, y text = 'a,b')", "f(int, text)"),
            ("DROP FUNCTION IF EXISTS f(VARIADIC a int[])", "f(int[])"),
        ] {
            assert_eq!(signatures(sql), [expected], "{sql}");
        }
        assert_eq!(signatures("DROP FUNCTION f(int), g(text) CASCADE"), ["f(int)", "g(text)"]);
    }
}
