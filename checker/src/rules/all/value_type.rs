use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;
use crate::value;

pub(crate) static RULE: Rule = Rule {
    id: "value-type",
    title: "a literal is no value of its type",
    why: "The server turns a literal into a value of the column that it is for, or of the type that it is cast to, and \
          refuses it where that cannot be done: whatever the rows are, the statement fails.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, size int); INSERT INTO items (id, size) VALUES (1, 'large');",
    right: "CREATE TABLE items (id int PRIMARY KEY, size int); INSERT INTO items (id, size) VALUES (1, '3');",
    help: "write a value of the type",
    sqlstate: "42804",
    evidence: &["PostgreSQL: datatype_mismatch, invalid_text_representation, string_data_right_truncation"],
    check: Check::Parts(&[NodeKind::Cast, NodeKind::TypedString], check),
    ..Rule::REFUSED
};

/// Strings that are cast: `'x'::int`, `CAST('x' AS int)`, `DATE 'x'`.
fn check(part: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let Some((mut written, text)) = cast_string(part) else { return };
    let Some(data_type) = crate::parse::data_type(&mut written) else { return };
    let built_in =
        !data_type.quoted && data_type.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    if data_type.array || !built_in {
        return;
    }
    if let Some((sqlstate, server)) = value::wrong(&data_type.name, &text) {
        let message = format!("`'{text}'` is no value of type `{}`", data_type.name);
        found.at(part.span()).message(message).answer(sqlstate, server);
    }
}

/// The type of a cast, and the string that it is of.
fn cast_string(part: Part<'_>) -> Option<(crate::cursor::Cursor<'_>, String)> {
    if part.is(NodeKind::TypedString) {
        let written = part.cursor();
        let mut string = written;
        string.skip_until(|cursor| cursor.literal().is_some());
        return Some((written, string.literal()?));
    }
    let mut value = part.first()?;
    while value.is(NodeKind::Paren) {
        value = value.first()?;
    }
    let text = value.is(NodeKind::String).then(|| value.cursor().literal())??;
    Some((part.child(NodeKind::Type)?.cursor(), text))
}
