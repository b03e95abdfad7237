use crate::ast::{ColumnClause, ColumnClauseKind, Kind};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "column-conflict",
    title: "what is said about this column contradicts itself",
    why: "A column has one source of values (a default, an identity or a generated value), and is NULL or NOT NULL. \
          These are PostgreSQL's rules, as is that a column has a type of its own.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, rating int NULL NOT NULL);",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, rating int NOT NULL);",
    sqlstate: "42601",
    evidence: &["PostgreSQL: CREATE TABLE"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// Types that stand for others in functions' signatures, and belong to no column.
const PSEUDO: &[&str] = &[
    "any",
    "anyelement",
    "anyarray",
    "anycompatible",
    "anyenum",
    "anynonarray",
    "anyrange",
    "cstring",
    "internal",
    "record",
    "trigger",
    "unknown",
    "void",
];

/// What a domain cannot say, which is less than a column can.
fn domain(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateDomain(domain) = statement.kind() else { return };
    let mut null: Option<&ColumnClause> = None;
    let mut default: Option<&ColumnClause> = None;
    for clause in &domain.clauses {
        let (seen, words) = match clause.kind {
            ColumnClauseKind::PrimaryKey(_) => (None, "primary key constraints not possible for domains"),
            ColumnClauseKind::Unique(_) => (None, "unique constraints not possible for domains"),
            ColumnClauseKind::References(_) => (None, "foreign key constraints not possible for domains"),
            ColumnClauseKind::Null | ColumnClauseKind::NotNull => {
                let first = null.replace(clause).filter(|first| first.kind != clause.kind);
                let Some(first) = first else { continue };
                (Some(first), "conflicting NULL/NOT NULL constraints")
            }
            ColumnClauseKind::Default(_) => {
                let Some(first) = default.replace(clause) else { continue };
                (Some(first), "multiple default expressions")
            }
            ColumnClauseKind::Identity(_) | ColumnClauseKind::Generated(_) => (None, ""),
            _ => continue,
        };
        let finding = found.at(clause.span);
        finding
            .message("a domain cannot say this")
            .help("leave it out, and say it at the columns of the domain");
        if !words.is_empty() {
            finding.server(words);
        }
        if let Some(first) = seen {
            finding
                .message("this contradicts what the domain is said to be already")
                .also(first.span, "said here");
        }
    }
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    domain(statement, found);
    let table = statement
        .alter_table()
        .map_or_else(|| crate::rules::table_name(statement), |alter| alter.name.object().to_owned());
    for column in statement.columns() {
        let name = &column.name.value;
        for (position, clause) in column.clauses.iter().enumerate() {
            let earlier = column.clauses.iter().take(position);
            let Some((first, words)) =
                earlier.filter_map(|first| Some((first, conflict(first, clause)?))).next()
            else {
                continue;
            };
            let words = words.replace("{column}", name).replace("{table}", &table);
            found
                .at(clause.span)
                .message(format!("this contradicts what `{name}` is said to be already"))
                .also(first.span, "said here")
                .server(words)
                .help("keep one of the two");
        }
        if let Some(data_type) =
            column.data_type.as_ref().filter(|one| one.set_of || PSEUDO.contains(&one.name.as_str()))
        {
            let shown = data_type.display();
            found
                .at(data_type.span)
                .message(format!("`{shown}` is not a type of a column"))
                .answer("42P16", format!("column \"{name}\" has pseudo-type {shown}"))
                .help("give the column a type that holds values");
        }
    }
}

/// The server's words where two clauses of one column exclude each other.
fn conflict(first: &ColumnClause, second: &ColumnClause) -> Option<&'static str> {
    use ColumnClauseKind::{Default, Generated, Identity, NotNull, Null};
    Some(match (&first.kind, &second.kind) {
        (Null, NotNull | Identity(_)) | (NotNull | Identity(_), Null) => {
            "conflicting NULL/NOT NULL declarations for column \"{column}\" of table \"{table}\""
        }
        (Default(_), Default(_)) => {
            "multiple default values specified for column \"{column}\" of table \"{table}\""
        }
        (Identity(_), Identity(_)) => {
            "multiple identity specifications for column \"{column}\" of table \"{table}\""
        }
        (Generated(_), Generated(_)) => {
            "multiple generation clauses specified for column \"{column}\" of table \"{table}\""
        }
        (Default(_), Identity(_)) | (Identity(_), Default(_)) => {
            "both default and identity specified for column \"{column}\" of table \"{table}\""
        }
        (Default(_), Generated(_)) | (Generated(_), Default(_)) => {
            "both default and generation expression specified for column \"{column}\" of table \"{table}\""
        }
        (Identity(_), Generated(_)) | (Generated(_), Identity(_)) => {
            "both identity and generation expression specified for column \"{column}\" of table \"{table}\""
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn conflicts() {
        finds(&RULE, "CREATE TABLE t (a int DEFAULT 1 DEFAULT 2)", "DEFAULT 2");
        finds(
            &RULE,
            "CREATE TABLE t (a bigint DEFAULT 1 GENERATED ALWAYS AS IDENTITY (CACHE 1))",
            "GENERATED ALWAYS AS IDENTITY (CACHE 1)",
        );
        finds(&RULE, "CREATE TABLE t (a record)", "record");
        finds(&RULE, "CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) NULL)", "NULL");
        for (clause, place) in [
            ("PRIMARY KEY", "PRIMARY KEY"),
            ("NOT NULL UNIQUE", "UNIQUE"),
            ("REFERENCES t", "REFERENCES t"),
            ("NOT NULL NULL", "NULL"),
            ("DEFAULT 1 DEFAULT 2", "DEFAULT 2"),
        ] {
            finds(&RULE, &format!("CREATE DOMAIN d AS int {clause}"), place);
        }
        accepts(
            "CREATE DOMAIN d AS int CONSTRAINT a NOT NULL NOT NULL DEFAULT 1 CHECK (VALUE > 1) CHECK (VALUE < 9)",
        );
        accepts("CREATE TABLE t (a int PRIMARY KEY NULL)");
        accepts("CREATE TABLE t (a int DEFAULT 1 NOT NULL CHECK (a > 0) CHECK (a < 9), b int NULL)");
    }
}
