//! Names that the server chooses where a statement gives none.

use std::collections::{HashMap, HashSet};

use crate::ast::{CreateIndex, Ident, IndexOptionKind};
use crate::cursor::Cursor;
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

/// How many bytes of a name the server keeps.
const MAX_BYTES: usize = crate::ast::MAX_NAME_BYTES;

/// The names that the server chooses for indexes, and for constraints that `ALTER TABLE` adds without one: by the file, and
/// where the index or the constraint begins in it.
pub(crate) type ChosenNames = HashMap<(usize, usize), String>;

/// Whose a schema without a name of its own is, and hence what it is called; `None` for the role at work.
pub(crate) fn schema_owner(statement: &Statement<'_>) -> Option<Ident> {
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is("AUTHORIZATION"));
    cursor.eat("AUTHORIZATION")?;
    let own = cursor.is_any(&["CURRENT_USER", "CURRENT_ROLE", "SESSION_USER"]);
    cursor.ident().filter(|_| !own)
}

/// What the server calls an index's columns, those that it includes among them.
pub(crate) fn index_columns(statement: &Statement<'_>, index: &CreateIndex) -> Vec<String> {
    let keys = index.keys.iter().map(|key| match &key.column {
        Some(column) => column.value.clone(),
        None => statement.with_part(key.expression, label).flatten().unwrap_or_else(|| "expr".to_owned()),
    });
    let included = index.options.iter().filter_map(|option| match &option.kind {
        IndexOptionKind::Include(columns, _) => Some(columns),
        _ => None,
    });
    numbered(keys.chain(included.flatten().map(|column| column.value.clone())))
}

/// The names, with a number behind what is there already.
fn numbered(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    // Where the next number of a name is looked for: an index over one column a thousand times is an error, and
    // must not take long to be called one.
    let mut next: HashMap<String, usize> = HashMap::new();
    let one = |base: String| {
        let number = next.entry(base.clone()).or_insert(0);
        let mut name = base.clone();
        while !taken.insert(name.clone()) {
            *number += 1;
            name = format!("{base}{number}");
        }
        name
    };
    names.map(one).collect()
}

/// The name that the server gives to an expression, in an index or as a column of a query; `None` where it has none.
pub(crate) fn label(value: Part<'_>) -> Option<String> {
    strong_label(value).or_else(|| weak_label(value))
}

/// The names that stay behind a cast, and at the end of a CASE. Casts and parentheses can be thousands deep, so that nothing
/// recurses here.
fn strong_label(mut value: Part<'_>) -> Option<String> {
    loop {
        value = match value.kind() {
            NodeKind::Paren | NodeKind::Cast | NodeKind::Collate | NodeKind::IndexKey => value.first()?,
            NodeKind::Field => match field(value) {
                Some(name) => return Some(name),
                None => value.first()?,
            },
            NodeKind::Case => {
                let is_else =
                    |last: &Part<'_>| value.cursor().at(last.range().start.saturating_sub(1)).is("ELSE");
                value.last().filter(is_else)?
            }
            _ => return own_label(value),
        };
    }
}

/// The last field of a row: `(row).a.b`.
fn field(value: Part<'_>) -> Option<String> {
    let steps = value.children();
    let last = steps.iter().rev().find(|step| step.is(NodeKind::Attribute))?;
    last.last_ident().map(|name| name.value)
}

/// The name of what is no cast and the like.
fn own_label(value: Part<'_>) -> Option<String> {
    match value.kind() {
        NodeKind::Column => field(value).or_else(|| first_word(value)),
        NodeKind::TimeZone => Some("timezone".to_owned()),
        NodeKind::Call => {
            let function = value.child(NodeKind::Function);
            let name = function.and_then(Part::name);
            name.map_or_else(|| first_word(value), |name| Some(name.last()?.value.clone()))
        }
        NodeKind::Special if value.cursor().is("TRIM") => {
            let side = value.cursor().at(value.range().start + 2);
            let name = match () {
                () if side.is("LEADING") => "ltrim",
                () if side.is("TRAILING") => "rtrim",
                () => "btrim",
            };
            Some(name.to_owned())
        }
        NodeKind::Special | NodeKind::KeywordCall | NodeKind::Exists | NodeKind::Grouping => {
            first_word(value)
        }
        NodeKind::Array | NodeKind::ArrayQuery => Some("array".to_owned()),
        NodeKind::Row => Some("row".to_owned()),
        _ => None,
    }
}

fn first_word(value: Part<'_>) -> Option<String> {
    Some(value.cursor().ident()?.value)
}

/// The names that give way to those of what is inside: a cast's type, and CASE.
fn weak_label(mut value: Part<'_>) -> Option<String> {
    while value.is_any(&[NodeKind::Paren, NodeKind::Collate, NodeKind::IndexKey]) {
        value = value.first()?;
    }
    match value.kind() {
        NodeKind::Case => Some("case".to_owned()),
        NodeKind::Cast => type_label(value.last()?.cursor()),
        NodeKind::TypedString | NodeKind::ModifiedString => type_label(value.cursor()),
        _ => None,
    }
}

/// A type as the catalog calls it inside.
fn type_label(mut cursor: Cursor<'_>) -> Option<String> {
    let data_type = crate::parse::data_type(&mut cursor)?;
    let name = match data_type.name.as_str() {
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" => "float8",
        "boolean" => "bool",
        "character varying" => "varchar",
        "character" => "bpchar",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => other,
    };
    Some(name.to_owned())
}

/// Joins the parts with underscores; where they are too long together, the longer of the first two is cut
/// until they fit, as the server does it.
pub(crate) fn join(table: &str, columns: &str, label: &str) -> String {
    // A primary key and a check of several columns are named after the table alone.
    if columns.is_empty() {
        let mut end = table.len().min(MAX_BYTES.saturating_sub(label.len() + 1));
        while !table.is_char_boundary(end) {
            end -= 1;
        }
        return format!("{}_{label}", &table[..end]);
    }
    let (mut first, mut second) = (table, columns);
    while first.len() + second.len() + label.len() + 2 > MAX_BYTES {
        let longer = if first.len() > second.len() { &mut first } else { &mut second };
        let mut end = longer.len().saturating_sub(1);
        while !longer.is_char_boundary(end) {
            end -= 1;
        }
        *longer = &longer[..end];
    }
    format!("{first}_{second}_{label}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_as_the_server_cuts_them() {
        assert_eq!(join("t", "a_b", "idx"), "t_a_b_idx");
        let name = join(&"t".repeat(60), &"c".repeat(40), "idx");
        assert_eq!(name, format!("{}_{}_idx", "t".repeat(29), "c".repeat(29)));
        assert_eq!(join(&"é".repeat(40), "a", "idx").len(), 62);
    }
}
