use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "stray-transaction",
    title: "this statement has no effect here",
    why: "COMMIT without BEGIN, and BEGIN inside of a transaction, are warnings on the server and change nothing. They hint at a block that is not where it was meant to be.",
    wrong: "INSERT INTO a VALUES (1); COMMIT;",
    right: "INSERT INTO a VALUES (1);",
    help: "leave it out",
    evidence: &["PostgreSQL: WARNING 25P01 and 25001"],
    ..Rule::WARNING
};
