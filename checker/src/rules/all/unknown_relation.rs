use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-relation",
    title: "there is no table, view or sequence of this name at this point",
    why: "The set is replayed in version order on a model of the schema, and nothing before this statement has made \
          what it names, or something before it has dropped or renamed it. What the database has from elsewhere is \
          declared by a comment.",
    wrong: "CREATE TABLE items (id uuid PRIMARY KEY); ALTER TABLE itmes ADD COLUMN title text;",
    right: "CREATE TABLE items (id uuid PRIMARY KEY); ALTER TABLE items ADD COLUMN title text;",
    sqlstate: "42P01",
    evidence: &["PostgreSQL: undefined_table", "the recordings of 2026-09 answer with the same words"],
    ..Rule::REFUSED
};
