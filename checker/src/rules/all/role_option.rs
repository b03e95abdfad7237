use crate::ast::Kind;
use crate::finding::{Check, Findings, Rule};
use crate::lex::TokenKind;
use crate::rules::helpers;
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
    let name = cursor.ident();
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
    // What the name is missing for is another rule's.
    if name.is_none() || helpers::has_words(statement, "IF NOT EXISTS") {
        return;
    }
    while !cursor.at_end() {
        let start = cursor.position();
        if PASSED_ON.iter().any(|words| cursor.eat(words).is_some()) || cursor.eat("LOGIN").is_some() {
            // Numbers, dates and lists of roles belong to the option before them.
            cursor.skip_until(|cursor| {
                let word = cursor.token().is_some_and(|token| token.kind == TokenKind::Word);
                word && cursor.last_text() != "," && !takes_a_name(cursor.last_text())
            });
        } else if cursor.eat("UNENCRYPTED PASSWORD").is_some()
            || cursor.eat("ENCRYPTED PASSWORD").is_some()
            || cursor.eat("PASSWORD").is_some()
        {
            cursor.advance();
            found
                .at(cursor.span_since(start))
                .message("a role has no password")
                .help("leave it out, and let an IAM role connect as this one: AWS IAM GRANT role TO 'arn:…'");
        } else if let Some(option) = cursor.ident() {
            // PostgreSQL's grammar takes any word here, and then knows it or not.
            found
                .at(option.span)
                .message(format!("`{}` is no option of a role", option.value))
                .answer("42601", format!("unrecognized role option \"{}\"", option.value))
                .help("leave it out, or write LOGIN");
            return;
        } else {
            let (span, near) = helpers::near_of(statement, &cursor);
            found
                .at(span)
                .message("a role's name has one part, and its options are words")
                .answer("42601", format!("syntax error {near}"))
                .help("leave it out");
            return;
        }
    }
}

/// What else PostgreSQL lets a role be; AWS's grammar has none of these. See the rule `unknown-support`.
pub(super) const PASSED_ON: &[&str] = &[
    "SUPERUSER",
    "NOSUPERUSER",
    "CREATEDB",
    "NOCREATEDB",
    "CREATEROLE",
    "NOCREATEROLE",
    "INHERIT",
    "NOINHERIT",
    "NOLOGIN",
    "REPLICATION",
    "NOREPLICATION",
    "BYPASSRLS",
    "NOBYPASSRLS",
    "CONNECTION LIMIT",
    "VALID UNTIL",
    "IN ROLE",
    "IN GROUP",
    "ROLE",
    "ADMIN",
    "USER",
    "SYSID",
];

/// Whether a role's name follows a word.
fn takes_a_name(word: &str) -> bool {
    ["ROLE", "GROUP", "ADMIN", "USER"].iter().any(|one| word.eq_ignore_ascii_case(one))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn options() {
        finds(&RULE, "ALTER ROLE app WITH PASSWORD 'x'", "PASSWORD 'x'");
        finds(&RULE, "ALTER USER app CREATEDB", "CREATEDB");
        finds(&RULE, "CREATE ROLE app LOGIM", "LOGIM");
        finds(&RULE, "CREATE ROLE a.b", ".");
        finds(&RULE, "CREATE ROLE app IN ROLE a, b SUPERUSER PASSWORD NULL", "PASSWORD NULL");
        accepts(
            "CREATE ROLE app NOLOGIN CONNECTION LIMIT -1 VALID UNTIL '2030-01-01' IN ROLE a, \"b\" ADMIN c LOGIN",
        );
        accepts("CREATE USER app WITH LOGIN");
        accepts("ALTER ROLE app RENAME TO web");
    }
}
