use crate::ast::{DmlVerb, Kind, ObjectName};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "system-object",
    title: "this belongs to the system",
    why: "The schema `public` is there and stays; names that begin with `pg_` and the schemas `sys`, `pg_catalog` and \
          `information_schema` are the system's own.",
    wrong: "DROP SCHEMA public CASCADE;",
    right: "DROP SCHEMA library CASCADE;",
    help: "make a schema of your own",
    evidence: &[
        "pgrest-lambda live run 2026-08-28 (CREATE and DROP SCHEMA public)",
        "PostgreSQL: system schemas",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn is_system(schema: &str) -> bool {
    matches!(schema, "sys" | "pg_catalog" | "information_schema" | "pg_toast")
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::CreateSchema(schema) => {
            let Some(name) = &schema.name else { return };
            if name.value.starts_with("pg_") {
                found
                    .at(name.span)
                    .message("a schema's name cannot begin with `pg_`")
                    .answer("42939", format!("unacceptable schema name \"{}\"", name.value));
            } else if name.value == "sys" || (name.value == "public" && !schema.if_not_exists) {
                found
                    .at(name.span)
                    .message(format!("the schema `{}` is there already", name.value))
                    .answer("42P06", format!("schema \"{}\" already exists", name.value))
                    .help("leave it out");
            }
        }
        Kind::Drop(drop) if drop.object == "SCHEMA" => {
            for name in drop.names.iter().filter(|name| name.object() == "public" || is_system(name.object()))
            {
                found
                    .at(name.span())
                    .message(format!("the schema `{name}` cannot be dropped"))
                    .server("feature not supported on system entity");
            }
        }
        Kind::CreateTable(table) => {
            if let Some(schema) = table.name.schema().filter(|schema| schema.value == "pg_temp") {
                found
                    .at(schema.span)
                    .message("there are no temporary tables")
                    .server("TEMPORARY or TEMP table not supported for CREATE TABLE")
                    .help("make a table in a schema of your own");
            }
            made_in(&table.name, found);
        }
        Kind::AlterTable(alter) => changed(&alter.name, "must be owner of table", found),
        Kind::CreateIndex(index) => changed(&index.table, "must be owner of table", found),
        Kind::Drop(drop) if matches!(drop.object.as_str(), "TABLE" | "VIEW" | "INDEX" | "SEQUENCE") => {
            let object = format!("must be owner of {}", drop.object.to_lowercase());
            drop.names.iter().for_each(|name| changed(name, &object, found));
        }
        Kind::Dml(verb) => {
            let mut cursor = statement.cursor();
            let heads: &[&str] = match verb {
                DmlVerb::Insert => &["INSERT INTO"],
                DmlVerb::Update => &["UPDATE ONLY", "UPDATE"],
                DmlVerb::Delete => &["DELETE FROM ONLY", "DELETE FROM"],
                DmlVerb::Copy => &["COPY"],
                DmlVerb::Merge => &[],
            };
            if heads.iter().any(|words| cursor.eat(words).is_some())
                && let Some(name) = cursor.name()
            {
                changed(&name, "permission denied for table", found);
            }
        }
        Kind::CreateView(view) => made_in(&view.name, found),
        Kind::CreateSequence(sequence) => made_in(&sequence.name, found),
        _ => {}
    }
}

/// PostgreSQL's own tables, which go without their schema.
const CATALOGS: &[&str] = &[
    "pg_attrdef",
    "pg_attribute",
    "pg_authid",
    "pg_class",
    "pg_constraint",
    "pg_database",
    "pg_depend",
    "pg_description",
    "pg_index",
    "pg_namespace",
    "pg_proc",
    "pg_roles",
    "pg_sequence",
    "pg_type",
];

/// What belongs to the system is changed by nobody else.
fn changed(name: &ObjectName, words: &str, found: &mut Findings<'_>) {
    let system = match name.schema() {
        Some(schema) => is_system(&schema.value),
        None => CATALOGS.contains(&name.object()),
    };
    if system {
        found
            .at(name.span())
            .message(format!("`{name}` is the system's, and cannot be changed"))
            .answer("42501", format!("{words} {}", name.object()))
            .help("change what belongs to your own schemas");
    }
}

fn made_in(name: &ObjectName, found: &mut Findings<'_>) {
    if let Some(schema) = name.schema().filter(|schema| is_system(&schema.value)) {
        found
            .at(schema.span)
            .message(format!("nothing can be made in the schema `{}`", schema.value))
            .answer("42501", format!("permission denied for schema {}", schema.value));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_nobody_else_changes() {
        for (sql, place) in [
            ("DELETE FROM sys.jobs WHERE job_id = 'x'", "sys.jobs"),
            ("INSERT INTO sys.jobs (job_id) VALUES ('x')", "sys.jobs"),
            ("UPDATE ONLY pg_class SET relname = 'x' WHERE oid = 1", "pg_class"),
            ("ALTER TABLE pg_catalog.pg_class ADD COLUMN a int", "pg_catalog.pg_class"),
            ("DROP TABLE a, information_schema.tables", "information_schema.tables"),
            ("CREATE INDEX ASYNC i ON sys.jobs (status)", "sys.jobs"),
            ("CREATE TABLE pg_temp.t (id int PRIMARY KEY)", "pg_temp"),
        ] {
            finds(&RULE, sql, place);
        }
        accepts("SELECT * FROM sys.jobs");
        accepts("DELETE FROM app.pg_class WHERE id = 1");
        accepts("INSERT INTO jobs SELECT * FROM sys.jobs LIMIT 5");
    }
}
