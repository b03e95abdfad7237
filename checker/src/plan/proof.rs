//! How the catalog shows that a statement has happened.
//!
//! Everything here follows from the statement alone. What changes nothing when it is repeated needs no proof.

use dsql_migrate_plan::{Column, Fact, Proof, RelationKind, Text};

use crate::ast::{
    AlterActionKind, AlterColumnKind, AlterTable, AlterTarget, CreateTable, DataType, Drop, Kind, ObjectName,
    TableBody, TableElement,
};
use crate::plan::plan_name;
use crate::statement::Statement;

/// The proof of a DDL statement that starts no job.
pub(super) fn of(statement: &Statement<'_>) -> Proof {
    match statement.kind() {
        Kind::CreateTable(table) => unless_repeatable(table.if_not_exists, || {
            vec![Fact::Table { name: plan_name(&table.name), columns: columns(table).into() }]
        }),
        Kind::CreateView(view) => {
            unless_repeatable(view.or_replace, || vec![relation(&view.name, RelationKind::View, true)])
        }
        Kind::CreateSequence(sequence) => unless_repeatable(sequence.if_not_exists, || {
            vec![relation(&sequence.name, RelationKind::Sequence, true)]
        }),
        Kind::AlterSequence(sequence) => match (&sequence.rename_to, &sequence.set_schema) {
            (Some(to), _) => moved(&sequence.name, RelationKind::Sequence, None, Some(&to.value)),
            (_, Some(schema)) => moved(&sequence.name, RelationKind::Sequence, Some(&schema.value), None),
            _ => Proof::Repeatable,
        },
        Kind::CreateFunction(function) => unless_repeatable(function.or_replace, || {
            vec![Fact::Function { name: plan_name(&function.name), exists: true }]
        }),
        Kind::CreateDomain(domain) => {
            facts(vec![Fact::Domain { name: plan_name(&domain.name), exists: true }])
        }
        Kind::CreateSchema(schema) => match &schema.name {
            Some(name) => unless_repeatable(schema.if_not_exists, || {
                vec![Fact::Schema { name: name.value.clone().into(), exists: true }]
            }),
            None => Proof::Unknown,
        },
        Kind::Drop(drop) => unless_repeatable(drop.if_exists, || dropped(drop)),
        Kind::AlterTable(alter) => altered(alter),
        Kind::Other(head) => other(statement, &head.words),
        _ => Proof::Unknown,
    }
}

fn facts(facts: Vec<Fact>) -> Proof {
    if facts.is_empty() { Proof::Unknown } else { Proof::Facts(facts.into()) }
}

fn unless_repeatable(repeatable: bool, of: impl FnOnce() -> Vec<Fact>) -> Proof {
    if repeatable { Proof::Repeatable } else { facts(of()) }
}

fn relation(name: &ObjectName, kind: RelationKind, exists: bool) -> Fact {
    Fact::Relation { name: plan_name(name), kind, exists }
}

/// The columns that a statement lists; none where `LIKE` brings others.
fn columns(table: &CreateTable) -> Vec<Column> {
    let TableBody::Elements(elements) = &table.body else { return Vec::new() };
    if elements.iter().any(|element| matches!(element, TableElement::Like(_))) {
        return Vec::new();
    }
    let columns = elements.iter().filter_map(|element| match element {
        TableElement::Column(column) => Some(column),
        _ => None,
    });
    columns
        .map(|column| Column {
            name: column.name.value.clone().into(),
            data_type: column.data_type.as_ref().and_then(built_in).map(Text::from),
        })
        .collect()
}

/// The types whose names a catalog shows as this project writes them; of a domain the statement tells nothing.
fn built_in(data_type: &DataType) -> Option<String> {
    let schema = data_type.schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    // A bare numeric reads back as numeric(18,6), a bare character as character(1): not compared.
    let bare = data_type.modifiers.is_empty() && matches!(data_type.name.as_str(), "numeric" | "character");
    (schema && !bare && !data_type.array && crate::ast::STORED_TYPES.contains(&data_type.name.as_str()))
        .then(|| data_type.display())
}

/// The facts of something that has another name or schema now.
fn moved(name: &ObjectName, kind: RelationKind, schema: Option<&str>, object: Option<&str>) -> Proof {
    let mut new = plan_name(name);
    if let Some(schema) = schema {
        new.schema = Some(schema.to_owned().into());
    }
    if let Some(object) = object {
        new.name = object.to_owned().into();
    }
    facts(vec![relation(name, kind, false), Fact::Relation { name: new, kind, exists: true }])
}

fn dropped(drop: &Drop) -> Vec<Fact> {
    let of = |fact: fn(&ObjectName) -> Fact| drop.names.iter().map(fact).collect();
    match drop.object.as_str() {
        "TABLE" => of(|name| relation(name, RelationKind::Table, false)),
        "VIEW" => of(|name| relation(name, RelationKind::View, false)),
        "SEQUENCE" => of(|name| relation(name, RelationKind::Sequence, false)),
        "INDEX" => of(|name| relation(name, RelationKind::Index, false)),
        "DOMAIN" => of(|name| Fact::Domain { name: plan_name(name), exists: false }),
        "SCHEMA" => of(|name| Fact::Schema { name: name.object().to_owned().into(), exists: false }),
        "ROLE" | "USER" | "GROUP" => {
            of(|name| Fact::Role { name: name.object().to_owned().into(), exists: false })
        }
        "STATISTICS" => of(|name| Fact::Statistics { name: plan_name(name), exists: false }),
        // Where other functions of the name remain, this never holds: the step is then run again if in doubt.
        "FUNCTION" | "ROUTINE" => of(|name| Fact::Function { name: plan_name(name), exists: false }),
        _ => Vec::new(),
    }
}

