use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "numeric-default",
    title: "`numeric` without a precision becomes numeric(18,6)",
    why: "PostgreSQL keeps any number in a bare numeric. DSQL stores it as numeric(18,6): more than twelve digits \
          before the point are an error, more than six behind it are rounded away.",
    wrong: "CREATE TABLE prices (id uuid PRIMARY KEY, amount numeric);",
    right: "CREATE TABLE prices (id uuid PRIMARY KEY, amount numeric(18,6));",
    help: "write the precision and scale that the values need",
    evidence: &["AWS user guide, data types of September 2026", "dsqlbase live run 2026-10-03"],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for (data_type, _) in helpers::declared_types(statement) {
        if data_type.name == "numeric" && data_type.modifiers.is_empty() && !data_type.array {
            found.at(data_type.span);
        }
    }
}
