use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "multiple-ddl",
    title: "a transaction has one DDL statement",
    why: "Each change of the catalog is a transaction of its own on DSQL. Without BEGIN the plan makes it one; BEGIN … COMMIT around several asks for what DSQL cannot do. What does not look like DDL counts too: COMMENT, GRANT, roles, domains.",
    wrong: "BEGIN; CREATE TABLE a (id uuid PRIMARY KEY); CREATE TABLE b (id uuid PRIMARY KEY); COMMIT;",
    right: "CREATE TABLE a (id uuid PRIMARY KEY); CREATE TABLE b (id uuid PRIMARY KEY);",
    help: "leave BEGIN and COMMIT out: each statement is then a step of its own, and a crash between them is taken up where it happened",
    server: "multiple ddl statements not supported in a transaction",
    evidence: &["live recordings 2026-09-17 and 2026-09-18, probes multi_two_ddl and two_ddl_one_txn"],
    ..Rule::REFUSED
};
