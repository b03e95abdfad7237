use crate::rules::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "insert-values",
    title: "the values do not fit the columns that they are for",
    why: "An INSERT gives as many values as it names columns, or at most as many as the table has at this point of the \
          set; a column is named once.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, title text); INSERT INTO items (id, title) VALUES (1);",
    right: "CREATE TABLE items (id int PRIMARY KEY, title text); INSERT INTO items (id, title) VALUES (1, 'a');",
    sqlstate: "42601",
    evidence: &["PostgreSQL: INSERT"],
    ..Rule::REFUSED
};
