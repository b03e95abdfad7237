use crate::ast::DataType;
use crate::cursor::Cursor;
use crate::lex::TokenKind;

/// PostgreSQL's other names for its types, and the name that it shows.
const ALIASES: &[(&str, &str)] = &[
    ("int", "integer"),
    ("int4", "integer"),
    ("int2", "smallint"),
    ("int8", "bigint"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("bool", "boolean"),
    ("decimal", "numeric"),
    ("dec", "numeric"),
    ("varchar", "character varying"),
    ("char", "character"),
    ("nchar", "character"),
    ("bpchar", "character"),
    ("varbit", "bit varying"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("timestamp", "timestamp without time zone"),
    ("time", "time without time zone"),
];

/// Reads a type.
pub(crate) fn data_type(cursor: &mut Cursor<'_>) -> Option<DataType> {
    let start = cursor.position();
    let set_of = cursor.eat("SETOF").is_some();
    let (name, schema, quoted, modifiers) = base(cursor)?;
    let mut array = array(cursor);
    // `_text` is the catalog's own name of text[].
    let element = name
        .strip_prefix('_')
        .filter(|_| !quoted && schema.as_deref().is_none_or(|schema| schema == "pg_catalog"));
    let element = element.and_then(|element| {
        ALIASES
            .iter()
            .find(|(alias, shown)| *alias == element || *shown == element)
            .map(|(_, shown)| (*shown).to_owned())
            .or_else(|| {
                ["text", "uuid", "date", "interval", "boolean", "numeric", "json", "jsonb", "bytea", "name"]
                    .contains(&element)
                    .then(|| element.to_owned())
            })
    });
    let name = match element {
        Some(element) => {
            array = true;
            element
        }
        None => name,
    };
    Some(DataType { name, schema, quoted, modifiers, array, set_of, span: cursor.span_since(start) })
}

type Base = (String, Option<String>, bool, Vec<i64>);

fn base(cursor: &mut Cursor<'_>) -> Option<Base> {
    if let Some(name) = of_many_words(cursor) {
        return Some(name);
    }
    let name = cursor.name()?;
    let last = name.last()?;
    let schema = name.schema().map(|schema| schema.value.clone());
    // `int` is grammar and means pg_catalog.int4; `"int"` is a name, and there is no type of that name. The
    // catalog's own names (`int4`, `bool`) mean the same with and without quotes.
    let catalog = !matches!(last.value.as_str(), "int" | "decimal" | "dec" | "char" | "nchar");
    let resolves = (!last.quoted && schema.is_none())
        || (catalog && schema.as_deref().is_none_or(|schema| schema == "pg_catalog"));
    let alias = ALIASES.iter().find(|(alias, _)| resolves && *alias == last.value);
    let mut canonical = alias.map_or_else(|| last.value.clone(), |(_, name)| (*name).to_owned());
    let modifiers = if cursor.eat("%TYPE").is_some() { Vec::new() } else { modifiers(cursor) };
    if canonical == "float" && !last.quoted {
        let single = modifiers.first().is_some_and(|precision| *precision <= 24);
        let name = if single { "real" } else { "double precision" };
        return Some((name.to_owned(), schema, false, Vec::new()));
    }
    let quoted = last.quoted && alias.is_none();
    time_zone(cursor, &mut canonical);
    if canonical == "interval" && !last.quoted {
        interval_fields(cursor);
    }
    let modifiers = if modifiers.is_empty() { self::modifiers(cursor) } else { modifiers };
    Some((canonical, schema, quoted, modifiers))
}

/// `double precision`, `character varying`, `national character varying`, `bit varying`.
fn of_many_words(cursor: &mut Cursor<'_>) -> Option<Base> {
    if cursor.eat("DOUBLE PRECISION").is_some() {
        return Some(("double precision".to_owned(), None, false, Vec::new()));
    }
    let national = cursor.is("NATIONAL") && (cursor.word_at(1, "CHARACTER") || cursor.word_at(1, "CHAR"));
    if national {
        cursor.advance();
    }
    let character = cursor.is("CHARACTER") || cursor.is("CHAR") || cursor.is("NCHAR");
    if character || cursor.is("BIT") {
        cursor.advance();
        let varying = cursor.eat("VARYING").is_some();
        let base = if character { "character" } else { "bit" };
        let name = if varying { format!("{base} varying") } else { base.to_owned() };
        return Some((name, None, false, modifiers(cursor)));
    }
    None
}

fn modifiers(cursor: &mut Cursor<'_>) -> Vec<i64> {
    let Some(inner) = cursor.parens() else { return Vec::new() };
    let mut items = cursor.within(inner);
    let mut numbers = Vec::new();
    while let Some(number) = items.integer() {
        numbers.push(number);
        items.eat_punct(",");
    }
    numbers
}

/// `WITH TIME ZONE` and `WITHOUT TIME ZONE` behind `time` and `timestamp`.
fn time_zone(cursor: &mut Cursor<'_>, name: &mut String) {
    let Some(base) = name.strip_suffix(" without time zone").map(str::to_owned) else { return };
    if cursor.eat("WITH TIME ZONE").is_some() {
        *name = format!("{base} with time zone");
    } else {
        cursor.eat("WITHOUT TIME ZONE");
    }
}

/// `INTERVAL YEAR TO MONTH` and the like.
fn interval_fields(cursor: &mut Cursor<'_>) {
    const FIELDS: [&str; 6] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
    if cursor.is_any(&FIELDS) {
        cursor.advance();
        if cursor.eat("TO").is_some() && cursor.is_any(&FIELDS) {
            cursor.advance();
        }
    }
}

/// `[]`, `[3]`, `ARRAY`, `ARRAY[3]`.
fn array(cursor: &mut Cursor<'_>) -> bool {
    let mut array = cursor.eat("ARRAY").is_some();
    while cursor.is_punct("[") {
        let closes = cursor.punct_at(1, "]")
            || (cursor.nth(1).is_some_and(|token| token.kind == TokenKind::Number)
                && cursor.punct_at(2, "]"));
        if !closes {
            break;
        }
        cursor.skip_group();
        array = true;
    }
    array
}

#[cfg(test)]
mod tests {
    use crate::cursor::Cursor;
    use crate::lex::lex;

    fn display(text: &str) -> String {
        let lexed = lex(text);
        let mut cursor = Cursor::new(text, &lexed.tokens);
        let shown = super::data_type(&mut cursor).map_or_else(String::new, |data_type| data_type.display());
        if cursor.at_end() { shown } else { format!("{shown} and more") }
    }

    #[test]
    fn types_are_shown_as_the_server_shows_them() {
        for (written, shown) in [
            ("int", "integer"),
            ("INT4", "integer"),
            ("\"int4\"", "integer"),
            ("\"int\"", "int"),
            ("pg_catalog.int8", "bigint"),
            ("varchar(20)", "character varying(20)"),
            ("character varying (20)", "character varying(20)"),
            ("national character varying(3)", "character varying(3)"),
            ("char(5)", "character(5)"),
            ("float", "double precision"),
            ("float(3)", "real"),
            ("double precision", "double precision"),
            ("timestamp", "timestamp without time zone"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("time with time zone", "time with time zone"),
            ("interval year to month", "interval"),
            ("interval second(3)", "interval(3)"),
            ("dec(10, -2)", "numeric(10,-2)"),
            ("bit varying(8)", "bit varying(8)"),
            ("varbit", "bit varying"),
            ("int[]", "integer[]"),
            ("text ARRAY[4]", "text[]"),
            ("text[3][]", "text[]"),
            ("app.mood", "app.mood"),
            ("pg_catalog.money", "money"),
            ("_text", "text[]"),
            ("_int4", "integer[]"),
        ] {
            assert_eq!(display(written), shown, "{written}");
        }
    }
}
