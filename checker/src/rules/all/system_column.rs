use crate::ast::{AlterActionKind, Ident};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "system-column",
    title: "a column of this name is the system's",
    why: "Every table has the columns ctid, xmin, xmax, cmin, cmax and tableoid; no other may be called so, not even \
          between quotes.",
    wrong: "CREATE TABLE ranges (id uuid PRIMARY KEY, xmin int, width int);",
    right: "CREATE TABLE ranges (id uuid PRIMARY KEY, x_min int, width int);",
    help: "give it another name",
    sqlstate: "42701",
    evidence: &["PostgreSQL: system columns"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut names: Vec<&Ident> = statement.columns().map(|column| &column.name).collect();
    for action in statement.alter_table().map_or(&[][..], |alter| &alter.actions) {
        if let AlterActionKind::RenameColumn { to, .. } = &action.kind {
            names.push(to);
        }
    }
    for name in names.into_iter().filter(|name| crate::expr::SYSTEM_COLUMNS.contains(&name.value.as_str())) {
        found
            .at(name.span)
            .message(format!("every table has a column `{}` already", name.value))
            .server(format!("column name \"{}\" conflicts with a system column name", name.value));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn however_it_comes() {
        finds(&RULE, "CREATE TABLE t (id int PRIMARY KEY, \"ctid\" text)", "\"ctid\"");
        finds(&RULE, "ALTER TABLE t ADD COLUMN cmax int", "cmax");
        finds(&RULE, "ALTER TABLE t RENAME a TO Xmin", "Xmin");
        accepts("CREATE TABLE t (id int PRIMARY KEY, \"XMIN\" int, oid int)");
    }
}
