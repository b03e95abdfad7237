use super::{column_type, serial_type};
use crate::ast::{DataType, Kind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-type",
    title: "there is no such type",
    why: "Types come with the server or are domains: DSQL has no enums, no composite types and no extensions. A name \
          that is neither a built-in type nor a domain of the set does not exist.",
    wrong: "CREATE TABLE users (id uuid PRIMARY KEY, email citext);",
    right: "CREATE DOMAIN email AS text; CREATE TABLE users (id uuid PRIMARY KEY, email email);",
    sqlstate: "42704",
    evidence: &[
        "live recordings 2026-09-16, probes enum_column_undefined, enum_cast_undefined and enum_domain_violation",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Types that exist in expressions only.
const RUNTIME: &[&str] = &[
    "void",
    "record",
    "anyelement",
    "anyarray",
    "anycompatible",
    "unknown",
    "cstring",
    "trigger",
    "any",
    "internal",
];

/// Whether the server has a type of this name, stored or not.
pub(crate) fn is_built_in(data_type: &DataType) -> bool {
    let name = data_type.name.as_str();
    let quoted_alias = data_type.quoted && matches!(name, "int" | "decimal" | "dec");
    let known = crate::ast::STORED_TYPES.contains(&name)
        || RUNTIME.contains(&name)
        || column_type::is_refused(name)
        || serial_type::is_serial(data_type);
    known && !quoted_alias && data_type.schema.as_deref().is_none_or(|schema| schema == "pg_catalog")
}

/// Whether a word names a type, so that it may stand for a cast.
pub(crate) fn is_called_so(word: &str) -> bool {
    let lexed = crate::lex::lex(word);
    let mut cursor = crate::cursor::Cursor::new(word, &lexed.tokens);
    crate::parse::data_type(&mut cursor).is_some_and(|data_type| is_built_in(&data_type))
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut types: Vec<DataType> =
        helpers::declared_types(statement).into_iter().map(|(data_type, _)| data_type.clone()).collect();
    // The body of a function has casts of its own, which are in a string.
    if !matches!(statement.kind(), Kind::Other(_) | Kind::CreateFunction(_)) {
        let casts = statement.casts().iter().filter(|cast| cast.of_text);
        types.extend(casts.map(|cast| cast.data_type.clone()));
    }
    types.retain(|one| !is_built_in(one) && !found.schema().has_domain(one.schema.as_deref(), &one.name));
    for data_type in &types {
        let shown = match &data_type.schema {
            Some(schema) => format!("{schema}.{}", data_type.name),
            None => data_type.name.clone(),
        };
        let finding = found.at(data_type.span);
        finding
            .message(format!("there is no type `{shown}`"))
            .server(format!("type \"{shown}\" does not exist"));
        finding.help(match extension_type(&data_type.name) {
            Some((extension, instead)) => format!("it is a type of the extension {extension}, and there are no extensions; use {instead}"),
            None => "use a built-in type, or make the domain in an earlier migration; if the database has it already, \
                     say so with `-- dsql: allow(unknown-type) it exists`"
                .to_owned(),
        });
    }
}

/// Types that people know from extensions, and what to use instead.
fn extension_type(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "citext" => ("citext", "text, with an index on lower(column)"),
        "hstore" => ("hstore", "jsonb"),
        "vector" | "halfvec" | "sparsevec" => ("pgvector", "a vector store outside of the database"),
        "geometry" | "geography" => ("PostGIS", "numeric columns for the coordinates"),
        "ltree" | "lquery" => ("ltree", "text"),
        "cube" => ("cube", "numeric columns"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn columns_domains_and_casts() {
        finds(&RULE, "CREATE TABLE t (a mood)", "mood");
        finds(&RULE, "ALTER TABLE t ADD a app.mood", "app.mood");
        finds(&RULE, "CREATE DOMAIN d AS hstore", "hstore");
        finds(&RULE, "SELECT 'sad'::mood", "mood");
        finds(&RULE, "CREATE TABLE t (a text DEFAULT CAST('x' AS mood))", "mood");
        finds(&RULE, "CREATE TABLE t (a \"int\")", "\"int\"");
        accepts("CREATE DOMAIN mood AS text; CREATE TABLE t (a mood, b public.mood DEFAULT 'sad'::mood)");
        accepts(
            "SELECT 'a'::text::regclass, CAST(x AS \"char\"), '{}'::int[], ARRAY[]::uuid[], now()::timestamptz(3), a::name FROM t",
        );
    }
}
