use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "expand-and-contract",
    title: "one migration expands and contracts the same object",
    why: "Between the two stands a release: code that uses the new must run everywhere before the old can go.",
    wrong: "ALTER TABLE items ADD COLUMN stars int; ALTER TABLE items DROP COLUMN rating;",
    right: "ALTER TABLE items ADD COLUMN stars int;",
    help: "expand: add what is new and write both; back-fill: fill it in; contract: drop the old in a migration of a later release",
    evidence: &["this project"],
    ..Rule::WARNING
};
