//! What tables and indexes are like, for where somebody else may have made them: plain questions by number, compared
//! here. Only what is known for sure is compared.

use crate::core::Verdict;
use dsql_migrate_plan::{Column, IndexDefinition, Name, TableConstraint};

/// A row as text.
type Row = [Option<String>];

/// A query for the columns of a table: number, name, type and whether it takes no NULL, in order.
pub(crate) fn columns(table: i64) -> String {
    format!(
        "SELECT a.attnum::text AS number, a.attname::text AS name, \
         pg_catalog.format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull::text AS not_null \
         FROM pg_catalog.pg_attribute a WHERE a.attrelid = {table} AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attnum"
    )
}

/// A query for the constraints of a table: kind and column numbers.
pub(crate) fn constraints(table: i64) -> String {
    format!(
        "SELECT c.contype::text AS kind, c.conkey AS columns FROM pg_catalog.pg_constraint c \
         WHERE c.conrelid = {table}"
    )
}

/// A query for what an index is like: one row.
pub(crate) fn index(index: i64) -> String {
    format!(
        "SELECT x.indisunique::text AS is_unique, (x.indpred IS NOT NULL)::text AS partial, \
         x.indkey AS keys, x.indnkeyatts::text AS key_count, \
         x.indnullsnotdistinct::text AS nulls_not_distinct \
         FROM pg_catalog.pg_index x WHERE x.indexrelid = {index}"
    )
}

/// A column of a table, as [`columns`] answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundColumn {
    number: i64,
    name: String,
    data_type: String,
    not_null: bool,
}

/// Reads the rows that answer [`columns`].
pub(crate) fn read_columns(rows: &[Vec<Option<String>>]) -> Vec<FoundColumn> {
    let read = |row: &Vec<Option<String>>| {
        Some(FoundColumn {
            number: text(row, 0)?.parse().ok()?,
            name: text(row, 1)?.to_owned(),
            data_type: text(row, 2)?.to_owned(),
            not_null: text(row, 3)? == "true",
        })
    };
    rows.iter().filter_map(read).collect()
}

fn text(row: &Row, position: usize) -> Option<&str> {
    row.get(position).and_then(Option::as_deref)
}

/// Whether a table is what its statement makes: its columns and no others, and at least its constraints.
pub(crate) fn judge_table(
    expected: &[Column],
    expected_constraints: &[TableConstraint],
    columns: &[FoundColumn],
    constraints: &[Vec<Option<String>>],
) -> Verdict {
    let same = expected.is_empty()
        || (expected.len() == columns.len()
            && expected.iter().zip(columns).all(|(expected, found)| same_column(expected, found)));
    let mut rest: Vec<(String, Vec<&str>)> =
        constraints.iter().filter_map(|row| constraint(row, columns)).collect();
    let missing: Vec<String> = expected_constraints
        .iter()
        .filter(|expected| {
            let of: Vec<&str> = expected.columns.iter().map(AsRef::as_ref).collect();
            let is_it = |(kind, columns): &(String, Vec<&str>)| {
                // A check's columns follow from its expression, which is not read.
                kind.starts_with(expected.kind.letter()) && (of.is_empty() || *columns == of)
            };
            match rest.iter().position(is_it) {
                Some(position) => {
                    rest.remove(position);
                    false
                }
                None => true,
            }
        })
        .map(show_constraint)
        .collect();
    if same && missing.is_empty() {
        return Verdict::Happened;
    }
    let lacking = if missing.is_empty() { String::new() } else { format!(" without {}", missing.join(", ")) };
    Verdict::Different {
        expected: show_expected(expected, expected_constraints),
        found: format!("{}{lacking}", show_found(columns)),
    }
}

fn same_column(expected: &Column, found: &FoundColumn) -> bool {
    expected.name == found.name
        && (!expected.not_null || found.not_null)
        && expected.data_type.as_deref().is_none_or(|data_type| data_type == found.data_type)
}

fn constraint<'f>(row: &Row, columns: &'f [FoundColumn]) -> Option<(String, Vec<&'f str>)> {
    let keys = text(row, 1).map(super::identity::numbers).into_iter().flatten();
    Some((text(row, 0)?.to_owned(), keys.filter_map(|number| name_of(number, columns)).collect()))
}

