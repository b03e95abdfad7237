use crate::ast::DataType;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "column-type",
    title: "a column cannot be of this type",
    why: "DSQL stores numbers, text, dates and times, boolean, bytea, uuid, json and jsonb, and domains over these. \
          PostgreSQL's other types do not exist as columns, though some can be used in expressions.",
    wrong: "CREATE TABLE hosts (id uuid PRIMARY KEY, address inet);",
    right: "CREATE TABLE hosts (id uuid PRIMARY KEY, address text);",
    evidence: &[
        "live recordings 2026-09-16, probes type_unsupported_*",
        "AWS user guide, data types of September 2026",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Built-in types of PostgreSQL 16 that DSQL does not store, and what to store instead.
const REFUSED: &[(&[&str], &str)] = &[
    (&["money"], "numeric(19,4)"),
    (&["inet", "cidr", "macaddr", "macaddr8", "xml"], "text"),
    (
        &["point", "line", "lseg", "box", "path", "polygon", "circle"],
        "numeric or jsonb columns for the coordinates",
    ),
    (&["tsvector", "tsquery", "gtsvector"], "text, and search outside of the database"),
    (
        &[
            "int4range",
            "int8range",
            "numrange",
            "tsrange",
            "tstzrange",
            "daterange",
            "int4multirange",
            "int8multirange",
            "nummultirange",
            "tsmultirange",
            "tstzmultirange",
            "datemultirange",
        ],
        "two columns, one for each bound",
    ),
    (&["bit", "bit varying"], "bytea, boolean or bigint"),
    (&["pg_lsn", "pg_snapshot", "txid_snapshot", "jsonpath", "refcursor"], "text"),
    (&["name"], "varchar(63)"),
    (&["oid", "xid", "xid8", "cid", "tid"], "bigint"),
    (
        &[
            "regclass",
            "regcollation",
            "regconfig",
            "regdictionary",
            "regnamespace",
            "regoper",
            "regoperator",
            "regproc",
            "regprocedure",
            "regrole",
            "regtype",
            "aclitem",
            "pg_node_tree",
            "int2vector",
            "oidvector",
        ],
        "text",
    ),
];

/// What to store instead of a built-in type that DSQL does not store.
fn instead_of(data_type: &DataType) -> Option<&'static str> {
    if data_type.schema.as_deref().is_some_and(|schema| schema != "pg_catalog") {
        return None;
    }
    // `"char"` is a type of its own, one byte wide; `char` is another name of character.
    if data_type.quoted && data_type.name == "char" {
        return Some("char(1)");
    }
    REFUSED.iter().find(|(names, _)| names.contains(&data_type.name.as_str())).map(|(_, instead)| *instead)
}

/// Whether a name is that of a built-in type that DSQL does not store.
pub(in crate::rules) fn is_refused(name: &str) -> bool {
    REFUSED.iter().any(|(names, _)| names.contains(&name)) || name == "char"
}

/// Whether nothing is known about a type's use in expressions. The types of the catalog itself and inet are
/// known to work, the others are not known.
pub(in crate::rules) fn is_doubtful_in_expressions(data_type: &DataType) -> bool {
    const KNOWN: &[&str] =
        &["inet", "cidr", "name", "oid", "jsonpath", "tsvector", "tsquery", "aclitem", "refcursor"];
    let name = data_type.name.as_str();
    let system =
        KNOWN.contains(&name) || name.starts_with("reg") || name.starts_with("xid") || data_type.quoted;
    instead_of(data_type).is_some() && !system
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for (data_type, _) in
        helpers::declared_types(statement).into_iter().filter(|(data_type, _)| !data_type.array)
    {
        if let Some(instead) = instead_of(data_type) {
            let shown = data_type.display_without_modifiers();
            found
                .at(data_type.span)
                .message(format!("a column cannot be of type `{shown}`"))
                .server(format!("datatype {shown} not supported"))
                .help(format!("use {instead}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn however_it_is_written() {
        for (sql, place, words) in [
            ("CREATE TABLE t (a money)", "money", "datatype money not supported"),
            ("CREATE TABLE t (a varbit(8))", "varbit(8)", "datatype bit varying not supported"),
            ("ALTER TABLE t ADD a \"inet\"", "\"inet\"", "datatype inet not supported"),
            ("CREATE TABLE t (a pg_catalog.point)", "pg_catalog.point", "datatype point not supported"),
            ("CREATE DOMAIN d AS xml", "xml", "datatype xml not supported"),
        ] {
            assert_eq!(finds(&RULE, sql, place).server.map(|server| server.message).as_deref(), Some(words));
        }
    }

    #[test]
    fn every_type_that_is_stored() {
        accepts(
            "CREATE TABLE t (a smallint, b int4, c bigint, d real, e double precision, f numeric(18,6), g dec(10,2),
             h char(10), i varchar(20), j bpchar, k text, l date, m time, n timetz, o timestamp, p timestamptz(3),
             q interval, r boolean, s bytea, t uuid, u json, v jsonb, y float(3))",
        );
        accepts("SELECT '127.0.0.1'::inet");
    }
}
