//! What a `CREATE TABLE` makes, as the catalog shows it.

use dsql_migrate_plan::{Column, ConstraintKind, Fact, TableConstraint, Text};

use crate::ast::{
    ColumnClauseKind, ColumnDef, ConstraintKind as Kind, CreateTable, DataType, Ident, TableBody,
    TableElement, TableOptionKind, UniqueConstraint, cut,
};
use crate::plan::{plan_name, shown_type};
use crate::statement::Statement;

/// The table, with its columns and constraints as far as the statement lists all of them.
pub(super) fn fact(statement: &Statement<'_>, table: &CreateTable) -> Fact {
    let elements = listed(table);
    Fact::Table {
        name: plan_name(&table.name),
        columns: columns(statement, elements).into(),
        constraints: constraints(elements).into(),
    }
}

/// What the statement lists; nothing where `LIKE` or `INHERITS` bring more.
fn listed(table: &CreateTable) -> &[TableElement] {
    let TableBody::Elements(elements) = &table.body else { return &[] };
    let brings = elements.iter().any(|element| matches!(element, TableElement::Like(_)))
        || table.options.iter().any(|option| option.kind == TableOptionKind::Inherits);
    if brings { &[] } else { elements }
}

fn columns(statement: &Statement<'_>, elements: &[TableElement]) -> Vec<Column> {
    let told: Vec<&Ident> = elements.iter().flat_map(not_null).collect();
    let column = |column: &ColumnDef| Column {
        name: kept(&column.name),
        data_type: column.data_type.as_ref().and_then(|one| shown_type::of(statement, one)).map(Text::from),
        not_null: told.iter().any(|name| cut(&name.value) == cut(&column.name.value)),
    };
    elements.iter().filter_map(|element| as_column(element).map(column)).collect()
}

fn as_column(element: &TableElement) -> Option<&ColumnDef> {
    match element {
        TableElement::Column(column) => Some(column),
        _ => None,
    }
}

/// The columns that an element says take no NULL.
fn not_null(element: &TableElement) -> Vec<&Ident> {
    match element {
        TableElement::Column(column) => {
            let says = column.clauses.iter().any(|clause| {
                matches!(
                    clause.kind,
                    ColumnClauseKind::NotNull
                        | ColumnClauseKind::PrimaryKey(_)
                        | ColumnClauseKind::Identity(_)
                )
            });
            let serial = column.data_type.as_ref().is_some_and(is_serial);
            if says || serial { vec![&column.name] } else { Vec::new() }
        }
        TableElement::Constraint(constraint) => match &constraint.kind {
            Kind::PrimaryKey(key) => key.columns.iter().collect(),
            _ => Vec::new(),
        },
        TableElement::Like(_) => Vec::new(),
    }
}

/// No type but an integer with a default and NOT NULL.
fn is_serial(data_type: &DataType) -> bool {
    crate::rules::all::serial_type::is_serial(data_type)
}

/// A key as the server compares it with the others of its table.
#[derive(PartialEq)]
struct Key<'t> {
    columns: Vec<&'t str>,
    include: Vec<&'t str>,
    nulls_not_distinct: bool,
}

impl<'t> Key<'t> {
    /// Of a column of its own, or of the columns that it lists.
    fn new(own: Option<&'t Ident>, key: &'t UniqueConstraint) -> Self {
        let name = |ident: &'t Ident| cut(&ident.value);
        Self {
            columns: own.into_iter().chain(&key.columns).map(name).collect(),
            include: key.include.iter().map(name).collect(),
            nulls_not_distinct: key.nulls_not_distinct,
        }
    }
}

