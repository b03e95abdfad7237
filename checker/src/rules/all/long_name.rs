use crate::ast::{Ident, MAX_NAME_BYTES};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "long-name",
    title: "this name is longer than the server keeps",
    why: "The server keeps 63 bytes of a name and drops the rest with a notice that nobody sees: two long names can \
          become one, and what looks for the whole name does not find it.",
    wrong: "CREATE TABLE a_table_whose_name_goes_on_and_on_until_it_is_longer_than_any_name_can_be (id uuid PRIMARY KEY);",
    right: "CREATE TABLE a_table_whose_name_is_short_enough (id uuid PRIMARY KEY);",
    sqlstate: "",
    evidence: &["PostgreSQL: identifiers, NAMEDATALEN", "dsqlbase live run 2026-10-03"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for token in statement.tokens() {
        // Names are rare that are too long to be looked at by their length first.
        if token.span.end - token.span.start <= MAX_NAME_BYTES {
            continue;
        }
        let Some(name) = Ident::from_token(statement.slice(token.span), *token) else { continue };
        if name.value.len() > MAX_NAME_BYTES {
            let mut end = MAX_NAME_BYTES;
            while !name.value.is_char_boundary(end) {
                end -= 1;
            }
            found
                .at(token.span)
                .message(format!(
                    "this name has {} bytes; the server keeps {MAX_NAME_BYTES}",
                    name.value.len()
                ))
                .help(format!("the server would call it `{}`; choose a shorter name", &name.value[..end]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn bytes_count() {
        let long = "é".repeat(32);
        finds(&RULE, &format!("CREATE VIEW \"{long}\" AS SELECT 1"), &format!("\"{long}\""));
        accepts(&format!("CREATE VIEW \"{}\" AS SELECT '{}'", "x".repeat(63), "y".repeat(99)));
    }
}
