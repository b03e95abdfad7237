use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "open-transaction",
    title: "`BEGIN` without `COMMIT`",
    why: "A transaction that is not committed by the end of its file is undone: the migration would count as applied without its effect.",
    wrong: "BEGIN; INSERT INTO a VALUES (1);",
    right: "BEGIN; INSERT INTO a VALUES (1); COMMIT;",
    help: "write COMMIT where the transaction ends, or leave BEGIN out",
    sqlstate: "",
    evidence: &["PostgreSQL: an open transaction is rolled back when its connection ends"],
    ..Rule::REFUSED
};
