use crate::ast::{IndexOptionKind, Kind};
use crate::cursor::Cursor;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-storage",
    title: "this part of an index is not supported",
    why: "DSQL decides by itself how an index is stored: there are neither storage parameters nor tablespaces, and \
          no partitions that `ONLY` would leave out. INCLUDE takes names of columns, with nothing behind them.",
    wrong: "CREATE INDEX ASYNC items_title_idx ON items (title) WITH (fillfactor = 70);",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title);",
    evidence: &["AWS user guide, CREATE INDEX syntax of September 2026: it has none of these clauses"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    let storage =
        |kind: &IndexOptionKind| matches!(kind, IndexOptionKind::With | IndexOptionKind::Tablespace);
    for option in &index.options {
        if let IndexOptionKind::Include(_, items) = option.kind {
            included(statement, statement.within(items), found);
        }
    }
    let options = index.options.iter().filter(|option| storage(&option.kind)).map(|option| option.span);
    for span in options.chain(index.only) {
        found.at(span).suggest("write", helpers::removal(statement, span), true);
    }
}

/// An included column is a name and nothing else.
fn included(statement: &Statement<'_>, mut items: Cursor<'_>, found: &mut Findings<'_>) {
    while !items.at_end() {
        let start = items.position();
        let named = items.ident().is_some();
        if items.is_punct("(") || !named {
            items.skip_until(|items| items.is_punct("(") || items.is_punct(","));
            found
                .at(items.span())
                .message("an expression cannot be included in an index")
                .server("expressions are not supported in included columns")
                .help("include columns only, or make the expression a key");
        } else if !items.at_end() && !items.is_punct(",") {
            let behind = items.position();
            let what = match () {
                () if items.is_any(&["ASC", "DESC"]) => "ASC/DESC options",
                () if items.is("NULLS") => "NULLS FIRST/LAST options",
                () if items.is("COLLATE") => "a collation",
                () => "an operator class",
            };
            items.skip_until(|items| items.is_punct(","));
            let span = items.span_since(behind);
            found
                .at(span)
                .message("an included column is a name and nothing else: it is stored, not ordered")
                .answer("42P17", format!("including column does not support {what}"))
                .suggest("write", helpers::removal(statement, span), true);
        }
        items.skip_until(|items| items.is_punct(","));
        items.advance();
        if items.position() == start {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn what_is_included() {
        for (sql, place) in [
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (b DESC)", "DESC"),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (c, b ASC NULLS LAST)", "ASC NULLS LAST"),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (b NULLS FIRST, c)", "NULLS FIRST"),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (b COLLATE \"C\")", "COLLATE \"C\""),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (b text_ops)", "text_ops"),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (c, (b + 1))", "("),
            ("CREATE INDEX ASYNC i ON t (a) INCLUDE (lower(b), c)", "("),
        ] {
            finds(&RULE, sql, place);
        }
        accepts("CREATE INDEX ASYNC i ON t (a) INCLUDE (b, \"desc\", c) NULLS NOT DISTINCT WHERE a > 1");
    }

    #[test]
    fn every_storage_clause() {
        finds(&RULE, "CREATE INDEX ASYNC i ON ONLY t (a)", "ONLY");
        finds(
            &RULE,
            "CREATE INDEX ASYNC i ON t (a) INCLUDE (b) TABLESPACE fast WHERE a > 1",
            "TABLESPACE fast",
        );
    }
}
