use crate::ast::{Drop, Kind};
use crate::grammar::Part;

/// `DROP` of what may be there.
pub(super) fn read(part: Part<'_>) -> Option<Kind> {
    let mut cursor = part.cursor();
    cursor.eat("DROP")?;
    let start = cursor.position();
    // The words of the object end where a name begins, or what may stand before one.
    let first = part.first()?.range().start;
    while cursor.position() < first && !cursor.are("IF EXISTS") && !cursor.is("CONCURRENTLY") {
        cursor.advance();
    }
    let object_span = cursor.span_since(start);
    let words = (start..cursor.position()).filter_map(|at| cursor.token_at(at));
    let object: Vec<_> = words.map(|word| cursor.text_of(word).to_ascii_uppercase()).collect();
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_exists = cursor.eat("IF EXISTS").is_some();
    let mut names: Vec<_> = part.children().into_iter().filter_map(|part| part.cursor().name()).collect();
    let words = part.words();
    // `DROP TRIGGER name ON table`.
    let on = if words.ends_with(" ON") || words.ends_with(" ON CASCADE") || words.ends_with(" ON RESTRICT") {
        names.pop()
    } else {
        None
    };
    let mut last = cursor.at(part.range().end.checked_sub(1)?);
    let cascade = if part.last()?.range().end < part.range().end { last.eat("CASCADE") } else { None };
    let drop = Drop { object: object.join(" "), object_span, concurrently, if_exists, names, on, cascade };
    Some(Kind::Drop(Box::new(drop)))
}
