//! What the names in a statement mean: which objects have them now, as the catalog numbers them.
//!
//! An intent stores this before its statement is sent, under the statement's own search path, so that a proof asks
//! about those very objects later: a name may mean another object once the first one is gone. One scalar text for each
//! fact: `scope|objects|schema`. The scope is where the name is looked for (the numbers of a schema, of schemas or of a
//! table), the objects are the numbers of what has the name there (or column numbers). What a statement makes is a
//! number that was not among them before, what it takes away one that is not among them any more. The schema is that in
//! which something stands that is to go: with it the statement cannot mean another.

use super::quote::{self, literal};
use dsql_migrate_plan::{Fact, Job, Name, Proof, RelationKind, StepKind};
use std::collections::BTreeSet;

/// Stands for a scope that is not there.
const NOWHERE: &str = "?";
/// Answers where the table is gone that a fact is about.
pub(crate) const NO_SCOPE: &str = "gone";
/// Stands for the scope of what has none, such as a role.
const EVERYWHERE: &str = "*";

/// What a name meant at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Numbers of schemas, or of a table; empty for what has no scope.
    pub(crate) scope: Vec<i64>,
    /// The numbers of what has the name.
    pub(crate) objects: BTreeSet<i64>,
    /// The schema that it is in, if it is one, and of what is to go.
    pub(crate) schema: Option<String>,
}

impl Identity {
    /// From `scope|objects|schema`; `None` where there is no such scope.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '|');
        let (scope, objects) = (parts.next()?, parts.next()?);
        let schema = parts.next().filter(|schema| !schema.is_empty()).map(read_name);
        (scope != NOWHERE).then(|| Self {
            scope: numbers(scope).collect(),
            objects: numbers(objects).collect(),
            schema,
        })
    }
}

/// The name of a schema as it stands in a line: a line end in it must not end the line.
fn name_in_line(name: &str) -> String {
    format!(r"pg_catalog.replace(pg_catalog.replace({name}::pg_catalog.text, '\', '\\'), E'\n', '\n')")
}

/// Reads what [`name_in_line`] has made.
fn read_name(text: &str) -> String {
    let mut name = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => name.push(if rest.next() == Some('n') { '\n' } else { '\\' }),
            c => name.push(c),
        }
    }
    name
}

/// The numbers in a text, whatever stands between them.
pub(crate) fn numbers(text: &str) -> impl Iterator<Item = i64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok())
}

/// What an intent holds: the checksum of its file, and the identities of its step's facts in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) file_checksum: String,
    pub(crate) identities: Vec<Option<Identity>>,
}

impl Intent {
    /// From the text in the journal.
    pub(crate) fn parse(text: &str) -> Self {
        let mut lines = text.split('\n');
        let file_checksum = lines.next().unwrap_or_default().to_owned();
        Self { file_checksum, identities: lines.map(Identity::parse).collect() }
    }
}

/// Text to be appended to the first line of an intent: a line for each fact of the step.
pub(crate) fn of_step(step: &StepKind) -> String {
    let nowhere = format!("{NOWHERE}|");
    let lines: Vec<(String, &str)> = match step {
        StepKind::AsyncDdl { job, .. } => vec![(of_job(job, Lookup::Path), &nowhere)],
        StepKind::Ddl { proof: Proof::Facts(facts) | Proof::Repeatable(facts), .. } => {
            let line = |position: usize| match &facts[position] {
                // It is there or not, whatever was before.
                Fact::IamMapping { .. } => (nothing_to_note(), nowhere.as_str()),
                // Where there is no such relation, there is nothing to take away: that is known, too.
                Fact::Relation { exists: false, .. } => (of_fact(facts, position, Lookup::Path), "||"),
                _ => (of_fact(facts, position, Lookup::Path), nowhere.as_str()),
            };
            (0..facts.len()).map(line).collect()
        }
        StepKind::Ddl { proof: Proof::Unknown, .. } | StepKind::Dml { .. } => Vec::new(),
    };
    lines.iter().map(|(line, none)| format!(" || E'\\n' || coalesce({line}, '{none}')")).collect()
}

