use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-collation",
    title: "there is no such collation",
    why: "Collation is C everywhere on DSQL. Expressions may name `\"C\"`, `\"POSIX\"` or `\"default\"`, which are \
          the same there; nothing else exists.",
    wrong: "SELECT title FROM items ORDER BY title COLLATE \"de_DE\";",
    right: "SELECT title FROM items ORDER BY title COLLATE \"C\";",
    help: "leave it out, or sort in the application",
    sqlstate: "42704",
    evidence: &[
        "dsql-lint 0.2.17 and later: the collations that its cluster fixtures accept",
        "PostgreSQL 16: COLLATE",
    ],
    check: Check::Parts(&[NodeKind::Collate], check),
    ..Rule::REFUSED
};

fn check(part: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = part.cursor().at(part.first().map_or(0, |value| value.range().end));
    let Some(name) = cursor.eat("COLLATE").and_then(|_| cursor.name()) else { return };
    if !helpers::known_collation(&name) {
        found
            .at(name.span())
            .message(format!("there is no collation `{name}`"))
            .server(format!("collation \"{name}\" for encoding \"UTF8\" does not exist"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn names() {
        finds(&RULE, "SELECT a COLLATE nope FROM t", "nope");
        finds(&RULE, "SELECT a FROM t ORDER BY a COLLATE public.\"C\"", "public.\"C\"");
        finds(&RULE, "CREATE INDEX ASYNC ON t ((a || b COLLATE \"en_US\"))", "\"en_US\"");
        accepts("SELECT a COLLATE \"C\", b COLLATE pg_catalog.\"default\" FROM t");
    }
}
