use crate::ast::Kind;
use crate::rules::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "role-option",
    title: "a role has no options but `LOGIN`",
    why: "Who may connect as a role is decided by IAM (`AWS IAM GRANT role TO 'arn'`), so roles have no passwords, and \
          what a role may do cannot be changed later. A role can be renamed.",
    wrong: "CREATE ROLE app WITH LOGIN PASSWORD 'secret';",
    right: "CREATE ROLE app WITH LOGIN;",
    evidence: &["dsql-lint 0.2.22 cluster fixtures"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::Other(head) = statement.kind() else { return };
    let creates = matches!(head.words.as_str(), "CREATE ROLE" | "CREATE USER" | "CREATE GROUP");
    let alters = matches!(head.words.as_str(), "ALTER ROLE" | "ALTER USER");
    if !creates && !alters {
        return;
    }
    let mut cursor = statement.cursor();
    cursor.advance();
    cursor.advance();
    cursor.ident();
    cursor.eat("WITH");
    if alters {
        // SET and RESET of a role's settings: see the rule `unknown-support`.
        if !cursor.is_any(&["RENAME", "SET", "RESET", "IN"]) && !cursor.at_end() {
            let start = cursor.position();
            cursor.skip_until(|_| false);
            found
                .at(cursor.span_since(start))
                .message("a role's options cannot be changed")
                .help("make the role anew with the options that it needs");
        }
        return;
    }
    while !cursor.at_end() {
        let start = cursor.position();
        if cursor.eat("ENCRYPTED PASSWORD").is_some() || cursor.eat("PASSWORD").is_some() {
            cursor.advance();
            found
                .at(cursor.span_since(start))
                .message("a role has no password")
                .help("leave it out, and let an IAM role connect as this one: AWS IAM GRANT role TO 'arn:…'");
        } else {
            cursor.advance();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn options() {
        finds(&RULE, "ALTER ROLE app WITH PASSWORD 'x'", "PASSWORD 'x'");
        finds(&RULE, "ALTER USER app CREATEDB", "CREATEDB");
        accepts("CREATE USER app WITH LOGIN");
        accepts("ALTER ROLE app RENAME TO web");
    }
}
