use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "name-case",
    title: "two names differ in case only",
    why: "A name without quotes is folded to lower case, one in quotes is kept. `Users` and users are then one, \
          `\"Users\"` and users are two, and sooner or later somebody takes the one for the other.",
    wrong: "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE \"Users\" (id int PRIMARY KEY);",
    right: "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE admins (id int PRIMARY KEY);",
    evidence: &["PostgreSQL: identifiers and key words"],
    ..Rule::WARNING
};
