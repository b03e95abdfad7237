use crate::cursor::Cursor;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "statistics",
    title: "these statistics cannot be made",
    why: "Extended statistics are about two to eight columns, or about one expression, and are of the kinds ndistinct, \
          dependencies and mcv. These are PostgreSQL's rules.",
    wrong: "CREATE STATISTICS shelf_stats ON shelf FROM items;",
    right: "CREATE STATISTICS shelf_stats ON shelf, rating FROM items;",
    sqlstate: "42P17",
    evidence: &["PostgreSQL: CREATE STATISTICS"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if helpers::headed(statement, "CREATE STATISTICS").is_none() {
        return;
    }
    let mut cursor = statement.cursor();
    cursor.eat("CREATE STATISTICS");
    cursor.eat("IF NOT EXISTS");
    if !cursor.is("ON") && !cursor.is_punct("(") {
        cursor.name();
    }
    if let Some(kinds) = cursor.parens() {
        let mut kinds = cursor.within(kinds);
        while let Some(kind) = kinds.ident() {
            if !matches!(kind.value.as_str(), "ndistinct" | "dependencies" | "mcv") {
                found
                    .at(kind.span)
                    .message(format!("there is no kind `{}` of statistics", kind.value))
                    .answer("42601", format!("unrecognized statistics kind \"{}\"", kind.value))
                    .help("write ndistinct, dependencies or mcv, or leave the kinds out");
            }
            kinds.eat_punct(",");
        }
    }
    if cursor.eat("ON").is_none() {
        return;
    }
    let start = cursor.position();
    let columns = columns(&mut cursor);
    let span = cursor.span_since(start);
    match columns.as_slice() {
        [true] => {
            found
                .at(span)
                .message("one column has statistics by itself")
                .server("extended statistics require at least 2 columns")
                .help("name another column, or leave the statement out");
        }
        many if many.len() > 8 => {
            found
                .at(span)
                .message("statistics are about eight columns at most")
                .answer("54011", "cannot have more than 8 columns in statistics")
                .help("name those that depend on each other");
        }
        _ => {}
    }
}

/// For each item up to FROM, whether it is a column by its name.
fn columns(cursor: &mut Cursor<'_>) -> Vec<bool> {
    let mut columns = Vec::new();
    while !cursor.at_end() && !cursor.is("FROM") {
        let mut ahead = *cursor;
        columns.push(ahead.ident().is_some() && (ahead.is_punct(",") || ahead.is("FROM")));
        cursor.skip_until(|cursor| cursor.is_punct(",") || cursor.is("FROM"));
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn kinds_and_columns() {
        finds(&RULE, "CREATE STATISTICS s (mcv, foo) ON a, b FROM t", "foo");
        finds(&RULE, "CREATE STATISTICS ON a, b, c, d, e, f, g, h, i FROM t", "a, b, c, d, e, f, g, h, i");
        accepts("CREATE STATISTICS s ON (lower(a)) FROM t");
        accepts("CREATE STATISTICS IF NOT EXISTS a.s (ndistinct, dependencies, mcv) ON a, (b + 1) FROM t");
    }
}