/// One `ALTER TABLE` happens as a whole: what proves any of its actions proves all.
fn altered(alter: &AlterTable) -> Proof {
    let kind = match alter.target {
        AlterTarget::View => RelationKind::View,
        AlterTarget::Index => RelationKind::Index,
        _ => RelationKind::Table,
    };
    let mut found = Vec::new();
    let mut unknown = false;
    for action in &alter.actions {
        match &action.kind {
            AlterActionKind::RenameTo(to) => return moved(&alter.name, kind, None, Some(&to.value)),
            AlterActionKind::SetSchema(schema) => return moved(&alter.name, kind, Some(&schema.value), None),
            action => match action_facts(alter, action) {
                Some(facts) => found.extend(facts),
                None => unknown = true,
            },
        }
    }
    match (found.is_empty(), unknown) {
        (false, _) => Proof::Facts(found.into()),
        (true, false) => Proof::Repeatable,
        (true, true) => Proof::Unknown,
    }
}

/// What shows that an action has happened: nothing where it can be repeated, `None` where it is not known.
fn action_facts(alter: &AlterTable, action: &AlterActionKind) -> Option<Vec<Fact>> {
    let table = || plan_name(&alter.name);
    let column = |name: &str, exists| Fact::Column { table: table(), column: name.to_owned().into(), exists };
    let constraint =
        |name: &str, exists| Fact::Constraint { table: table(), name: name.to_owned().into(), exists };
    let identity =
        |name: &str, exists| Fact::Identity { table: table(), column: name.to_owned().into(), exists };
    Some(match action {
        AlterActionKind::AddColumn { if_not_exists: false, column: new } => {
            vec![column(&new.name.value, true)]
        }
        AlterActionKind::DropColumn { if_exists: false, column: old, .. } => vec![column(&old.value, false)],
        AlterActionKind::RenameColumn { from, to } => {
            vec![column(&from.value, false), column(&to.value, true)]
        }
        AlterActionKind::AddConstraint(new) => vec![constraint(&new.name.as_ref()?.value, true)],
        AlterActionKind::DropConstraint { if_exists: false, name } => vec![constraint(&name.value, false)],
        AlterActionKind::RenameConstraint { from, to } => {
            vec![constraint(&from.value, false), constraint(&to.value, true)]
        }
        AlterActionKind::AlterColumn { column, change } => match change {
            AlterColumnKind::AddIdentity(_) => vec![identity(&column.value, true)],
            AlterColumnKind::DropIdentity(false) => vec![identity(&column.value, false)],
            // Everything that sets what is then set; dropping an expression twice is an error without IF EXISTS.
            AlterColumnKind::DropExpression => return None,
            _ => Vec::new(),
        },
        AlterActionKind::Other(_) => return None,
        _ => Vec::new(),
    })
}

/// Statements that are known by their first words.
fn other(statement: &Statement<'_>, words: &str) -> Proof {
    let mut cursor = statement.cursor();
    let mut after = |words: &str| cursor.eat(words).and_then(|_| cursor.ident());
    match words {
        "COMMENT ON" | "COMMENT" | "GRANT" | "REVOKE" | "ALTER DEFAULT PRIVILEGES" => Proof::Repeatable,
        words if words.starts_with("COMMENT") => Proof::Repeatable,
        "CREATE ROLE" | "CREATE USER" | "CREATE GROUP" => match after(words) {
            Some(role) => facts(vec![Fact::Role { name: role.value.into(), exists: true }]),
            None => Proof::Unknown,
        },
        "CREATE STATISTICS" => {
            let mut cursor = statement.cursor();
            cursor.eat(words);
            let repeatable = cursor.eat("IF NOT EXISTS").is_some();
            match cursor.name().filter(|name| name.object() != "on" && !cursor.is_punct("(")) {
                Some(name) => unless_repeatable(repeatable, || {
                    vec![Fact::Statistics { name: plan_name(&name), exists: true }]
                }),
                None => Proof::Unknown,
            }
        }
        "ALTER SCHEMA" | "ALTER ROLE" | "ALTER USER" | "ALTER DOMAIN" | "ALTER FUNCTION"
        | "ALTER ROUTINE" => renamed(statement, words),
        _ => Proof::Unknown,
    }
}

/// `ALTER … RENAME TO …` of what is no relation; other changes of these set what is then set.
fn renamed(statement: &Statement<'_>, words: &str) -> Proof {
    let mut cursor = statement.cursor();
    cursor.eat(words);
    let Some(from) = cursor.name() else { return Proof::Unknown };
    cursor.parens();
    if cursor.eat("RENAME TO").is_none() {
        return if cursor.is("RENAME") { Proof::Unknown } else { Proof::Repeatable };
    }
    let Some(to) = cursor.ident() else { return Proof::Unknown };
    let old = plan_name(&from);
    let new = dsql_migrate_plan::Name { schema: old.schema.clone(), name: to.value.into() };
    let fact = |name: dsql_migrate_plan::Name, exists| match words {
        "ALTER SCHEMA" => Fact::Schema { name: name.name, exists },
        "ALTER DOMAIN" => Fact::Domain { name, exists },
        "ALTER FUNCTION" | "ALTER ROUTINE" => Fact::Function { name, exists },
        _ => Fact::Role { name: name.name, exists },
    };
    facts(vec![fact(old, false), fact(new, true)])
}
