use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "lock-file",
    title: "a line of the lock cannot be read",
    why: "A line is a version, a name and two checksums. A lock that cannot be read guards nothing, so it fails.",
    wrong: "0001 items",
    right: "0001 items 19a54eddcea2dcb91b3a436d9c8d37f2 00a54eddcea2dcb91b3a436d9c8d37f2",
    help: "resolve the conflict by keeping the lines of both sides, or write the file anew with `dsql-migrate lock --accept-history`",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
