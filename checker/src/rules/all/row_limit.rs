use crate::rules::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "row-limit",
    title: "a transaction changes at most 3,000 rows",
    why: "The 3,001st row fails its statement, and the transaction with it. Outside of BEGIN … COMMIT the plan divides statements so that none of its steps has more; a single statement it cannot divide.",
    wrong: "INSERT INTO numbers SELECT generate_series(1, 3001);",
    right: "INSERT INTO numbers SELECT generate_series(1, 3000);",
    sqlstate: "54000",
    server: "transaction row limit exceeded",
    help: "divide it into statements of at most 3,000 rows, each in a transaction of its own",
    evidence: &["live recordings 2026-09-18, probes row_cap, row_cap_boundary and row_cap_implicit"],
    ..Rule::REFUSED
};
