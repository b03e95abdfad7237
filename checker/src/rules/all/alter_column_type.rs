use crate::ast::{AlterActionKind, AlterColumnKind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "alter-column-type",
    title: "a column's type cannot be changed",
    why: "Changing a type would rewrite every row. DSQL does not do that, not even for a wider varchar.",
    wrong: "ALTER TABLE items ALTER COLUMN rating TYPE numeric(4,2);",
    right: "ALTER TABLE items ADD COLUMN rating_new numeric(4,2);",
    server: "unsupported ALTER TABLE ALTER COLUMN ... SET DATA TYPE statement",
    evidence: &[
        "live recordings 2026-09-18, probes alter_column_type_supported and alter_column_type_unsupported",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(alter) = statement.alter_table() else { return };
    for action in &alter.actions {
        let AlterActionKind::AlterColumn { column, change: AlterColumnKind::Type(to) } = &action.kind else {
            continue;
        };
        let table = helpers::quoted_name(&alter.name);
        let (old, new) = (helpers::quoted(&column.value), helpers::quoted(&format!("{}_new", column.value)));
        let to = to.as_ref().map_or("…", |to| statement.slice(to.span));
        let text = statement.slice(action.span);
        let using = text.to_ascii_uppercase().find(" USING ").and_then(|at| text.get(at + 7..));
        let value = using.map_or_else(|| old.clone(), |using| using.trim().to_owned());
        found.at(action.span).help(format!(
            "add a column of the new type, fill it, and let it take the old one's place:\n\
             ALTER TABLE {table} ADD COLUMN {new} {to};\n\
             UPDATE {table} SET {new} = {value} WHERE {new} IS NULL;  -- in slices of 1,000 rows\n\
             and in a later release:\n\
             ALTER TABLE {table} DROP COLUMN {old};\n\
             ALTER TABLE {table} RENAME COLUMN {new} TO {old};"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::finds;

    #[test]
    fn both_spellings_and_any_place() {
        finds(
            &RULE,
            "ALTER TABLE t ALTER a SET DATA TYPE text USING a::text",
            "ALTER a SET DATA TYPE text USING a::text",
        );
        finds(
            &RULE,
            "ALTER TABLE t ADD b int, ALTER COLUMN a TYPE varchar(20)",
            "ALTER COLUMN a TYPE varchar(20)",
        );
    }
}
