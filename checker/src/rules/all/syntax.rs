use crate::rules::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "syntax",
    title: "this cannot be read",
    why: "What begins with a quote, a dollar sign and a tag, or `/*` must end before the file does, and a name cannot be empty. Reading goes on at the next line, so that other findings in the file still show.",
    wrong: "INSERT INTO a VALUES ('x);",
    right: "INSERT INTO a VALUES ('x');",
    sqlstate: "42601",
    evidence: &["PostgreSQL: lexical structure"],
    ..Rule::REFUSED
};
