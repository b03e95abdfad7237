//! How the catalog shows that a statement has happened.
//!
//! Everything here follows from the statement alone. What changes nothing when it is repeated needs no proof; what
//! holds after it is told all the same, for a database that somebody else has made.

use dsql_migrate_plan::{Fact, Proof, RelationKind, Text};

use crate::ast::{
    AlterActionKind, AlterColumnKind, AlterTable, AlterTarget, ConstraintAttributeKind, Drop, Ident, Kind,
    ObjectName, TableConstraint, cut,
};
use crate::cursor::Cursor;
use crate::naming::schema_owner;
use crate::plan::name::{Given, statistics_name};
use crate::plan::{plan_name, signature, table};
use crate::statement::Statement;

/// The proof of a DDL statement that starts no job. `given` are the names that it was given.
pub(super) fn of(statement: &Statement<'_>, given: &[Given]) -> Proof {
    match statement.kind() {
        Kind::CreateTable(created) => leaves(created.if_not_exists, vec![table::fact(statement, created)]),
        Kind::CreateView(view) => {
            leaves(view.or_replace, vec![relation(&view.name, RelationKind::View, true)])
        }
        Kind::CreateSequence(sequence) => {
            leaves(sequence.if_not_exists, vec![relation(&sequence.name, RelationKind::Sequence, true)])
        }
        Kind::AlterSequence(sequence) => match (&sequence.rename_to, &sequence.set_schema) {
            (Some(to), _) => moved(&sequence.name, RelationKind::Sequence, None, Some(&to.value)),
            (_, Some(schema)) => moved(&sequence.name, RelationKind::Sequence, Some(&schema.value), None),
            _ => sets(),
        },
        Kind::CreateFunction(function) => {
            let takes = signature::takes(statement, function.arguments);
            let made = Fact::Function { name: plan_name(&function.name), takes, exists: true };
            leaves(function.or_replace, vec![made])
        }
        Kind::CreateDomain(domain) => {
            facts(vec![Fact::Domain { name: plan_name(&domain.name), exists: true }])
        }
        Kind::CreateSchema(schema) => {
            let made = match schema.name.clone().or_else(|| schema_owner(statement)) {
                Some(name) => Fact::Schema { name: kept(&name.value), exists: true },
                None => Fact::OwnSchema,
            };
            leaves(schema.if_not_exists, vec![made])
        }
        Kind::Drop(drop) => leaves(drop.if_exists, dropped(statement, drop)),
        Kind::AlterTable(alter) => altered(alter, given),
        Kind::Other(head) => other(statement, &head.words, given),
        _ => Proof::Unknown,
    }
}

fn facts(facts: Vec<Fact>) -> Proof {
    if facts.is_empty() { Proof::Unknown } else { Proof::Facts(facts.into()) }
}

/// A name as far as the server keeps it.
fn kept(name: &str) -> Text {
    Text::from(cut(name).to_owned())
}

/// What holds after a statement, which shows that it has run unless it is one that can be repeated.
fn leaves(repeatable: bool, after: Vec<Fact>) -> Proof {
    if repeatable { Proof::Repeatable(after.into()) } else { facts(after) }
}

/// Of a statement that sets what is then set, and leaves nothing that is looked up.
fn sets() -> Proof {
    leaves(true, Vec::new())
}

fn relation(name: &ObjectName, kind: RelationKind, exists: bool) -> Fact {
    Fact::Relation { name: plan_name(name), kind, exists }
}

/// The facts of something that has another name or schema now.
fn moved(name: &ObjectName, kind: RelationKind, schema: Option<&str>, object: Option<&str>) -> Proof {
    let mut new = plan_name(name);
    if let Some(schema) = schema {
        new.schema = Some(cut(schema).to_owned().into());
    }
    if let Some(object) = object {
        new.name = cut(object).to_owned().into();
    }
    facts(vec![relation(name, kind, false), Fact::Relation { name: new, kind, exists: true }])
}

fn dropped(statement: &Statement<'_>, drop: &Drop) -> Vec<Fact> {
    let of = |fact: fn(&ObjectName) -> Fact| drop.names.iter().map(fact).collect();
    match drop.object.as_str() {
        "TABLE" => of(|name| relation(name, RelationKind::Table, false)),
        "VIEW" => of(|name| relation(name, RelationKind::View, false)),
        "SEQUENCE" => of(|name| relation(name, RelationKind::Sequence, false)),
        "INDEX" => of(|name| relation(name, RelationKind::Index, false)),
        "DOMAIN" => of(|name| Fact::Domain { name: plan_name(name), exists: false }),
        "SCHEMA" => of(|name| Fact::Schema { name: kept(name.object()), exists: false }),
        "ROLE" | "USER" | "GROUP" => of(|name| Fact::Role { name: kept(name.object()), exists: false }),
        "STATISTICS" => of(|name| Fact::Statistics { name: plan_name(name), exists: false }),
        "FUNCTION" | "ROUTINE" => signature::dropped(statement)
            .into_iter()
            .map(|(name, takes)| Fact::Function { name: plan_name(&name), takes, exists: false })
            .collect(),
        _ => Vec::new(),
    }
}

