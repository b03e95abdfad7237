use crate::rules::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "file-name",
    title: "a migration is named `NNNN_snake_case.sql`",
    why: "The digits are the version, by which files are ordered and recorded; the rest says what the file does. A file that is named in another way would be left out in silence.",
    wrong: "0003-AddItems.sql",
    right: "0003_add_items.sql",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
