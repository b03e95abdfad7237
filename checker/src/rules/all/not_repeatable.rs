use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "not-repeatable",
    title: "this statement cannot be repeated, and its file is always applied",
    why: "A file that is marked `-- dsql: always` is applied again whenever it changes. What the second time finds in \
          its way, or makes twice, does not belong there.",
    wrong: "-- dsql: always\nCREATE VIEW totals AS SELECT 1;",
    right: "-- dsql: always\nCREATE OR REPLACE VIEW totals AS SELECT 1;",
    help: "write IF NOT EXISTS, IF EXISTS or OR REPLACE, or put it into a migration of its own",
    sqlstate: "",
    evidence: &["this project"],
    ..Rule::REFUSED
};
