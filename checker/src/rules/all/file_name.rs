use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "file-name",
    title: "a migration is named `NNNN_snake_case.sql` or `VN__name.sql`",
    why: "The digits are the version, by which files are ordered and recorded; the rest says what the file does. A file that is named in another way would be left out in silence. The version is one whole number. Undo files (`U3__…`, `….down.sql`) are not run: what is to be undone is undone by a new migration.",
    wrong: "0003-AddItems.sql",
    right: "0003_add_items.sql",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
