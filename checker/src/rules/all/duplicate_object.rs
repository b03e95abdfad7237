use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "duplicate-object",
    title: "this name is taken at this point",
    why: "Tables, views, indexes and sequences of a schema share their names; the columns of a table, its \
          constraints, the domains of a schema and the schemas have theirs. The set is replayed in version order, and \
          something before this statement has made another of this name.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, title text); ALTER TABLE items ADD COLUMN title text;",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, title text); ALTER TABLE items ADD COLUMN subtitle text;",
    sqlstate: "42P07",
    evidence: &["PostgreSQL: duplicate_table, duplicate_column, duplicate_object, duplicate_schema"],
    ..Rule::REFUSED
};