/// The line of a fact of which nothing is noted.
pub(crate) fn nothing_to_note() -> String {
    format!("(SELECT '{EVERYWHERE}|')")
}

/// Where an unqualified name that the set uses is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// As the server does: on the search path.
    Path,
    /// In the schema in which things are made.
    Creation,
}

/// A query for the table of a job, and for what has the name of its object there: one value, for [`Identity::parse`].
pub(crate) fn ask_job(job: &Job, lookup: Lookup) -> String {
    format!("SELECT {}", of_job(job, lookup))
}

/// `scope|objects` of a job's object now.
fn of_job(job: &Job, lookup: Lookup) -> String {
    let (table, objects) = match job {
        Job::IndexBuild { table, index, .. } => (table, index_of("r.oid", index)),
        Job::ValidateConstraint { table, constraint, .. } => {
            (table, constraint_of("r.oid", constraint, false))
        }
    };
    in_relation(table, lookup, "r.oid", &objects)
}

/// `scope|objects` of a fact now, as a scalar subquery: NULL where there is no such scope.
pub(crate) fn of_fact(facts: &[Fact], position: usize, lookup: Lookup) -> String {
    let Some(fact) = facts.get(position) else { return "(NULL)".to_owned() };
    match fact {
        Fact::Relation { name, exists, .. } => {
            let gone = facts.iter().find_map(|other| match other {
                Fact::Relation { name: old, exists: false, .. } if *exists && other != fact => Some(old),
                _ => None,
            });
            let objects = |scope: &str| objects(fact, scope);
            match (&name.schema, gone) {
                // Another name of an object: in the schema of that object.
                (None, Some(old)) => in_relation(old, lookup, "r.relnamespace", &objects("r.relnamespace")),
                (None, None) if !exists => {
                    let schema = format!(
                        "(SELECT {} FROM pg_catalog.pg_namespace n WHERE n.oid = r.relnamespace)",
                        name_in_line("n.nspname")
                    );
                    let objects = format!("{}, '') || '|' || coalesce({schema}", objects("r.relnamespace"));
                    in_relation(name, lookup, "r.relnamespace", &objects)
                }
                _ => in_schema(name, &objects("n.oid")),
            }
        }
        Fact::Table { name, .. } => in_schema(name, &objects(fact, "n.oid")),
        Fact::Column { table, .. }
        | Fact::Identity { table, .. }
        | Fact::Generated { table, .. }
        | Fact::Constraint { table, .. } => in_relation(table, lookup, "r.oid", &objects(fact, "r.oid")),
        Fact::Domain { name, exists, .. }
        | Fact::Function { name, exists, .. }
        | Fact::Statistics { name, exists } => {
            // What a rename leaves is in the schema of what it was: anywhere where that was looked for.
            let renamed = facts.len() > 1 && facts.iter().any(|other| !other.is_there());
            match (name.schema.is_some(), exists, renamed) {
                (true, ..) | (false, true, false) => in_schema(name, &objects(fact, "n.oid")),
                (false, false, _) => on_path(lookup, fact, OnPath::WhereItIs),
                (false, true, true) => on_path(lookup, fact, OnPath::Anywhere),
            }
        }
        Fact::DomainConstraint { domain, .. } if domain.schema.is_some() => {
            in_schema(domain, &objects(fact, "n.oid"))
        }
        Fact::DomainConstraint { .. } => on_path(lookup, fact, OnPath::Anywhere),
        Fact::Schema { .. } | Fact::OwnSchema | Fact::Role { .. } | Fact::IamMapping { .. } => {
            format!("(SELECT '{EVERYWHERE}|' || coalesce({}, ''))", objects(fact, ""))
        }
    }
}

