use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "ambiguous-name",
    title: "a name means more than one thing in this query",
    why: "A column's name without its table must be the name of one column among all tables of the query, and no two \
          of these tables may go by one name.",
    wrong: "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); SELECT id FROM a, b;",
    right: "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); SELECT a.id FROM a, b;",
    help: "write the table's name or alias before it",
    sqlstate: "42702",
    evidence: &["PostgreSQL: ambiguous_column, duplicate_alias"],
    ..Rule::REFUSED
};
