use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "body-reference",
    title: "the body of a function names what is dropped or renamed here",
    why: "A body that is a string is read anew on each call: the server neither keeps what it names from being dropped \
          nor follows a rename, and the next call fails.",
    wrong: "CREATE TABLE items (id int PRIMARY KEY); \
            CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM items'; \
            ALTER TABLE items RENAME TO things;",
    right: "CREATE TABLE items (id int PRIMARY KEY); \
            CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM items'; \
            ALTER TABLE items RENAME TO things; \
            CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM things';",
    help: "make the function anew with CREATE OR REPLACE FUNCTION, or drop it",
    evidence: &["PostgreSQL: dependency tracking"],
    ..Rule::WARNING
};
