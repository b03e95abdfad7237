use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "empty-migration",
    title: "a migration without a statement",
    why: "A file without statements, or with comments only, is a file that somebody forgot to write; recorded as applied, it could not be written any more.",
    wrong: "-- to do",
    right: "CREATE TABLE a (id uuid PRIMARY KEY);",
    help: "write its statements, or delete the file",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
