use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "directive",
    title: "this directive cannot be understood",
    why: "What a comment that begins with `dsql:` says must be understood, or it must fail: an exception that is mistyped would otherwise be lost in silence.",
    wrong: "-- dsql: alow(truncate) it works now",
    right: "-- dsql: allow(truncate) it works now",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
