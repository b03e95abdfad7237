use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-column",
    title: "the table has no column of this name at this point",
    why: "The set is replayed in version order on a model of the schema: the column was never added, or it has been \
          dropped or renamed before this statement.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY, title text); CREATE INDEX ASYNC items_idx ON items (titel);",
    right: "CREATE TABLE items (id uuid PRIMARY KEY, title text); CREATE INDEX ASYNC items_idx ON items (title);",
    sqlstate: "42703",
    evidence: &["PostgreSQL: undefined_column"],
    ..Rule::REFUSED
};