fn name_of(number: i64, columns: &[FoundColumn]) -> Option<&str> {
    columns.iter().find(|column| column.number == number).map(|column| column.name.as_str())
}

/// Whether the index in the row that answers [`index`], of a table with these columns, is what its statement makes.
/// One that is not valid is good for nothing and will be built anew, so it need not be unique yet.
pub(crate) fn judge_index(
    (table, name, expected): (&Name, &str, &IndexDefinition),
    row: &Row,
    columns: &[FoundColumn],
    valid: bool,
) -> Verdict {
    let flag = |position: usize| text(row, position) == Some("true");
    let numbers = text(row, 2).map(super::identity::numbers).into_iter().flatten();
    let all: Vec<Option<&str>> = numbers.map(|number| name_of(number, columns)).collect();
    let count = text(row, 3).and_then(|count| count.parse().ok()).unwrap_or(all.len());
    let (keys, include) = all.split_at(count.min(all.len()));
    let expected_keys: Vec<Option<&str>> = expected.keys.iter().map(|key| key.as_deref()).collect();
    let expected_include: Vec<Option<&str>> =
        expected.include.iter().map(|column| Some(column.as_ref())).collect();
    let same = keys == expected_keys
        && include == expected_include
        && flag(1) == expected.partial
        && (flag(0) == expected.unique || !valid)
        && (flag(4) == expected.nulls_not_distinct || !expected.unique);
    if same {
        return Verdict::Happened;
    }
    let name_or_expression = |key: &Option<&str>| key.map(|column| column.to_owned().into());
    let found = IndexDefinition {
        unique: flag(0),
        keys: keys.iter().map(name_or_expression).collect(),
        include: include.iter().filter_map(|column| column.map(|it| it.to_owned().into())).collect(),
        nulls_not_distinct: flag(4),
        partial: flag(1),
    };
    Verdict::Different { expected: show_index(table, name, expected), found: show_index(table, name, &found) }
}

fn show_expected(columns: &[Column], constraints: &[TableConstraint]) -> String {
    let columns = columns.iter().map(|column| {
        let data_type = column.data_type.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
        format!("{}{data_type}{}", column.name, if column.not_null { " NOT NULL" } else { "" })
    });
    let parts: Vec<String> = columns.chain(constraints.iter().map(show_constraint)).collect();
    format!("({})", parts.join(", "))
}

fn show_constraint(constraint: &TableConstraint) -> String {
    use dsql_migrate_plan::ConstraintKind::{Check, ForeignKey, PrimaryKey, Unique};
    let words = match constraint.kind {
        PrimaryKey => "PRIMARY KEY",
        Unique => "UNIQUE",
        Check => return "CHECK (…)".to_owned(),
        ForeignKey => "FOREIGN KEY",
    };
    format!("{words} ({})", constraint.columns.join(", "))
}

fn show_found(columns: &[FoundColumn]) -> String {
    let columns = columns.iter().map(|column| {
        format!("{} {}{}", column.name, column.data_type, if column.not_null { " NOT NULL" } else { "" })
    });
    format!("({})", columns.collect::<Vec<_>>().join(", "))
}

