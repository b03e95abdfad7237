use std::collections::HashMap;

use crate::ast::{ColumnClauseKind, Ident, Kind, TableElement};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "table-columns",
    title: "the columns and keys of a table do not fit together",
    why: "A column stands in a table once, a table has one primary key, and a key names columns that the table has. \
          These are PostgreSQL's rules. DSQL takes 255 columns, and 24 indexes with those of the keys.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, title text, title varchar(20));",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, title text, subtitle varchar(20));",
    sqlstate: "42701",
    evidence: &[
        "PostgreSQL: CREATE TABLE",
        "AWS user guide, quotas, September 2026 (256 columns were accepted on 2026-10-01)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// More columns than this were refused; between the documented 255 and this, sources disagree.
const MAX: usize = 256;

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if !matches!(statement.kind(), Kind::CreateTable(_)) {
        return;
    }
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for column in statement.columns() {
        let name = &column.name;
        if let Some(first) = seen.insert(&name.value, name.span) {
            found
                .at(name.span)
                .message(format!("column `{}` stands twice", name.value))
                .also(first, "the first")
                .server(format!("column \"{}\" specified more than once", name.value))
                .help("give one of them another name, or delete it");
        }
    }
    if let Some(column) = statement.columns().nth(MAX) {
        found
            .at(column.name.span)
            .message(format!("the table has {} columns; 255 is the most", statement.columns().count()))
            .answer("54011", "tables can have at most 255 columns")
            .help("keep what is rarely read together in a second table, or in jsonb");
    }
    let keys = helpers::primary_keys(statement);
    if let [first, second, ..] = keys.as_slice() {
        let table = helpers::table_name(statement);
        found
            .at(*second)
            .message("the table has two primary keys")
            .also(*first, "the first")
            .answer("42P16", format!("multiple primary keys for table \"{table}\" are not allowed"))
            .help("for a key of several columns write PRIMARY KEY (a, b); a second key is UNIQUE");
    }
    indexes(statement, found);
    let like = helpers::elements(statement).iter().any(|element| matches!(element, TableElement::Like(_)));
    let inherits = matches!(statement.kind(), Kind::CreateTable(table) if !table.options.is_empty());
    if !like {
        missing(statement, &seen, found);
    }
    if !like && !inherits {
        missing_in_expressions(statement, &seen, found);
    }
}

/// How many indexes a table has at most, with its keys.
pub(crate) const MAX_INDEXES: usize = 24;

/// The keys of the table itself; what is added later is counted over the set.
fn indexes(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let of_columns = statement.columns().flat_map(|column| &column.clauses).filter_map(|clause| {
        let key = matches!(clause.kind, ColumnClauseKind::Unique(_) | ColumnClauseKind::PrimaryKey(_));
        key.then_some(clause.span)
    });
    let of_table = helpers::table_constraints(statement)
        .into_iter()
        .filter(|constraint| helpers::unique_columns(&constraint.kind).is_some())
        .map(|constraint| constraint.span);
    let mut keys: Vec<_> = of_columns.chain(of_table).collect();
    keys.sort();
    if let Some(span) = keys.get(MAX_INDEXES) {
        let count = keys.len();
        found
            .at(*span)
            .message(format!(
                "the table has {count} indexes; {MAX_INDEXES} is the most, with the primary key and unique constraints"
            ))
            .answer("54000", format!("more than {MAX_INDEXES} indexes per table are not allowed"))
            .help("let one key of several columns serve for two");
    }
}

