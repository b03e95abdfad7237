use crate::ast::{AlterSequence, CreateSequence, Kind, Persistence, SequenceOption, SequenceOptionKind};
use crate::cursor::Cursor;
use crate::parse::{Read, data_type};
use crate::source::Span;

pub(super) fn create(cursor: &mut Cursor<'_>, persistence: Option<(Persistence, Span)>) -> Read {
    cursor.advance();
    let if_not_exists = cursor.eat("IF NOT EXISTS").is_some();
    let name = cursor.name()?;
    let options = options(cursor);
    Some(Kind::CreateSequence(Box::new(CreateSequence { persistence, if_not_exists, name, options })))
}

pub(super) fn alter(cursor: &mut Cursor<'_>) -> Read {
    cursor.eat("ALTER SEQUENCE")?;
    let if_exists = cursor.eat("IF EXISTS").is_some();
    let name = cursor.name()?;
    let mut alter = AlterSequence { if_exists, name, options: Vec::new(), rename_to: None, set_schema: None };
    if cursor.eat("RENAME TO").is_some() {
        alter.rename_to = cursor.ident();
    } else if cursor.eat("SET SCHEMA").is_some() {
        alter.set_schema = cursor.ident();
    } else if cursor.eat("OWNER TO").is_some() {
        cursor.ident()?;
    } else {
        alter.options = options(cursor);
    }
    Some(Kind::AlterSequence(Box::new(alter)))
}

/// The options of an identity column, in parentheses, where there are any.
pub(super) fn in_parens(cursor: &mut Cursor<'_>) -> Vec<SequenceOption> {
    cursor.parens().map_or_else(Vec::new, |inner| options(&mut cursor.within(inner)))
}

pub(super) fn options(cursor: &mut Cursor<'_>) -> Vec<SequenceOption> {
    cursor.items(option).into_iter().map(|(kind, span)| SequenceOption { kind, span }).collect()
}

fn option(cursor: &mut Cursor<'_>) -> Option<SequenceOptionKind> {
    use SequenceOptionKind as Option_;
    if cursor.eat("SET GENERATED").is_some() {
        if cursor.eat("BY DEFAULT").is_none() {
            cursor.eat("ALWAYS")?;
        }
        return Some(Option_::SetGenerated);
    }
    // `ALTER COLUMN … SET CACHE 1` says what `CACHE 1` says.
    cursor.eat("SET");
    if cursor.eat("AS").is_some() {
        return data_type(cursor).map(Option_::As);
    }
    if cursor.eat("CACHE").is_some() {
        return cursor.integer().map(Option_::Cache);
    }
    if cursor.eat("OWNED BY").is_some() {
        return cursor.name().map(Option_::OwnedBy);
    }
    if cursor.eat("SEQUENCE NAME").is_some() {
        return cursor.name().map(Option_::SequenceName);
    }
    if cursor.eat("RESTART").is_some() {
        cursor.eat("WITH");
        cursor.integer();
        return Some(Option_::Restart);
    }
    let plain = ["NO MINVALUE", "NO MAXVALUE", "NO CYCLE", "CYCLE", "LOGGED", "UNLOGGED"];
    if plain.iter().any(|words| cursor.eat(words).is_some()) {
        return Some(Option_::Plain);
    }
    let numbered = ["INCREMENT BY", "INCREMENT", "MINVALUE", "MAXVALUE", "START WITH", "START"];
    if numbered.iter().any(|words| cursor.eat(words).is_some()) {
        cursor.integer()?;
        return Some(Option_::Plain);
    }
    None
}
