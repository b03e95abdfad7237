use crate::ast::{Kind, ObjectName};
use crate::rules::{Check, Findings, Rule};
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
        Kind::CreateTable(table) => made_in(&table.name, found),
        Kind::CreateView(view) => made_in(&view.name, found),
        Kind::CreateSequence(sequence) => made_in(&sequence.name, found),
        _ => {}
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
