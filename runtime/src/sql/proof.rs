//! How the catalog is asked whether a DDL step has happened.
//!
//! One query for all facts of a step, one text column a fact, every name a parameter. `to_regclass` and
//! `current_schemas` follow the search path where the statement gave no schema, as the statement itself did.

use super::quote;
use crate::core::Verdict;
use dsql_migrate_plan::{Column, Fact, Name, RelationKind};

/// A query with text parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<String>,
}

impl Question {
    /// The placeholder of another parameter.
    pub(super) fn bind(&mut self, value: impl Into<String>) -> String {
        self.parameters.push(value.into());
        format!("${}", self.parameters.len())
    }

    pub(super) fn new() -> Self {
        Self { sql: String::new(), parameters: Vec::new() }
    }
}

/// The query whose answer [`judge`] reads: one row, a column for each fact.
pub(crate) fn question(facts: &[Fact]) -> Question {
    let mut question = Question::new();
    let columns: Vec<String> = facts
        .iter()
        .enumerate()
        .map(|(position, fact)| format!("({})::text AS f{position}", ask(&mut question, fact)))
        .collect();
    question.sql = format!("SELECT {}", columns.join(", "));
    question
}

/// A scalar subquery: NULL when the thing is not there, else what of it can be compared.
fn ask(question: &mut Question, fact: &Fact) -> String {
    match fact {
        Fact::Schema { name, .. } => {
            let name = question.bind(name.as_ref());
            format!("SELECT 'there' FROM pg_catalog.pg_namespace WHERE nspname = {name}")
        }
        Fact::OwnSchema => {
            "SELECT 'there' FROM pg_catalog.pg_namespace WHERE nspname = current_user".to_owned()
        }
        Fact::Relation { name, .. } => {
            let relation = question.bind(quote::name(name));
            format!("SELECT relkind FROM pg_catalog.pg_class WHERE oid = to_regclass({relation})")
        }
        Fact::Table { name, .. } => {
            let relation = question.bind(quote::name(name));
            format!(
                "SELECT string_agg(attname || E'\\t' || format_type(atttypid, atttypmod), E'\\n' ORDER BY attnum) \
                 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({relation}) \
                 AND attnum > 0 AND NOT attisdropped"
            )
        }
        Fact::Column { table, column, .. } => of_column(question, table, column, "true"),
        Fact::Identity { table, column, .. } => of_column(question, table, column, "attidentity <> ''"),
        Fact::Generated { table, column, .. } => of_column(question, table, column, "attgenerated <> ''"),
        Fact::Constraint { table, name, .. } => {
            let (relation, name) = (question.bind(quote::name(table)), question.bind(name.as_ref()));
            format!(
                "SELECT convalidated FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass({relation}) \
                 AND conname = {name}"
            )
        }
        Fact::Domain { name, .. } => {
            in_schema(question, name, "pg_type", "typname", "typnamespace", "typtype = 'd'")
        }
        Fact::DomainConstraint { domain, name, .. } => {
            let name = question.bind(name.as_ref());
            let condition = format!(
                "EXISTS (SELECT 1 FROM pg_catalog.pg_constraint c WHERE c.contypid = o.oid AND c.conname = {name})"
            );
            in_schema(question, domain, "pg_type", "typname", "typnamespace", &condition)
        }
        Fact::Function { name, takes: Some(takes), .. } => {
            // The server reads the types as it read those of the statement: names, domains, search path.
            let signature = question.bind(format!("{}({takes})", quote::name(name)));
            format!("SELECT 'there' WHERE to_regprocedure({signature}) IS NOT NULL")
        }
        Fact::Function { name, takes: None, .. } => {
            in_schema(question, name, "pg_proc", "proname", "pronamespace", "true")
        }
        Fact::Statistics { name, .. } => {
            in_schema(question, name, "pg_statistic_ext", "stxname", "stxnamespace", "true")
        }
        Fact::Role { name, .. } => {
            let name = question.bind(name.as_ref());
            format!("SELECT 'there' FROM pg_catalog.pg_roles WHERE rolname = {name}")
        }
        Fact::IamMapping { role, arn, .. } => {
            let (role, arn) = (question.bind(role.as_ref()), question.bind(arn.as_ref()));
            format!(
                "SELECT 'there' FROM sys.iam_pg_role_mappings WHERE pg_role_name = {role} AND arn = {arn} LIMIT 1"
            )
        }
    }
}

/// Whether a table has a column of which the condition holds.
fn of_column(question: &mut Question, table: &Name, column: &str, condition: &str) -> String {
    let (relation, column) = (question.bind(quote::name(table)), question.bind(column));
    format!(
        "SELECT 'there' FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass({relation}) \
         AND attname = {column} AND NOT attisdropped AND {condition}"
    )
}

/// Whether a catalog table has a row of this name, in its schema or on the search path.
fn in_schema(
    question: &mut Question,
    name: &Name,
    catalog: &str,
    column: &str,
    namespace: &str,
    condition: &str,
) -> String {
    let object = question.bind(name.name.as_ref());
    let schema = match &name.schema {
        Some(schema) => format!("= {}", question.bind(schema.as_ref())),
        None => "= ANY (current_schemas(true))".to_owned(),
    };
    format!(
        "SELECT 'there' FROM pg_catalog.{catalog} o JOIN pg_catalog.pg_namespace n ON n.oid = o.{namespace} \
         WHERE o.{column} = {object} AND n.nspname {schema} AND {condition} LIMIT 1"
    )
}

