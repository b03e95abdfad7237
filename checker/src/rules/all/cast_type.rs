use super::column_type;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "cast-type",
    title: "whether DSQL can cast to this type is not known",
    why: "DSQL does not store this type. Some of such types it has in expressions all the same (inet and arrays are \
          recorded); for this one nobody has looked.",
    wrong: "SELECT '1.50'::money;",
    right: "SELECT '1.50'::numeric(19,4);",
    help: "cast to a type that DSQL stores, or try it on a cluster",
    evidence: &[
        "live recordings 2026-09-16, probe types_runtime_inet (accepted); nothing is recorded for other types",
    ],
    check: Check::Statement(check),
    ..Rule::WARNING
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for cast in statement.casts() {
        if column_type::is_doubtful_in_expressions(&cast.data_type) {
            found.at(cast.data_type.span);
        }
    }
}
