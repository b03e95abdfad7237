use crate::ast::{AlterActionKind, AlterColumnKind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "set-not-null",
    title: "a column cannot be made NOT NULL",
    why: "NOT NULL can be said with the table only. A check that the column is not null does the same later on: it \
          holds for new rows at once, and for the old ones when it has been validated.",
    wrong: "ALTER TABLE items ALTER COLUMN title SET NOT NULL;",
    right: "ALTER TABLE items ADD CONSTRAINT title_not_null CHECK (title IS NOT NULL) NOT VALID; ALTER TABLE ASYNC items VALIDATE CONSTRAINT title_not_null;",
    server: "unsupported ALTER TABLE ALTER COLUMN ... SET NOT NULL statement",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "dsqlbase live run 2026-10-03"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(alter) = statement.alter_table() else { return };
    for action in &alter.actions {
        let AlterActionKind::AlterColumn { column, change: AlterColumnKind::SetNotNull } = &action.kind
        else {
            continue;
        };
        let table = helpers::quoted_name(&alter.name);
        let name = helpers::quoted(&column.value);
        let constraint = helpers::quoted(&format!("{}_not_null", column.value));
        found.at(action.span).help(format!(
            "write a check instead, in two statements:\n\
             ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({name} IS NOT NULL) NOT VALID;\n\
             ALTER TABLE ASYNC {table} VALIDATE CONSTRAINT {constraint};"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn dropping_it_is_fine() {
        finds(&RULE, "ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL", "ALTER b SET NOT NULL");
        accepts("ALTER TABLE t ALTER COLUMN a DROP NOT NULL");
    }
}
