use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "ddl-with-dml",
    title: "a transaction has DDL or DML, never both",
    why: "DSQL changes the catalog and rows in different transactions. Without BEGIN the plan keeps them apart; BEGIN … COMMIT around both asks for what DSQL cannot do.",
    wrong: "BEGIN; CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1); COMMIT;",
    right: "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1);",
    help: "leave BEGIN and COMMIT out, or move the DDL out of the block",
    server: "ddl and dml are not supported in the same transaction",
    evidence: &["live recordings 2026-09-17 and 2026-09-18, probes multi_ddl_then_dml and ddl_then_dml"],
    ..Rule::REFUSED
};
