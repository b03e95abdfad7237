use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "dependent-object",
    title: "something else still uses what is dropped here",
    why: "The server does not drop what a view, a foreign key, a default, a column's type or the body of a BEGIN \
          ATOMIC function needs, unless CASCADE drops these too.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY); CREATE VIEW ids AS SELECT id FROM items; DROP TABLE items;",
    right: "CREATE TABLE items (id uuid PRIMARY KEY); CREATE VIEW ids AS SELECT id FROM items; DROP VIEW ids; DROP TABLE items;",
    sqlstate: "2BP01",
    evidence: &["PostgreSQL: dependent_objects_still_exist"],
    ..Rule::REFUSED
};
