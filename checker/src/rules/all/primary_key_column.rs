use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "primary-key-column",
    title: "the primary key of a table and its columns cannot be dropped",
    why: "DSQL stores a table in the order of its primary key: the key is chosen when the table is made, and stays.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, title text); ALTER TABLE items DROP COLUMN id;",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, title text); ALTER TABLE items DROP COLUMN title;",
    help: "make a new table with the key that you want and copy the rows, or leave the column where it is",
    evidence: &[
        "live recordings 2026-09-18, probe alter_drop_pk_column",
        "dsql-lint 0.2.22, tested on a cluster",
    ],
    ..Rule::REFUSED
};