fn constraints(elements: &[TableElement]) -> Vec<TableConstraint> {
    let mut keys = Vec::new();
    let mut others = Vec::new();
    let of = |kind, columns: Vec<&str>| TableConstraint {
        kind,
        columns: columns.into_iter().map(|name| Text::from(name.to_owned())).collect(),
    };
    for element in elements {
        match element {
            TableElement::Column(column) => {
                let own = cut(&column.name.value);
                for clause in &column.clauses {
                    match &clause.kind {
                        ColumnClauseKind::PrimaryKey(key) => {
                            keys.push((true, Key::new(Some(&column.name), key)))
                        }
                        ColumnClauseKind::Unique(key) => {
                            keys.push((false, Key::new(Some(&column.name), key)))
                        }
                        ColumnClauseKind::Check(_) => others.push(of(ConstraintKind::Check, Vec::new())),
                        ColumnClauseKind::References(_) => {
                            others.push(of(ConstraintKind::ForeignKey, vec![own]))
                        }
                        _ => {}
                    }
                }
            }
            TableElement::Constraint(constraint) => match &constraint.kind {
                Kind::PrimaryKey(key) => keys.push((true, Key::new(None, key))),
                Kind::Unique(key) => keys.push((false, Key::new(None, key))),
                Kind::Check(_) => others.push(of(ConstraintKind::Check, Vec::new())),
                Kind::ForeignKey(key) => {
                    let columns = key.columns.iter().map(|column| cut(&column.value)).collect();
                    others.push(of(ConstraintKind::ForeignKey, columns));
                }
                Kind::Exclude => {}
            },
            TableElement::Like(_) => {}
        }
    }
    // The server looks at the primary key first, and drops a key that says what another one has said.
    keys.sort_by_key(|(primary, _)| !primary);
    let mut made: Vec<(bool, Key<'_>)> = Vec::new();
    for (primary, key) in keys {
        if !made.iter().any(|(_, other)| *other == key) {
            made.push((primary, key));
        }
    }
    let keys = made.into_iter().map(|(primary, key)| {
        of(if primary { ConstraintKind::PrimaryKey } else { ConstraintKind::Unique }, key.columns)
    });
    keys.chain(others).collect()
}

/// A name as far as the server keeps it.
fn kept(name: &Ident) -> Text {
    cut(&name.value).to_owned().into()
}

#[cfg(test)]
mod tests {
    use dsql_migrate_plan::Fact;

    use crate::ast::Kind;
    use crate::statement::File;
    use crate::text::Source;

    /// The columns that take no NULL, and the constraints.
    fn made(body: &str) -> (String, Vec<String>) {
        let text = format!("CREATE TABLE t {body}");
        let source = Source::new("a.sql", text.as_str());
        let file = File::read(&source);
        let statement = &file.statements[0];
        let Kind::CreateTable(table) = statement.kind() else { panic!("{text}") };
        let Fact::Table { columns, constraints, .. } = super::fact(statement, table) else {
            panic!("{text}")
        };
        let not_null = columns.iter().filter(|column| column.not_null).map(|column| column.name.as_ref());
        let constraints =
            constraints.iter().map(|one| format!("{} {}", one.kind.letter(), one.columns.join(" ")));
        (not_null.collect::<Vec<_>>().join(" "), constraints.collect())
    }

    #[test]
    fn keys_and_checks_are_told_wherever_they_stand() {
        for (body, not_null, constraints) in [
            ("(id int PRIMARY KEY, a text NOT NULL, b text NULL)", "id a", &["p id"][..]),
            ("(a int, b int, PRIMARY KEY (b, a))", "a b", &["p b a"]),
            ("(a int UNIQUE, b int CHECK (b > 0) CHECK (b < 9))", "", &["u a", "c ", "c "]),
            ("(a int REFERENCES u, b int, FOREIGN KEY (b, a) REFERENCES u (x, y))", "", &["f a", "f b a"]),
            (
                "(id bigint GENERATED BY DEFAULT AS IDENTITY (CACHE 1), n int GENERATED ALWAYS AS (1) STORED)",
                "id",
                &[],
            ),
            ("(id bigserial)", "id", &[]),
            (
                "(a int UNIQUE PRIMARY KEY, b int UNIQUE, CONSTRAINT k UNIQUE (b), UNIQUE (b, a))",
                "a",
                &["p a", "u b", "u b a"],
            ),
            (
                "(a int UNIQUE, UNIQUE NULLS NOT DISTINCT (a), UNIQUE (a) INCLUDE (b), b int)",
                "",
                &["u a", "u a", "u a"],
            ),
            ("(CONSTRAINT c CHECK (true), \"A\" int, CONSTRAINT k PRIMARY KEY (\"A\"))", "A", &["p A", "c "]),
            ("(LIKE other INCLUDING ALL, id int PRIMARY KEY)", "", &[]),
            ("(id int PRIMARY KEY) INHERITS (other)", "", &[]),
            ("AS SELECT 1", "", &[]),
        ] {
            let expected = (not_null.to_owned(), constraints.iter().map(|one| (*one).to_owned()).collect());
            assert_eq!(made(body), expected, "{body}");
        }
    }
}
