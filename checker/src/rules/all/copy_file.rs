use crate::finding::{Check, Findings, Rule};
use crate::lex::TokenKind;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "copy-file",
    title: "`COPY` reads from STDIN and writes to STDOUT only",
    why: "The server has no files and runs no programs. Rows come over the connection, at most 3,000 a transaction.",
    wrong: "COPY items FROM '/tmp/items.csv' CSV;",
    right: "COPY items TO STDOUT;",
    help: "write INSERT statements, or load the file with a program of your own in slices of 1,000 rows",
    evidence: &["dsql-lint 0.2.22 cluster fixtures"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if cursor.eat("COPY").is_none() {
        return;
    }
    cursor.skip_until(|cursor| cursor.is("FROM") || cursor.is("TO"));
    cursor.advance();
    let string =
        cursor.token().is_some_and(|token| matches!(token.kind, TokenKind::String | TokenKind::EscapeString));
    if string || cursor.is("PROGRAM") {
        found.at(cursor.span());
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn sources() {
        finds(&RULE, "COPY (SELECT 1 FROM t) TO PROGRAM 'gzip'", "PROGRAM");
        accepts("COPY t (a, b) FROM STDIN WITH (FORMAT csv)");
    }
}
