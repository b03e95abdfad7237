use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "read-only-transaction",
    title: "this transaction is declared to change nothing",
    why: "In a transaction that begins with READ ONLY the server refuses every statement that changes rows or the \
          catalog.",
    wrong: "BEGIN READ ONLY; DELETE FROM items WHERE id = '1'; COMMIT;",
    right: "BEGIN; DELETE FROM items WHERE id = '1'; COMMIT;",
    help: "leave READ ONLY out",
    sqlstate: "25006",
    evidence: &["PostgreSQL: SET TRANSACTION, READ ONLY"],
    ..Rule::REFUSED
};
