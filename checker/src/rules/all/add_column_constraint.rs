use crate::ast::{AlterActionKind, ColumnClauseKind, ColumnDef};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "add-column-constraint",
    title: "`ADD COLUMN` takes a name and a type only",
    why: "A new column cannot come with a default, NOT NULL, a check, a key, a reference, an identity or a generated \
          value: any of them would touch the rows that exist. Each has a way of its own, in a statement of its own.",
    wrong: "ALTER TABLE items ADD COLUMN watched boolean NOT NULL DEFAULT false;",
    right: "ALTER TABLE items ADD COLUMN watched boolean; ALTER TABLE items ALTER COLUMN watched SET DEFAULT false;",
    server: "ALTER TABLE ADD COLUMN with constraint not supported",
    evidence: &[
        "live recordings 2026-09-18, probes alter_add_column_default, _not_null, _check, _unique and alter_add_identity_*",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(alter) = statement.alter_table() else { return };
    for action in &alter.actions {
        let AlterActionKind::AddColumn { column, if_not_exists } = &action.kind else { continue };
        let clauses: Vec<Span> =
            column.clauses.iter().filter(|clause| refused(&clause.kind)).map(|clause| clause.span).collect();
        let Some(span) = clauses.iter().copied().reduce(Span::to) else { continue };
        let mut help = replacement(statement, &helpers::quoted_name(&alter.name), column, *if_not_exists);
        if alter.actions.len() > 1 {
            help += "\nand keep the other actions in a statement of their own";
        }
        found.at(span).label("not with `ADD COLUMN`").help(help);
    }
}

const fn refused(kind: &ColumnClauseKind) -> bool {
    !matches!(
        kind,
        ColumnClauseKind::Null
            | ColumnClauseKind::Storage
            | ColumnClauseKind::Collate(_)
            | ColumnClauseKind::Compression
    )
}

/// The statements that together do what `ADD COLUMN` with these clauses would do.
fn replacement(statement: &Statement<'_>, table: &str, column: &ColumnDef, if_not_exists: bool) -> String {
    let name = helpers::quoted(&column.name.value);
    let data_type = column.data_type.as_ref().map_or("", |data_type| statement.slice(data_type.span));
    let bare = column.name.value.as_str();
    let again = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let mut lines = vec![format!("ALTER TABLE {table} ADD COLUMN {again}{name} {data_type};")];
    let mut default = None;
    let mut checks = Vec::new();
    let not_null = column.clauses.iter().any(|clause| clause.kind == ColumnClauseKind::NotNull);
    for clause in &column.clauses {
        let named = |default: String| clause.name.as_ref().map_or(default, |name| name.value.clone());
        match &clause.kind {
            ColumnClauseKind::Default(range) => default = Some(statement.range_text(*range)),
            ColumnClauseKind::NotNull => {
                checks.push((named(format!("{bare}_not_null")), format!("CHECK ({name} IS NOT NULL)")));
            }
            ColumnClauseKind::Check(range) => {
                checks.push((
                    named(format!("{bare}_check")),
                    format!("CHECK ({})", statement.range_text(*range)),
                ));
            }
            ColumnClauseKind::References(_) => {
                let reference = statement.slice(clause.span);
                let reference = reference
                    .get(reference.to_ascii_uppercase().find("REFERENCES").unwrap_or(0)..)
                    .unwrap_or_default();
                checks.push((named(format!("{bare}_fkey")), format!("FOREIGN KEY ({name}) {reference}")));
            }
            _ => {}
        }
    }
    if let Some(default) = default {
        lines.push(format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default};"));
        lines.push(format!(
            "UPDATE {table} SET {name} = {default} WHERE {name} IS NULL;  -- in slices of 1,000 rows"
        ));
    }
    if default.is_none() && not_null {
        lines
            .push(format!("UPDATE {table} SET {name} = … WHERE {name} IS NULL;  -- in slices of 1,000 rows"));
    }
    for (constraint, condition) in checks {
        let constraint = helpers::quoted(&constraint);
        lines.push(format!("ALTER TABLE {table} ADD CONSTRAINT {constraint} {condition} NOT VALID;"));
        lines.push(format!("ALTER TABLE ASYNC {table} VALIDATE CONSTRAINT {constraint};"));
    }
    let unique = |kind: &ColumnClauseKind| matches!(kind, ColumnClauseKind::Unique(_));
    if column.clauses.iter().any(|clause| unique(&clause.kind)) {
        let index = helpers::quoted(&format!(
            "{}_{bare}_key",
            table.rsplit('.').next().unwrap_or(table).trim_matches('"')
        ));
        lines.push(format!("CREATE UNIQUE INDEX ASYNC {index} ON {table} ({name});"));
        lines.push(format!("ALTER TABLE {table} ADD CONSTRAINT {index} UNIQUE USING INDEX {index};"));
    }
    let elsewhere = |kind: &ColumnClauseKind| {
        matches!(
            kind,
            ColumnClauseKind::PrimaryKey(_) | ColumnClauseKind::Identity(_) | ColumnClauseKind::Generated(_)
        )
    };
    if column.clauses.iter().any(|clause| elsewhere(&clause.kind)) {
        return "a primary key, an identity and a generated value can be made with their table only: \
                make a new table with this column, copy the rows in slices of 1,000, and drop the old one"
            .to_owned();
    }
    format!("write instead, as statements of their own:\n{}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn the_whole_replacement_is_written_out() {
        let found = finds(&RULE, "ALTER TABLE ONLY a.t ADD c int DEFAULT 1 NOT NULL", "DEFAULT 1 NOT NULL");
        assert_eq!(
            found.help.as_deref(),
            Some(
                "write instead, as statements of their own:\n\
                 ALTER TABLE a.t ADD COLUMN c int;\n\
                 ALTER TABLE a.t ALTER COLUMN c SET DEFAULT 1;\n\
                 UPDATE a.t SET c = 1 WHERE c IS NULL;  -- in slices of 1,000 rows\n\
                 ALTER TABLE a.t ADD CONSTRAINT c_not_null CHECK (c IS NOT NULL) NOT VALID;\n\
                 ALTER TABLE ASYNC a.t VALIDATE CONSTRAINT c_not_null;"
            )
        );
    }

    #[test]
    fn every_clause() {
        for clause in [
            "DEFAULT 7",
            "NOT NULL",
            "CHECK (c > 0)",
            "UNIQUE",
            "PRIMARY KEY",
            "REFERENCES u",
            "REFERENCES u (id) ON DELETE CASCADE",
            "GENERATED ALWAYS AS (1) STORED",
            "GENERATED BY DEFAULT AS IDENTITY (CACHE 1)",
            "CONSTRAINT x CHECK (c > 0)",
        ] {
            finds(&RULE, &format!("ALTER TABLE t ADD COLUMN IF NOT EXISTS c bigint {clause}"), clause);
        }
        finds(&RULE, "ALTER TABLE t DROP COLUMN a, ADD c int UNIQUE", "UNIQUE");
        accepts("ALTER TABLE t ADD COLUMN c text STORAGE PLAIN, ADD d int NULL, ALTER c SET DEFAULT 'x'");
    }
}
