use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unused-allow",
    title: "this exception is not needed",
    why: "An exception that nothing needs any more hides the next mistake.",
    wrong: "-- dsql: allow(truncate) it works now",
    right: "TRUNCATE items;",
    help: "delete it",
    evidence: &["this project"],
    ..Rule::WARNING
};
