use crate::ast::{AlterActionKind, ConstraintAttributeKind, ConstraintKind, TableConstraint};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "add-constraint",
    title: "this constraint cannot be added to a table that exists",
    why: "A check or a foreign key is added as NOT VALID, which does not look at the rows, and validated by a job. A \
          unique constraint is made of a unique index that has been built. A primary key comes with its table.",
    wrong: "ALTER TABLE items ADD CONSTRAINT rating_range CHECK (rating BETWEEN 1 AND 10);",
    right: "ALTER TABLE items ADD CONSTRAINT rating_range CHECK (rating BETWEEN 1 AND 10) NOT VALID; ALTER TABLE ASYNC items VALIDATE CONSTRAINT rating_range;",
    server: "unsupported ALTER TABLE ADD CONSTRAINT statement",
    evidence: &[
        "live recordings 2026-09-18, probes alter_add_check_without_not_valid, alter_add_fk_without_not_valid, \
         alter_add_unique_constraint and alter_add_pk_constraint",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(alter) = statement.alter_table() else { return };
    let table = helpers::quoted_name(&alter.name);
    for action in &alter.actions {
        let AlterActionKind::AddConstraint(constraint) = &action.kind else { continue };
        let not_valid = constraint.attribute(ConstraintAttributeKind::NotValid);
        let written = statement.slice(constraint.span);
        match &constraint.kind {
            ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_) if not_valid.is_none() => {
                let what =
                    if matches!(constraint.kind, ConstraintKind::Check(_)) { "check" } else { "foreign key" };
                let finding = found.at(constraint.span);
                finding
                    .message(format!("a {what} is added to a table that exists as `NOT VALID` only"))
                    .label("`NOT VALID` is missing");
                finding.help(match &constraint.name {
                    Some(name) => format!(
                        "add it without looking at the rows, then let a job look at them:\n\
                         ALTER TABLE {table} ADD {written} NOT VALID;\n\
                         ALTER TABLE ASYNC {table} VALIDATE CONSTRAINT {};",
                        helpers::quoted(&name.value)
                    ),
                    None => format!(
                        "name it, add it without looking at the rows, then let a job look at them:\n\
                         ALTER TABLE {table} ADD CONSTRAINT the_name {written} NOT VALID;\n\
                         ALTER TABLE ASYNC {table} VALIDATE CONSTRAINT the_name;"
                    ),
                });
            }
            ConstraintKind::Unique(unique) if unique.using_index.is_none() => {
                let name = index_name(&table, constraint, &unique.columns);
                let columns = helpers::quoted_list(&unique.columns);
                let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
                let include = if unique.include.is_empty() {
                    String::new()
                } else {
                    format!(" INCLUDE ({})", helpers::quoted_list(&unique.include))
                };
                let finding = found.at(constraint.span);
                finding.message("a unique constraint is made of an index that has been built").help(format!(
                    "build the index, then make the constraint of it:\n\
                     CREATE UNIQUE INDEX ASYNC {name} ON {table} ({columns}){include}{nulls};\n\
                     ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name};"
                ));
                if not_valid.is_some() {
                    finding.server("UNIQUE constraints cannot be marked NOT VALID");
                }
            }
            ConstraintKind::PrimaryKey(_) => {
                let finding = found.at(constraint.span);
                finding.message("a primary key can be made with its table only").help(
                    "make a new table with the key, copy the rows in slices of 1,000, and drop the old table; \
                     or add a unique index, which serves as a reference for foreign keys too",
                );
                if not_valid.is_some() {
                    finding.server("PRIMARY KEY constraints cannot be marked NOT VALID");
                }
            }
            _ => {}
        }
    }
}

fn index_name(table: &str, constraint: &TableConstraint, columns: &[crate::ast::Ident]) -> String {
    let bare = table.rsplit('.').next().unwrap_or(table).trim_matches('"');
    let columns: Vec<_> = columns.iter().map(|column| column.value.as_str()).collect();
    let default = || format!("{bare}_{}_key", columns.join("_"));
    helpers::quoted(&constraint.name.as_ref().map_or_else(default, |name| name.value.clone()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_constraint() {
        let found = finds(&RULE, "ALTER TABLE a.t ADD UNIQUE (x, \"Y\")", "UNIQUE (x, \"Y\")");
        assert!(
            found
                .help
                .unwrap_or_default()
                .contains("CREATE UNIQUE INDEX ASYNC \"t_x_Y_key\" ON a.t (x, \"Y\");")
        );
        finds(
            &RULE,
            "ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX i",
            "CONSTRAINT k PRIMARY KEY USING INDEX i",
        );
        finds(&RULE, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u", "FOREIGN KEY (a) REFERENCES u");
        accepts(
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) ON DELETE CASCADE NOT VALID",
        );
        accepts("ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX k");
    }
}
