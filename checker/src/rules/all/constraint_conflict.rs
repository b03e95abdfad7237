use std::collections::HashMap;

use crate::ast::{ColumnClauseKind, ConstraintKind, ForeignKey, Ident, Kind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "constraint-conflict",
    title: "the constraints of this table do not fit together",
    why: "Each constraint of a table has a name of its own, a key names a column once, and a foreign key names as many \
          columns as it refers to. These are PostgreSQL's rules.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, a int CONSTRAINT small CHECK (a < 9), b int CONSTRAINT small CHECK (b < 9));",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, a int CONSTRAINT small_a CHECK (a < 9), b int CONSTRAINT small_b CHECK (b < 9));",
    sqlstate: "42710",
    evidence: &["PostgreSQL: CREATE TABLE"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    names(statement, found);
    for constraint in helpers::table_constraints(statement) {
        match &constraint.kind {
            ConstraintKind::Unique(unique) => once(&unique.columns, "unique", found),
            ConstraintKind::PrimaryKey(unique) => once(&unique.columns, "primary key", found),
            ConstraintKind::ForeignKey(key) => as_many(key, key.columns.len(), found),
            _ => {}
        }
    }
    for clause in statement.columns().flat_map(|column| &column.clauses) {
        if let ColumnClauseKind::References(key) = &clause.kind {
            as_many(key, 1, found);
        }
    }
}

/// A name that stands twice. A name of NOT NULL or of a default is no constraint's on PostgreSQL 16.
fn names(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if !matches!(statement.kind(), Kind::CreateTable(_)) {
        return;
    }
    let is_check = |kind: &ColumnClauseKind| match kind {
        ColumnClauseKind::Check(_) => Some("check"),
        ColumnClauseKind::Unique(_) | ColumnClauseKind::PrimaryKey(_) => Some("index"),
        ColumnClauseKind::References(_) => Some("key"),
        _ => None,
    };
    let of_columns = statement.columns().flat_map(|column| &column.clauses);
    let mut all: Vec<(&Ident, &str)> =
        of_columns.filter_map(|clause| Some((clause.name.as_ref()?, is_check(&clause.kind)?))).collect();
    all.extend(helpers::table_constraints(statement).into_iter().filter_map(|constraint| {
        let kind = match constraint.kind {
            ConstraintKind::Check(_) => "check",
            ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) => "index",
            ConstraintKind::ForeignKey(_) => "key",
            _ => return None,
        };
        Some((constraint.name.as_ref()?, kind))
    }));
    let table = helpers::table_name(statement);
    let mut seen: HashMap<&str, (Span, &str)> = HashMap::new();
    for (name, kind) in all {
        let shown = &name.value;
        let Some((first, earlier)) = seen.insert(shown, (name.span, kind)) else { continue };
        let (sqlstate, words) = match (earlier, kind) {
            ("check", "check") => ("42710", format!("check constraint \"{shown}\" already exists")),
            ("index", "index") => ("42P07", format!("relation \"{shown}\" already exists")),
            _ => ("42710", format!("constraint \"{shown}\" for relation \"{table}\" already exists")),
        };
        found
            .at(name.span)
            .message(format!("two constraints are called `{shown}`"))
            .also(first, "the first")
            .answer(sqlstate, words)
            .help("give one of them another name");
    }
}

/// A key names each column once.
fn once(columns: &[Ident], kind: &str, found: &mut Findings<'_>) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for column in columns {
        let Some(first) = seen.insert(&column.value, column.span) else { continue };
        found
            .at(column.span)
            .message(format!("`{}` stands twice in this key", column.value))
            .also(first, "the first")
            .answer("42701", format!("column \"{}\" appears twice in {kind} constraint", column.value))
            .help("name each column once");
    }
}

/// A foreign key names as many columns as it refers to, where it names these.
fn as_many(key: &ForeignKey, own: usize, found: &mut Findings<'_>) {
    let (Some(first), Some(last)) = (key.referenced.first(), key.referenced.last()) else { return };
    let referenced = key.referenced.len();
    if referenced != own {
        found
            .at(first.span.to(last.span))
            .message(format!(
                "{own} column{} refer{} to {referenced}",
                plural(own),
                if own == 1 { "s" } else { "" }
            ))
            .answer("42830", "number of referencing and referenced columns for foreign key disagree")
            .help("name as many columns on both sides, in the same order");
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn names_and_columns() {
        let said =
            |sql, place| finds(&RULE, sql, place).server.map(|server| server.message).unwrap_or_default();
        assert_eq!(
            said("CREATE TABLE t (a int, b int, CONSTRAINT u UNIQUE (a), CONSTRAINT u UNIQUE (b))", "u"),
            "relation \"u\" already exists"
        );
        assert_eq!(
            said("CREATE TABLE t (a int CONSTRAINT c PRIMARY KEY, CONSTRAINT C CHECK (a > 1))", "C"),
            "constraint \"c\" for relation \"t\" already exists"
        );
        assert_eq!(
            said("CREATE TABLE t (a int, UNIQUE (a, \"a\"))", "\"a\""),
            "column \"a\" appears twice in unique constraint"
        );
        finds(&RULE, "CREATE TABLE t (a int, b int, FOREIGN KEY (a, b) REFERENCES u (x))", "x");
        let found = finds(&RULE, "CREATE TABLE t (a int REFERENCES u (x, y))", "x, y");
        assert_eq!(found.message, "1 column refers to 2");
        finds(&RULE, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a, b) REFERENCES u (x) NOT VALID", "x");
        accepts(
            "CREATE TABLE t (a int CONSTRAINT n NOT NULL CONSTRAINT p PRIMARY KEY, b int CONSTRAINT n NOT NULL, \
             CONSTRAINT f FOREIGN KEY (a, b) REFERENCES u (x, y), FOREIGN KEY (a, b) REFERENCES u)",
        );
    }
}