/// Checks and generated values that read columns that the table does not have.
fn missing_in_expressions(
    statement: &Statement<'_>,
    columns: &HashMap<&str, Span>,
    found: &mut Findings<'_>,
) {
    let mut expressions = Vec::new();
    for clause in statement.columns().flat_map(|column| &column.clauses) {
        match clause.kind {
            ColumnClauseKind::Check(range) => expressions.push(range),
            ColumnClauseKind::Generated(expression) => expressions.push(expression),
            _ => {}
        }
    }
    for constraint in helpers::table_constraints(statement) {
        if let crate::ast::ConstraintKind::Check(range) = constraint.kind {
            expressions.push(range);
        }
    }
    let table = helpers::table_name(statement);
    for range in expressions {
        for name in crate::expr::columns(statement, range) {
            let value = name.value.as_str();
            // A row as a whole is called like its table.
            let known =
                columns.contains_key(value) || crate::expr::SYSTEM_COLUMNS.contains(&value) || value == table;
            if known {
                continue;
            }
            let near = crate::rules::nearest(value, columns.keys().copied());
            let finding = found.at(name.span);
            finding
                .message(format!("the table has no column `{value}`"))
                .answer("42703", format!("column \"{value}\" does not exist"))
                .help(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if name.quoted => "a string stands between single quotes".to_owned(),
                    None => "name a column of the table".to_owned(),
                });
        }
    }
}

/// Keys over columns that the table does not have. `LIKE` may bring any, so it is not asked then.
fn missing(statement: &Statement<'_>, columns: &HashMap<&str, Span>, found: &mut Findings<'_>) {
    let mut names: Vec<&Ident> = Vec::new();
    for constraint in helpers::table_constraints(statement) {
        names.extend(helpers::unique_columns(&constraint.kind).unwrap_or_default());
        names.extend(helpers::included_columns(&constraint.kind));
        if let crate::ast::ConstraintKind::ForeignKey(key) = &constraint.kind {
            names.extend(&key.columns);
        }
    }
    for name in names.into_iter().filter(|name| !columns.contains_key(name.value.as_str())) {
        let near = crate::rules::nearest(&name.value, columns.keys().copied());
        let finding = found.at(name.span);
        finding
            .message(format!("the table has no column `{}`", name.value))
            .answer("42703", format!("column \"{}\" named in key does not exist", name.value));
        match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("name a column of the table"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn keys() {
        finds(&RULE, "CREATE TABLE t (a int PRIMARY KEY, b int, PRIMARY KEY (b))", "PRIMARY KEY");
        let found = finds(&RULE, "CREATE TABLE t (a int, title text, UNIQUE (a, titel))", "titel");
        assert_eq!(found.help.as_deref(), Some("did you mean `title`?"));
        finds(&RULE, "CREATE TABLE t (a int, FOREIGN KEY (b) REFERENCES u)", "b");
        accepts("CREATE TABLE t (LIKE u, a int, UNIQUE (b))");
        accepts("CREATE TABLE t (a int, \"A\" int)");
    }

    #[test]
    fn columns_in_expressions() {
        finds(&RULE, "CREATE TABLE t (a int CHECK (b > 1))", "b");
        finds(&RULE, "CREATE TABLE t (a text, CHECK (a IN (\"x\")))", "\"x\"");
        finds(&RULE, "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (titel + 1) STORED)", "titel");
        accepts("CREATE TABLE t (LIKE u, CHECK (b > 1))");
        accepts(
            "CREATE TABLE t (a int, year date CHECK (EXTRACT(year FROM year) > 1 AND ctid IS NOT NULL AND t IS NOT NULL \
             AND current_user <> 'x' AND t.a > 1 AND date '2026-01-01' < year))",
        );
    }

    #[test]
    fn many_keys() {
        let table = |count: usize| {
            let columns: Vec<_> = (1..count).map(|n| format!("c{n} int UNIQUE")).collect();
            format!("CREATE TABLE t ({}, id int, PRIMARY KEY (id))", columns.join(", "))
        };
        accepts(&table(super::MAX_INDEXES));
        finds(&RULE, &table(super::MAX_INDEXES + 1), "PRIMARY KEY (id)");
    }

    #[test]
    fn many_columns() {
        let columns = |count: usize| (0..count).map(|n| format!("c{n} int")).collect::<Vec<_>>().join(", ");
        finds(&RULE, &format!("CREATE TABLE t ({})", columns(257)), "c256");
        accepts(&format!("CREATE TABLE t ({})", columns(255)));
    }
}
