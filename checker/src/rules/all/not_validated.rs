use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "not-validated",
    title: "a constraint that is never validated",
    why: "NOT VALID means that rows which were there before may break it. It holds for new rows at once; ALTER TABLE ASYNC … VALIDATE CONSTRAINT looks at the old ones.",
    wrong: "ALTER TABLE items ADD CONSTRAINT rated CHECK (rating > 0) NOT VALID;",
    right: "ALTER TABLE items ADD CONSTRAINT rated CHECK (rating > 0) NOT VALID; ALTER TABLE ASYNC items VALIDATE CONSTRAINT rated;",
    evidence: &["AWS user guide, ALTER TABLE, September 2026"],
    ..Rule::WARNING
};
