use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "rollback",
    title: "`ROLLBACK` undoes the migration",
    why: "What a migration does must last: statements that are rolled back do nothing.",
    wrong: "BEGIN; INSERT INTO a VALUES (1); ROLLBACK;",
    right: "BEGIN; INSERT INTO a VALUES (1); COMMIT;",
    help: "write COMMIT, or leave the block out",
    sqlstate: "",
    evidence: &["PostgreSQL: ROLLBACK"],
    ..Rule::REFUSED
};
