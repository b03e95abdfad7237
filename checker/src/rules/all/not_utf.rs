use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "not-utf",
    title: "a migration is UTF-8 text",
    why: "DSQL’s encoding is UTF-8, and so must be what is sent to it.",
    wrong: "a file saved as UTF-16 or Latin-1",
    right: "the same file saved as UTF-8",
    help: "save the file as UTF-8",
    sqlstate: "22021",
    evidence: &["PostgreSQL: encoding UTF8"],
    ..Rule::REFUSED
};
