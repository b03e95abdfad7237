use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "foreign-key-index",
    title: "no index covers the columns of this foreign key",
    why: "Deleting or changing a row of the parent looks for its children. DSQL makes no index for that, so each time the whole table of children is read, which may take longer than the 300 seconds that a transaction has.",
    wrong: "CREATE TABLE files (id uuid PRIMARY KEY, owner uuid REFERENCES users (id));",
    right: "CREATE TABLE files (id uuid PRIMARY KEY, owner uuid REFERENCES users (id)); CREATE INDEX ASYNC files_owner_idx ON files (owner);",
    evidence: &["AWS user guide, foreign keys, September 2026"],
    ..Rule::WARNING
};
