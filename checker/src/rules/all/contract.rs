use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "contract",
    title: "something is taken away or narrowed without a word about it",
    why: "While a new version of a service is rolled out the old one still runs, and it breaks over a table, column or name that is gone. Dropping and renaming belong into a migration of their own, in a release after the last one whose code uses them. A constraint or a unique index on a table that was there before refuses rows that the old version may still write, also while it is NOT VALID; the directive says that somebody has thought of it.",
    wrong: "ALTER TABLE items DROP COLUMN rating;",
    right: "-- dsql: contract nothing reads it since release 1.4",
    help: "expand: add what is new and write both; back-fill: fill it in; contract, in a later release: drop the old, with `-- dsql: contract reason` in the file",
    evidence: &["this project"],
    ..Rule::WARNING
};
