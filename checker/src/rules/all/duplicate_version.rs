use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "duplicate-version",
    title: "two migrations have one version",
    why: "Versions are compared as numbers: 003 and 0003 are one. The second file could never be recorded.",
    wrong: "0003_add_items.sql, 0003_add_users.sql",
    right: "0003_add_items.sql, 0004_add_users.sql",
    help: "give one of them the next free version",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
