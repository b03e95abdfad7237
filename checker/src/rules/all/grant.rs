use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "grant",
    title: "this cannot be granted",
    why: "The schema `public` belongs to the system: only admin may create in it, and nobody can be granted rights on \
          it. Rights on the database do not exist either. Application roles get a schema of their own.",
    wrong: "GRANT USAGE ON SCHEMA public TO app;",
    right: "GRANT USAGE ON SCHEMA library TO app;",
    evidence: &[
        "Svenesis live run 2026-09-23 (schema public)",
        "dsql-lint 0.2.22 cluster fixtures (database)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::Other(head) = statement.kind() else { return };
    if head.words != "GRANT" && head.words != "REVOKE" {
        return;
    }
    let mut cursor = statement.cursor();
    cursor.skip_until(|cursor| cursor.is("ON"));
    let start = cursor.position();
    if cursor.eat("ON SCHEMA").is_some() {
        while let Some(name) = cursor.ident() {
            if name.value == "public" {
                found
                    .at(name.span)
                    .message("rights on the schema public cannot be granted or revoked")
                    .server("feature not supported on system entity")
                    .help("make a schema of your own, grant rights on that, and keep the application's tables in it");
            }
            if cursor.eat_punct(",").is_none() {
                break;
            }
        }
        return;
    }
    if let Some(span) = cursor.eat("ON PROCEDURE") {
        found
            .at(span)
            .message("there are no procedures")
            .answer("42883", "procedure does not exist")
            .help("leave it out; rights on functions are granted ON FUNCTION");
        return;
    }
    const OBJECTS: &[&str] = &[
        "ON DATABASE",
        "ON TABLESPACE",
        "ON LANGUAGE",
        "ON FOREIGN DATA WRAPPER",
        "ON FOREIGN SERVER",
        "ON LARGE OBJECT",
        "ON PARAMETER",
    ];
    if OBJECTS.iter().any(|words| cursor.eat(words).is_some()) {
        found
            .at(cursor.span_since(start))
            .message("rights on this kind of object cannot be granted")
            .server("unsupported object type in GRANT")
            .help("leave it out; who may connect is decided by IAM and by AWS IAM GRANT");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn objects() {
        finds(&RULE, "REVOKE ALL ON SCHEMA app, public FROM web", "public");
        finds(&RULE, "GRANT CONNECT ON DATABASE postgres TO app", "ON DATABASE");
        accepts("GRANT SELECT, INSERT (a) ON TABLE public.t TO app WITH GRANT OPTION");
        accepts("GRANT admins TO app");
        accepts("GRANT EXECUTE ON FUNCTION f(int) TO app");
    }
}