/// `scope|objects` of what a fact says, where it counts as what it says only if it is of the right kind: a view is no
/// table of that name.
pub(crate) fn of_state(fact: &Fact, lookup: Lookup) -> String {
    match fact {
        Fact::Relation { name, kind, exists: true } => {
            in_schema(name, &relation("n.oid", name, Some(kind_letter(*kind))))
        }
        Fact::Table { name, .. } => in_schema(name, &relation("n.oid", name, Some('r'))),
        _ => of_fact(std::slice::from_ref(fact), 0, lookup),
    }
}

/// The objects of a fact now, in the scope of an intent, as a scalar subquery. What a statement `makes` and renames or
/// moves nothing is of the kind that it says: a table that somebody has made meanwhile is no view of that name. (What
/// `ALTER TABLE` renames need not be a table.)
pub(crate) fn of_fact_in(fact: &Fact, scope: &[i64], makes: bool) -> String {
    let scope: Vec<String> = scope.iter().map(i64::to_string).collect();
    // No object has the number 0.
    let scope = if scope.is_empty() { "0".to_owned() } else { scope.join(", ") };
    match fact {
        Fact::Relation { name, kind, exists: true } if makes => {
            relation(&scope, name, Some(kind_letter(*kind)))
        }
        // Where the table itself is gone, what was in it says nothing.
        Fact::Column { exists: false, .. }
        | Fact::Identity { exists: false, .. }
        | Fact::Generated { exists: false, .. }
        | Fact::Constraint { exists: false, .. } => format!(
            "(SELECT coalesce({}, (SELECT '{NO_SCOPE}' WHERE NOT EXISTS \
             (SELECT 1 FROM pg_catalog.pg_class t WHERE t.oid IN ({scope})))))",
            objects(fact, &scope)
        ),
        _ => objects(fact, &scope),
    }
}

/// A scalar subquery of the numbers of what has the fact's name in a scope: one number, or several as JSON. `scope` is
/// what may stand between the parentheses of `IN (…)`.
fn objects(fact: &Fact, scope: &str) -> String {
    match fact {
        Fact::Relation { name, .. } | Fact::Table { name, .. } => relation(scope, name, None),
        Fact::Column { column, .. } => column_of(scope, column, ""),
        Fact::Identity { column, .. } => column_of(scope, column, " AND a.attidentity <> ''"),
        Fact::Generated { column, .. } => column_of(scope, column, " AND a.attgenerated <> ''"),
        Fact::Constraint { name, validated, .. } => constraint_of(scope, name, *validated),
        Fact::Domain { name, .. } => {
            several("pg_type", "typname", "typnamespace", scope, name, " AND o.typtype = 'd'")
        }
        Fact::Function { name, .. } => several("pg_proc", "proname", "pronamespace", scope, name, ""),
        Fact::Statistics { name, .. } => {
            several("pg_statistic_ext", "stxname", "stxnamespace", scope, name, "")
        }
        Fact::DomainConstraint { domain, name, .. } => format!(
            "(SELECT pg_catalog.json_agg(c.oid)::pg_catalog.text FROM pg_catalog.pg_constraint c \
             JOIN pg_catalog.pg_type o ON o.oid = c.contypid \
             WHERE c.conname = {} AND o.typname = {} AND o.typnamespace IN ({scope}))",
            literal(name),
            literal(&domain.name)
        ),
        Fact::Schema { name, .. } => format!(
            "(SELECT o.oid::pg_catalog.text FROM pg_catalog.pg_namespace o WHERE o.nspname = {})",
            literal(name)
        ),
        Fact::OwnSchema => "(SELECT o.oid::pg_catalog.text FROM pg_catalog.pg_namespace o \
                            WHERE o.nspname = current_user)"
            .to_owned(),
        Fact::Role { name, .. } => format!(
            "(SELECT o.oid::pg_catalog.text FROM pg_catalog.pg_roles o WHERE o.rolname = {})",
            literal(name)
        ),
        Fact::IamMapping { role, arn, .. } => format!(
            "(SELECT '1' FROM sys.iam_pg_role_mappings WHERE pg_role_name = {} AND arn = {} LIMIT 1)",
            literal(role),
            literal(arn)
        ),
    }
}