/// An index as its statement makes it, for people.
pub(crate) fn show_index(table: &Name, name: &str, definition: &IndexDefinition) -> String {
    let keys: Vec<&str> =
        definition.keys.iter().map(|key| key.as_deref().unwrap_or("(expression)")).collect();
    let include = match definition.include.is_empty() {
        true => String::new(),
        false => format!(" INCLUDE ({})", definition.include.join(", ")),
    };
    format!(
        "{}INDEX {name} ON {table} ({}){include}{}{}",
        if definition.unique { "UNIQUE " } else { "" },
        keys.join(", "),
        if definition.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" },
        if definition.partial { " WHERE …" } else { "" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::name;
    use dsql_migrate_plan::ConstraintKind;

    fn row(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|value| Some((*value).to_owned())).collect()
    }

    fn found() -> Vec<FoundColumn> {
        read_columns(&[row(&["1", "id", "uuid", "true"]), row(&["3", "email", "text", "false"])])
    }

    fn column(name: &'static str, data_type: Option<&'static str>, not_null: bool) -> Column {
        Column { name: name.into(), data_type: data_type.map(Into::into), not_null }
    }

    fn constraint(kind: ConstraintKind, columns: &[&'static str]) -> TableConstraint {
        TableConstraint { kind, columns: columns.iter().map(|column| (*column).into()).collect() }
    }

    fn key() -> TableConstraint {
        constraint(ConstraintKind::PrimaryKey, &["id"])
    }

    #[test]
    fn a_table_is_compared_column_by_column() {
        let id = || column("id", Some("uuid"), true);
        let keys = [row(&["p", "{1}"])];
        for (expected, happened) in [
            (vec![id(), column("email", Some("text"), false)], true),
            // What is not known for sure is not compared.
            (vec![id(), column("email", None, false)], true),
            // A stricter table is none that the statement has not made.
            (vec![column("id", Some("uuid"), false), column("email", Some("text"), false)], true),
            (vec![], true),
            (vec![id(), column("email", Some("text"), true)], false),
            (vec![id(), column("email", Some("character varying(20)"), false)], false),
            (vec![id(), column("mail", Some("text"), false)], false),
            (vec![id()], false),
        ] {
            let verdict = judge_table(&expected, &[key()], &found(), &keys);
            assert_eq!(verdict == Verdict::Happened, happened, "{expected:?}: {verdict:?}");
        }
    }

    #[test]
    fn a_table_without_its_constraints_is_another_table() {
        use ConstraintKind::{Check, ForeignKey, Unique};
        let all = [row(&["p", "{1}"]), row(&["u", "{3,1}"]), row(&["c", "{3}"]), row(&["f", "{3}"])];
        let expected = [
            key(),
            constraint(Unique, &["email", "id"]),
            constraint(Check, &[]),
            constraint(ForeignKey, &["email"]),
        ];
        assert_eq!(judge_table(&[], &expected, &found(), &all), Verdict::Happened);
        for gone in 0..all.len() {
            let rest: Vec<_> = (0..all.len()).filter(|at| *at != gone).map(|at| all[at].clone()).collect();
            let verdict = judge_table(&[], &expected, &found(), &rest);
            assert!(matches!(verdict, Verdict::Different { .. }), "without {gone}: {verdict:?}");
        }
        // The order of a key's columns is part of it, and one check is not two.
        let verdict = judge_table(&[], &[constraint(Unique, &["id", "email"])], &found(), &all);
        assert!(matches!(verdict, Verdict::Different { .. }), "{verdict:?}");
        let checks = [constraint(Check, &[]), constraint(Check, &[])];
        assert!(matches!(judge_table(&[], &checks, &found(), &all), Verdict::Different { .. }));
    }

    #[test]
    fn an_index_is_compared_by_all_that_it_says() {
        let expected = |change: &dyn Fn(&mut IndexDefinition)| {
            let mut definition = IndexDefinition {
                unique: true,
                keys: vec![Some("email".into()), None].into(),
                include: vec!["id".into()].into(),
                nulls_not_distinct: false,
                partial: false,
            };
            change(&mut definition);
            definition
        };
        let row = row(&["true", "false", "3 0 1", "2", "false"]);
        let judge = |definition: &IndexDefinition, valid| {
            judge_index((&name("t"), "i", definition), &row, &found(), valid)
        };
        assert_eq!(judge(&expected(&|_| {}), true), Verdict::Happened);
        let changes: [&dyn Fn(&mut IndexDefinition); 6] = [
            &|it| it.unique = false,
            &|it| it.keys = vec![Some("email".into())].into(),
            &|it| it.keys = vec![None, Some("email".into())].into(),
            &|it| it.include = vec![].into(),
            &|it| it.nulls_not_distinct = true,
            &|it| it.partial = true,
        ];
        for (position, change) in changes.iter().enumerate() {
            let verdict = judge(&expected(change), true);
            assert!(matches!(verdict, Verdict::Different { .. }), "{position}: {verdict:?}");
        }
        assert_eq!(judge(&expected(changes[0]), false), Verdict::Happened);
    }
}
