use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "foreign-key-target",
    title: "this foreign key does not fit the table that it refers to",
    why: "A foreign key refers to the primary key or to a unique index of the other table, in full, and its columns are \
          of types that can be compared to those.",
    wrong: "CREATE TABLE users (id uuid PRIMARY KEY, email text); \
            CREATE TABLE files (id uuid PRIMARY KEY, owner text REFERENCES users (email));",
    right: "CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE); \
            CREATE TABLE files (id uuid PRIMARY KEY, owner text REFERENCES users (email));",
    sqlstate: "42830",
    evidence: &[
        "PostgreSQL: invalid_foreign_key, datatype_mismatch",
        "AWS user guide, foreign keys, September 2026",
    ],
    ..Rule::REFUSED
};
