use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "conflict-target",
    title: "no unique index is over the columns of `ON CONFLICT`",
    why: "ON CONFLICT (columns) names the columns of a unique index or of the primary key, all of them and no other.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY, title text); \
            INSERT INTO items VALUES (1, 'a') ON CONFLICT (title) DO NOTHING;",
    right: "CREATE TABLE items (id int PRIMARY KEY, title text); \
            INSERT INTO items VALUES (1, 'a') ON CONFLICT (id) DO NOTHING;",
    help: "name the columns of the primary key, or make a unique index over these before",
    sqlstate: "42P10",
    evidence: &["PostgreSQL: INSERT, ON CONFLICT"],
    ..Rule::REFUSED
};
