use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "unverified",
    title: "this statement could not be verified",
    why: "It begins with AWS, as DSQL's own statements do, but it is none that this release knows. DSQL may have got \
          it since, or may refuse it.",
    wrong: "AWS SECRETS GRANT app TO 'arn:aws:iam::111122223333:role/app';",
    right: "AWS IAM GRANT app TO 'arn:aws:iam::111122223333:role/app';",
    help: "if DSQL has this statement, it will run as it stands",
    evidence: &["this checker"],
    ..Rule::WARNING
};
