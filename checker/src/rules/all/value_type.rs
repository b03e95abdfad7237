use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "value-type",
    title: "a literal is no value of the column's type",
    why: "The server turns a literal into a value of the column that it is for, and refuses it where that cannot be \
          done: whatever the rows are, the statement fails.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, size int); INSERT INTO items (id, size) VALUES (1, 'large');",
    right: "CREATE TABLE items (id int PRIMARY KEY, size int); INSERT INTO items (id, size) VALUES (1, '3');",
    help: "write a value of the column's type",
    sqlstate: "42804",
    evidence: &["PostgreSQL: datatype_mismatch, invalid_text_representation, string_data_right_truncation"],
    ..Rule::REFUSED
};
