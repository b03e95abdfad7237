use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "wrong-kind",
    title: "this is something of another kind",
    why: "Tables, views, indexes and sequences share their names, and each has statements of its own.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY); CREATE VIEW ids AS SELECT id FROM items; DROP TABLE ids;",
    right: "CREATE TABLE items (id int PRIMARY KEY); CREATE VIEW ids AS SELECT id FROM items; DROP VIEW ids;",
    sqlstate: "42809",
    evidence: &["PostgreSQL: wrong_object_type"],
    ..Rule::REFUSED
};
