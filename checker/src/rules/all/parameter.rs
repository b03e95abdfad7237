use crate::finding::Rule;

pub(crate) static RULE: Rule = Rule {
    id: "parameter",
    title: "a migration has no parameters",
    why: "Statements of a migration are sent as they stand: nobody gives a value for `$1`. In the body of a function it is \
          the function's first argument. In a statement that `sql!` checks they are at home: there they are numbered from $1 \
          on without a gap, and one of which nothing tells the type wants a cast.",
    wrong: "UPDATE items SET shelf = $1 WHERE id = '1';",
    right: "UPDATE items SET shelf = 'read' WHERE id = '1';",
    help: "write the value itself",
    sqlstate: "42P02",
    evidence: &["PostgreSQL 16: undefined_parameter"],
    ..Rule::REFUSED
};
