use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "different-definition",
    title: "`IF NOT EXISTS` meets something that is defined differently",
    why: "IF NOT EXISTS looks at the name only: where something of this name exists, the statement succeeds and nothing \
          happens, whatever the definition says.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY); CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, title text);",
    right: "CREATE TABLE items (id int PRIMARY KEY); ALTER TABLE items ADD COLUMN title text;",
    evidence: &["PostgreSQL: CREATE TABLE, IF NOT EXISTS"],
    ..Rule::WARNING
};