/// What the server finds under the name of a fact, which need not be of its kind: the row type of a table hides a domain.
fn named(fact: &Fact, scope: &str) -> String {
    match fact {
        Fact::Domain { name, .. } => several("pg_type", "typname", "typnamespace", scope, name, ""),
        _ => objects(fact, scope),
    }
}

fn kind_letter(kind: RelationKind) -> char {
    match kind {
        RelationKind::Table => 'r',
        RelationKind::View => 'v',
        RelationKind::Sequence => 'S',
        RelationKind::Index => 'i',
    }
}

/// No two relations of a schema have one name, whatever their kinds.
fn relation(scope: &str, name: &Name, letter: Option<char>) -> String {
    let kind = letter.map(|letter| format!(" AND c.relkind = '{letter}'")).unwrap_or_default();
    format!(
        "(SELECT c.oid::pg_catalog.text FROM pg_catalog.pg_class c WHERE c.relnamespace IN ({scope}) \
         AND c.relname = {}{kind})",
        literal(&name.name)
    )
}

fn column_of(scope: &str, column: &str, condition: &str) -> String {
    format!(
        "(SELECT a.attnum::pg_catalog.text FROM pg_catalog.pg_attribute a WHERE a.attrelid IN ({scope}) \
         AND a.attname = {} AND NOT a.attisdropped{condition})",
        literal(column)
    )
}

fn constraint_of(scope: &str, name: &str, validated: bool) -> String {
    let condition = if validated { " AND c.convalidated" } else { "" };
    format!(
        "(SELECT c.oid::pg_catalog.text FROM pg_catalog.pg_constraint c WHERE c.conrelid IN ({scope}) \
         AND c.conname = {}{condition})",
        literal(name)
    )
}

/// The number of an index of that name among those of a table.
pub(crate) fn index_of(scope: &str, index: &str) -> String {
    format!(
        "(SELECT c.oid::pg_catalog.text FROM pg_catalog.pg_index x \
         JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid \
         WHERE x.indrelid IN ({scope}) AND c.relname = {})",
        literal(index)
    )
}

fn several(
    catalog: &str,
    column: &str,
    namespace: &str,
    scope: &str,
    name: &Name,
    condition: &str,
) -> String {
    format!(
        "(SELECT pg_catalog.json_agg(o.oid)::pg_catalog.text FROM pg_catalog.{catalog} o \
         WHERE o.{column} = {} AND o.{namespace} IN ({scope}){condition})",
        literal(&name.name)
    )
}

/// Objects in the schema that the name says, or else in the one in which things are made.
fn in_schema(name: &Name, objects: &str) -> String {
    let schema = match &name.schema {
        Some(schema) => literal(schema),
        None => "pg_catalog.current_schema()".to_owned(),
    };
    format!(
        "(SELECT n.oid::pg_catalog.text || '|' || coalesce({objects}, '') FROM pg_catalog.pg_namespace n \
         WHERE n.nspname = {schema})"
    )
}

/// Objects in the scope of a relation `r`.
fn in_relation(relation: &Name, lookup: Lookup, scope: &str, objects: &str) -> String {
    let found = match (&relation.schema, lookup) {
        (None, Lookup::Creation) => format!(
            "JOIN pg_catalog.pg_namespace s ON s.oid = r.relnamespace \
             WHERE s.nspname = pg_catalog.current_schema() AND r.relname = {}",
            literal(&relation.name)
        ),
        _ => format!("WHERE r.oid = pg_catalog.to_regclass({})", literal(&quote::name(relation))),
    };
    format!(
        "(SELECT {scope}::pg_catalog.text || '|' || coalesce({objects}, '') FROM pg_catalog.pg_class r {found})"
    )
}