/// One `ALTER TABLE` happens as a whole: what proves any of its actions proves all.
fn altered(alter: &AlterTable, given: &[Given]) -> Proof {
    let kind = match alter.target {
        AlterTarget::View => RelationKind::View,
        AlterTarget::Index => RelationKind::Index,
        _ => RelationKind::Table,
    };
    let mut found = Vec::new();
    let (mut proves, mut unknown) = (false, false);
    for action in &alter.actions {
        match &action.kind {
            AlterActionKind::RenameTo(to) => return moved(&alter.name, kind, None, Some(&to.value)),
            AlterActionKind::SetSchema(schema) => return moved(&alter.name, kind, Some(&schema.value), None),
            AlterActionKind::AddConstraint(new) => {
                let name = new.name.as_ref().map(|name| cut(&name.value).to_owned());
                let given = || given.iter().find(|one| one.at == new.span.start);
                match name.or_else(|| given().map(|given| given.name.clone())) {
                    Some(name) => {
                        proves = true;
                        found.push(added(alter, new, name));
                    }
                    None => unknown = true,
                }
            }
            action => match action_facts(alter, action) {
                Some(facts) => {
                    proves |= !facts.is_empty() && !is_repeatable(action);
                    found.extend(facts);
                }
                None => unknown = true,
            },
        }
    }
    if !proves && unknown { Proof::Unknown } else { leaves(!proves, found) }
}

/// Whether an action does nothing where its result is there already.
fn is_repeatable(action: &AlterActionKind) -> bool {
    matches!(
        action,
        AlterActionKind::AddColumn { if_not_exists: true, .. }
            | AlterActionKind::DropColumn { if_exists: true, .. }
            | AlterActionKind::DropConstraint { if_exists: true, .. }
            | AlterActionKind::AlterColumn { change: AlterColumnKind::DropIdentity(true), .. }
    )
}

/// A constraint that is to hold for the rows that are there has to have been checked against them.
fn added(alter: &AlterTable, new: &TableConstraint, name: String) -> Fact {
    let validated = new.attribute(ConstraintAttributeKind::NotValid).is_none();
    Fact::Constraint { table: plan_name(&alter.name), name: name.into(), exists: true, validated }
}

/// What holds after an action: nothing where it sets what is then set, `None` where it is not known.
fn action_facts(alter: &AlterTable, action: &AlterActionKind) -> Option<Vec<Fact>> {
    let table = || plan_name(&alter.name);
    let column =
        |name: &str, exists| Fact::Column { table: table(), column: cut(name).to_owned().into(), exists };
    let constraint = |name: &str, exists| Fact::Constraint {
        table: table(),
        name: cut(name).to_owned().into(),
        exists,
        validated: false,
    };
    let identity =
        |name: &str, exists| Fact::Identity { table: table(), column: cut(name).to_owned().into(), exists };
    Some(match action {
        AlterActionKind::AddColumn { column: new, .. } => vec![column(&new.name.value, true)],
        AlterActionKind::DropColumn { column: old, .. } => vec![column(&old.value, false)],
        AlterActionKind::RenameColumn { from, to } => {
            vec![column(&from.value, false), column(&to.value, true)]
        }
        AlterActionKind::DropConstraint { name, .. } => vec![constraint(&name.value, false)],
        AlterActionKind::RenameConstraint { from, to } => {
            vec![constraint(&from.value, false), constraint(&to.value, true)]
        }
        AlterActionKind::AlterColumn { column, change } => match change {
            AlterColumnKind::AddIdentity(_) => vec![identity(&column.value, true)],
            AlterColumnKind::DropIdentity(_) => vec![identity(&column.value, false)],
            AlterColumnKind::DropExpression => {
                vec![Fact::Generated {
                    table: table(),
                    column: cut(&column.value).to_owned().into(),
                    exists: false,
                }]
            }
            // Everything else sets what is then set.
            _ => Vec::new(),
        },
        AlterActionKind::Other(_) => return None,
        _ => Vec::new(),
    })
}