/// What the answer to [`question`] means: all facts hold → happened; a table of that name with other columns →
/// different; anything else → not, since one statement is one transaction.
pub(crate) fn judge(facts: &[Fact], answers: &[Option<String>]) -> Verdict {
    let mut compared = !facts.is_empty();
    let mut all = true;
    for (fact, answer) in facts.iter().zip(answers.iter().chain(std::iter::repeat(&None))) {
        if let (Fact::Table { columns, .. }, Some(found)) = (fact, answer)
            && !columns.is_empty()
            && !same_columns(columns, found)
        {
            return Verdict::Different { expected: show_expected(columns), found: show_found(found) };
        }
        all &= holds(fact, answer.as_deref());
        compared &= match fact {
            Fact::Table { columns, .. } => !columns.is_empty(),
            // There is no more to it than that it is there.
            Fact::IamMapping { .. } => true,
            _ => false,
        };
    }
    if all { Verdict::Happened { compared } } else { Verdict::Absent }
}

fn holds(fact: &Fact, answer: Option<&str>) -> bool {
    match fact {
        Fact::Relation { kind, exists, .. } => answer.is_some_and(|found| is_kind(*kind, found)) == *exists,
        Fact::Constraint { exists: true, validated: true, .. } => answer == Some("true"),
        fact => answer.is_some() == fact.is_there(),
    }
}

fn is_kind(kind: RelationKind, relkind: &str) -> bool {
    let letter = match kind {
        RelationKind::Table => "r",
        RelationKind::View => "v",
        RelationKind::Sequence => "S",
        RelationKind::Index => "i",
    };
    relkind == letter
}

fn found_columns(found: &str) -> impl Iterator<Item = (&str, &str)> {
    found.lines().map(|line| line.split_once('\t').unwrap_or((line, "")))
}

fn same_columns(columns: &[Column], found: &str) -> bool {
    let found: Vec<_> = found_columns(found).collect();
    found.len() == columns.len()
        && columns.iter().zip(found).all(|(column, (name, data_type))| {
            column.name == name
                && column.data_type.as_deref().is_none_or(|expected| same_type(expected, data_type))
        })
}

/// A bare `numeric` is stored as `numeric(18,6)` on DSQL.
fn same_type(expected: &str, found: &str) -> bool {
    const BARE: [&str; 2] = ["numeric", "numeric(18,6)"];
    expected == found || (BARE.contains(&expected) && BARE.contains(&found))
}

fn show_expected(columns: &[Column]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| match &column.data_type {
            Some(data_type) => format!("{} {data_type}", column.name),
            None => column.name.to_string(),
        })
        .collect();
    format!("({})", columns.join(", "))
}

fn show_found(found: &str) -> String {
    let columns: Vec<String> =
        found_columns(found).map(|(name, data_type)| format!("{name} {data_type}")).collect();
    format!("({})", columns.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::name;
    use std::borrow::Cow;

    fn table(columns: &[(&'static str, Option<&'static str>)]) -> Fact {
        Fact::Table {
            name: name("items"),
            columns: columns
                .iter()
                .map(|(name, data_type)| Column {
                    name: Cow::Borrowed(*name),
                    data_type: data_type.map(Cow::Borrowed),
                })
                .collect(),
        }
    }

    fn gone(relation: &'static str) -> Fact {
        Fact::Relation { name: name(relation), kind: RelationKind::Table, exists: false }
    }

    #[test]
    fn names_are_parameters() {
        let facts = [gone("a'; DROP TABLE b; --"), Fact::Schema { name: "s".into(), exists: true }];
        let question = question(&facts);
        assert_eq!(question.parameters, ["\"a'; DROP TABLE b; --\"", "s"]);
        assert!(!question.sql.contains("DROP"), "{}", question.sql);
    }

    #[test]
    fn a_table_with_its_columns_has_been_made() {
        let facts = [table(&[("id", Some("uuid")), ("price", Some("numeric")), ("kind", None)])];
        let answers = [Some("id\tuuid\nprice\tnumeric(18,6)\nkind\tshelf_kind".to_owned())];
        assert_eq!(judge(&facts, &answers), Verdict::Happened { compared: true });
        assert_eq!(judge(&facts, &[None]), Verdict::Absent);
    }

    #[test]
    fn a_table_with_other_columns_is_another_table() {
        let facts = [table(&[("id", Some("uuid"))])];
        assert_eq!(
            judge(&facts, &[Some("id\tuuid\nextra\ttext".to_owned())]),
            Verdict::Different { expected: "(id uuid)".into(), found: "(id uuid, extra text)".into() }
        );
    }

    #[test]
    fn a_constraint_that_must_be_validated_is_not_there_before_it_is() {
        let constraint = |validated| {
            [Fact::Constraint { table: name("items"), name: "c".into(), exists: true, validated }]
        };
        for (validated, answer, happened) in [
            (false, Some("false"), true),
            (true, Some("false"), false),
            (true, Some("true"), true),
            (false, None, false),
        ] {
            let verdict = judge(&constraint(validated), &[answer.map(str::to_owned)]);
            assert_eq!(verdict == Verdict::Happened { compared: false }, happened, "{validated} {answer:?}");
        }
    }

    #[test]
    fn an_overload_is_asked_for_by_its_types() {
        let takes = Some("integer, app.mood".into());
        let question = question(&[Fact::Function { name: name("f"), takes, exists: true }]);
        assert_eq!(question.parameters, ["\"f\"(integer, app.mood)"]);
    }

    #[test]
    fn some_facts_are_not_all() {
        let facts = [gone("a"), gone("b")];
        assert_eq!(judge(&facts, &[None, Some("r".into())]), Verdict::Absent);
        assert_eq!(judge(&facts, &[None, None]), Verdict::Happened { compared: false });
    }
}
