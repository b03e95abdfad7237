use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "object-limit",
    title: "this is more than a table or a database can have",
    why: "DSQL takes 24 indexes a table, with the primary key and unique constraints, 255 columns a table and 1,600 \
          over its life, 5 extended statistics a table, 10 schemas besides public and 1,000 tables a database.",
    wrong: "CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c; CREATE SCHEMA d; CREATE SCHEMA e; CREATE SCHEMA f; \
            CREATE SCHEMA g; CREATE SCHEMA h; CREATE SCHEMA i; CREATE SCHEMA j; CREATE SCHEMA k;",
    right: "CREATE SCHEMA a;",
    help: "drop what nothing uses before",
    sqlstate: "54000",
    evidence: &["AWS user guide, quotas, September 2026", "AWS dsql skill, observed 2026-10-01"],
    ..Rule::REFUSED
};