/// Statements that are known by their first words.
fn other(statement: &Statement<'_>, words: &str, given: &[Given]) -> Proof {
    let mut cursor = statement.cursor();
    let mut after = |words: &str| cursor.eat(words).and_then(|_| cursor.ident());
    match words {
        "COMMENT ON" | "COMMENT" | "GRANT" | "REVOKE" | "ALTER DEFAULT PRIVILEGES" => sets(),
        words if words.starts_with("COMMENT") => sets(),
        "CREATE ROLE" | "CREATE USER" | "CREATE GROUP" => match after(words) {
            Some(role) => facts(vec![Fact::Role { name: kept(&role.value), exists: true }]),
            None => Proof::Unknown,
        },
        "CREATE STATISTICS" => created_statistics(statement, given),
        "AWS IAM GRANT" => mapping(statement, words, "TO"),
        "AWS IAM REVOKE" => mapping(statement, words, "FROM"),
        "ALTER STATISTICS" | "ALTER SCHEMA" | "ALTER ROLE" | "ALTER USER" | "ALTER DOMAIN"
        | "ALTER FUNCTION" | "ALTER ROUTINE" => changed(statement, words),
        _ => Proof::Unknown,
    }
}

fn created_statistics(statement: &Statement<'_>, given: &[Given]) -> Proof {
    let mut cursor = statement.cursor();
    cursor.eat("CREATE STATISTICS");
    let repeatable = cursor.eat("IF NOT EXISTS").is_some();
    let name = statistics_name(statement).map(|name| plan_name(&name));
    match name.or_else(|| given.first().map(Given::plan_name)) {
        Some(name) => leaves(repeatable, vec![Fact::Statistics { name, exists: true }]),
        None => Proof::Unknown,
    }
}

/// `AWS IAM GRANT role TO 'arn'`, `AWS IAM REVOKE role FROM 'arn'`.
fn mapping(statement: &Statement<'_>, words: &str, preposition: &str) -> Proof {
    let mut cursor = statement.cursor();
    cursor.eat(words);
    let role = cursor.ident();
    let arn = cursor.eat(preposition).and_then(|_| cursor.literal());
    match (role, arn) {
        (Some(role), Some(arn)) => {
            let exists = preposition == "TO";
            facts(vec![Fact::IamMapping { role: kept(&role.value), arn: arn.into(), exists }])
        }
        _ => Proof::Unknown,
    }
}

/// `ALTER … RENAME TO …` and `SET SCHEMA …` of what is no relation; other changes of these set what is then set.
fn changed(statement: &Statement<'_>, words: &str) -> Proof {
    let mut cursor = statement.cursor();
    cursor.eat(words);
    let Some(name) = cursor.name() else { return Proof::Unknown };
    let takes = cursor.parens().and_then(|arguments| signature::takes(statement, arguments));
    let old = plan_name(&name);
    let mut new = old.clone();
    if cursor.eat("RENAME TO").is_some() {
        let Some(to) = cursor.ident() else { return Proof::Unknown };
        new.name = kept(&to.value);
    } else if cursor.eat("SET SCHEMA").is_some() {
        let Some(to) = cursor.ident() else { return Proof::Unknown };
        new.schema = Some(kept(&to.value));
    } else {
        return domain_constraint(old, &mut cursor);
    }
    let fact = |name: dsql_migrate_plan::Name, exists| match words {
        "ALTER SCHEMA" => Fact::Schema { name: name.name, exists },
        "ALTER DOMAIN" => Fact::Domain { name, exists },
        "ALTER STATISTICS" => Fact::Statistics { name, exists },
        "ALTER FUNCTION" | "ALTER ROUTINE" => Fact::Function { name, takes: takes.clone(), exists },
        _ => Fact::Role { name: name.name, exists },
    };
    facts(vec![fact(old, false), fact(new, true)])
}

/// What `ALTER DOMAIN` does to a constraint; everything else sets what is then set.
fn domain_constraint(domain: dsql_migrate_plan::Name, cursor: &mut Cursor<'_>) -> Proof {
    let fact = |name: Ident, exists| Fact::DomainConstraint {
        domain: domain.clone(),
        name: kept(&name.value),
        exists,
    };
    if cursor.eat("RENAME CONSTRAINT").is_some() {
        let Some(from) = cursor.ident() else { return Proof::Unknown };
        let to = cursor.eat("TO").and_then(|_| cursor.ident());
        return facts([Some(fact(from, false)), to.map(|to| fact(to, true))].into_iter().flatten().collect());
    }
    if cursor.eat("DROP CONSTRAINT").is_some() {
        let repeatable = cursor.eat("IF EXISTS").is_some();
        return leaves(repeatable, cursor.ident().map(|name| fact(name, false)).into_iter().collect());
    }
    if cursor.is_any(&["RENAME", "ADD"]) { Proof::Unknown } else { sets() }
}
