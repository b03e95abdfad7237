use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unusable-index",
    title: "`USING INDEX` wants a unique index of the table, over plain columns and all rows",
    why: "ADD CONSTRAINT … UNIQUE USING INDEX makes a constraint of an index that exists: it must be unique, not \
          partial, without expressions, and no constraint's already.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, title text); CREATE INDEX ASYNC items_key ON items (title); \
            ALTER TABLE items ADD CONSTRAINT items_title UNIQUE USING INDEX items_key;",
    right: "CREATE TABLE items (id int PRIMARY KEY, title text); CREATE UNIQUE INDEX ASYNC items_key ON items (title); \
            ALTER TABLE items ADD CONSTRAINT items_title UNIQUE USING INDEX items_key;",
    sqlstate: "42809",
    evidence: &[
        "PostgreSQL: ALTER TABLE, ADD table_constraint_using_index",
        "dsql-lint 0.2.22, tested on a cluster",
    ],
    ..Rule::REFUSED
};
