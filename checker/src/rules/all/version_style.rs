use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "version-style",
    title: "versions are numbers here and timestamps there",
    why: "A timestamp is a larger number than any that is counted, so a counted version that comes later sorts before \
          it: it would be late everywhere.",
    wrong: "0009_a.sql, 20260101000000_b.sql",
    right: "0009_a.sql, 0010_b.sql",
    help: "keep to one style; after a timestamp go on with timestamps: dsql-migrate new NAME --timestamp",
    evidence: &["this project"],
    ..Rule::WARNING
};
