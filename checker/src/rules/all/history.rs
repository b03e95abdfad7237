use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "history",
    title: "a locked migration was changed",
    why: "A database that has applied a migration will not apply it again: editing, renaming or deleting its file changes nothing there, and new databases become different ones. `migrations.lock` knows what each file held.",
    wrong: "an edit of 0001_items.sql after it was locked",
    right: "a new file 0002_items_title.sql",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
