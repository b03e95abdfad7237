use crate::ast::{Drop, Kind};
use crate::cursor::Cursor;
use crate::parse::Read;

/// The objects whose names are plain. What is not here (`OPERATOR`, `CAST`, …) is read up to its words.
const OBJECTS: &[&str] = &[
    "MATERIALIZED VIEW",
    "FOREIGN TABLE",
    "FOREIGN DATA WRAPPER",
    "EVENT TRIGGER",
    "ACCESS METHOD",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TEXT SEARCH PARSER",
    "TEXT SEARCH TEMPLATE",
    "TABLE",
    "VIEW",
    "INDEX",
    "SEQUENCE",
    "DOMAIN",
    "TYPE",
    "SCHEMA",
    "FUNCTION",
    "PROCEDURE",
    "ROUTINE",
    "AGGREGATE",
    "TRIGGER",
    "POLICY",
    "RULE",
    "EXTENSION",
    "ROLE",
    "USER MAPPING",
    "USER",
    "GROUP",
    "STATISTICS",
    "DATABASE",
    "TABLESPACE",
    "COLLATION",
    "CONVERSION",
    "PUBLICATION",
    "SUBSCRIPTION",
    "SERVER",
    "LANGUAGE",
    "PROCEDURAL LANGUAGE",
    "OWNED",
];

pub(super) fn read(cursor: &mut Cursor<'_>) -> Read {
    cursor.eat("DROP")?;
    let start = cursor.position();
    let mut object =
        OBJECTS.iter().find(|words| cursor.eat(words).is_some()).map(|words| (*words).to_owned());
    if object.is_none() {
        object = cursor.ident().map(|ident| ident.value.to_ascii_uppercase());
    }
    let object_span = cursor.span_since(start);
    let mut drop = Drop {
        object: object?,
        object_span,
        concurrently: cursor.eat("CONCURRENTLY"),
        if_exists: cursor.eat("IF EXISTS").is_some(),
        names: Vec::new(),
        on: None,
        cascade: None,
    };
    if matches!(drop.object.as_str(), "OWNED" | "USER MAPPING" | "CAST" | "OPERATOR" | "TRANSFORM") {
        cursor.skip_until(|_| false);
        return Some(Kind::Drop(Box::new(drop)));
    }
    loop {
        drop.names.push(cursor.name()?);
        cursor.parens();
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    if cursor.eat("ON").is_some() {
        drop.on = cursor.name();
    }
    if matches!(drop.object.as_str(), "ROLE" | "USER" | "GROUP") {
        // Roles are dropped without CASCADE and RESTRICT.
        return Some(Kind::Drop(Box::new(drop)));
    }
    drop.cascade = cursor.eat("CASCADE");
    if drop.cascade.is_none() {
        cursor.eat("RESTRICT");
    }
    Some(Kind::Drop(Box::new(drop)))
}
