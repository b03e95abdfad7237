use crate::dialect::Date;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "numeric-precision",
    title: "a numeric has a precision of at most 38 and a scale of at most 37",
    why: "DSQL took PostgreSQL's precision of up to 1,000 only from 2026-08-25 on.",
    wrong: "CREATE TABLE prices (id uuid PRIMARY KEY, amount numeric(50,10));",
    right: "CREATE TABLE prices (id uuid PRIMARY KEY, amount numeric(38,10));",
    help: "declare what the values need, at most numeric(38,37)",
    until: Some(Date::new(2026, 8, 25)),
    evidence: &["AWS release notes 2026-08-25", "AWS user guide, data types, edition of the preview"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for (data_type, _) in helpers::declared_types(statement) {
        let beyond = match data_type.modifiers.as_slice() {
            [precision] => (39..=1000).contains(precision),
            [precision, scale] => {
                (1..=1000).contains(precision) && (*precision > 38 || (38..=1000).contains(scale))
            }
            _ => false,
        };
        if data_type.name == "numeric" && beyond {
            found.at(data_type.span);
        }
    }
}
