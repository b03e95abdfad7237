use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "missing-value",
    title: "a column that must have a value gets none",
    why: "The column is NOT NULL at this point of the set and has neither a default nor an identity: the INSERT fails \
          whatever the table holds.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, title text NOT NULL); INSERT INTO items (id) VALUES (1);",
    right: "CREATE TABLE items (id int PRIMARY KEY, title text NOT NULL); INSERT INTO items (id, title) VALUES (1, 'a');",
    help: "give it a value, or set a default before",
    sqlstate: "23502",
    evidence: &["PostgreSQL: not_null_violation"],
    ..Rule::REFUSED
};