/// Which schemas of the search path are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnPath {
    /// Those that have an object of the name. Where just one has, that is the one.
    WhereItIs,
    /// All.
    Anywhere,
}

/// Objects in schemas of the search path.
fn on_path(lookup: Lookup, fact: &Fact, which: OnPath) -> String {
    let schemas = match lookup {
        Lookup::Path => "n.nspname = ANY (pg_catalog.current_schemas(false))",
        Lookup::Creation => "n.nspname = pg_catalog.current_schema()",
    };
    let all = format!("SELECT n.oid FROM pg_catalog.pg_namespace n WHERE {schemas}");
    if which == OnPath::Anywhere {
        return format!(
            "(SELECT coalesce(pg_catalog.json_agg(n.oid)::pg_catalog.text, '') || '|' || coalesce({}, '') \
             FROM pg_catalog.pg_namespace n WHERE {schemas})",
            objects(fact, &all)
        );
    }
    format!(
        "(SELECT coalesce(pg_catalog.json_agg(n.oid)::pg_catalog.text, '') || '|' || coalesce({}, '') || '|' \
         || coalesce(CASE WHEN pg_catalog.count(*) = 1 THEN {} END, '') \
         FROM pg_catalog.pg_namespace n WHERE {schemas} AND {} IS NOT NULL)",
        objects(fact, &all),
        name_in_line("pg_catalog.max(n.nspname::pg_catalog.text)"),
        named(fact, "n.oid")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ddl, name};

    #[test]
    fn an_intent_is_read_as_it_was_written() {
        let intent = Intent::parse("0a1b\n2200|16390|app\n?|\n[2200, 16384]|[16400, 16401]|\n*||o\\nd|\\\\n");
        assert_eq!(intent.file_checksum, "0a1b");
        let identity = |scope: &[i64], objects: &[i64], schema: Option<&str>| {
            let objects = objects.iter().copied().collect();
            Some(Identity { scope: scope.to_vec(), objects, schema: schema.map(str::to_owned) })
        };
        let expected = [
            identity(&[2200], &[16390], Some("app")),
            None,
            identity(&[2200, 16384], &[16400, 16401], None),
            identity(&[], &[], Some("o\nd|\\n")),
        ];
        assert_eq!(intent.identities, expected);
        assert_eq!(Intent::parse("0a1b").identities, []);
    }

    #[test]
    fn what_is_dropped_is_looked_for_on_the_path_and_what_is_made_where_things_are_made() {
        let fact = |exists| Fact::Relation { name: name("t"), kind: RelationKind::Table, exists };
        assert!(of_fact(&[fact(false)], 0, Lookup::Path).contains("to_regclass('\"t\"')"));
        assert!(of_fact(&[fact(true)], 0, Lookup::Path).contains("n.nspname = pg_catalog.current_schema()"));
        // A new name is in the schema of the old one.
        let renamed =
            [fact(false), Fact::Relation { name: name("u"), kind: RelationKind::Table, exists: true }];
        let new = of_fact(&renamed, 1, Lookup::Path);
        assert!(new.contains("to_regclass('\"t\"')") && new.contains("'u'"), "{new}");
        assert!(!of_fact(&[fact(false)], 0, Lookup::Creation).contains("to_regclass"));
    }

    #[test]
    fn names_are_quoted() {
        let odd = Fact::Relation {
            name: Name { schema: None, name: "o'\"dd".into() },
            kind: RelationKind::View,
            exists: false,
        };
        assert!(of_fact(&[odd], 0, Lookup::Path).contains("to_regclass('\"o''\"\"dd\"')"));
        assert_eq!(of_step(&ddl("CREATE TABLE t").kind).matches("coalesce").count(), 2);
    }
}
