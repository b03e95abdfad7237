use crate::rules::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unverified",
    title: "this statement could not be verified",
    why: "No rule refuses it, and nothing here can read it to its end. DSQL may take it or not; look at the place where reading stopped.",
    wrong: "CREATE TABLE a (id int PRIMARY KEY) FROM b;",
    right: "CREATE TABLE a (id int PRIMARY KEY);",
    help: "if it is right, it will run as it stands",
    evidence: &["this checker"],
    ..Rule::WARNING
};
