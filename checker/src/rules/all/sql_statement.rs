use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "sql-statement",
    title: "`sql!` takes one query, or one statement that changes rows",
    why: "What `sql!` checks is prepared by a client, and the server prepares one statement at a time. The schema changes in \
          migrations only: they are recorded, and every instance waits for them. Transactions and settings belong to a \
          connection, which the client and its pool look after.",
    wrong: "sql!(\"CREATE TABLE notes (id uuid PRIMARY KEY)\")",
    right: "sql!(\"SELECT title FROM items WHERE id = $1\")",
    help: "write SELECT, VALUES, INSERT, UPDATE or DELETE",
    evidence: &["PostgreSQL 16: PREPARE, the extended query protocol", "this project"],
    sqlstate: "",
    ..Rule::REFUSED
};
