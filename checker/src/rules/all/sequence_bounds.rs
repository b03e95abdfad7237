use crate::ast::{
    AlterActionKind, AlterColumnKind, ColumnClauseKind, Kind, SequenceOption, SequenceOptionKind,
};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "sequence-bounds",
    title: "the options of this sequence contradict each other",
    why: "A sequence goes up or down by at least one, between a lower and a higher bound, from a value between them, and \
          says each of these once. These are PostgreSQL's rules.",
    wrong: "CREATE SEQUENCE order_number MINVALUE 10 MAXVALUE 5 CACHE 1;",
    right: "CREATE SEQUENCE order_number MINVALUE 5 MAXVALUE 10 CACHE 1;",
    sqlstate: "22023",
    evidence: &["PostgreSQL: CREATE SEQUENCE"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    match statement.kind() {
        Kind::CreateSequence(sequence) => options(statement, &sequence.options, true, found),
        Kind::AlterSequence(sequence) => options(statement, &sequence.options, false, found),
        _ => {
            for clause in statement.columns().flat_map(|column| &column.clauses) {
                if let ColumnClauseKind::Identity(list) = &clause.kind {
                    options(statement, list, true, found);
                }
            }
            for action in statement.alter_table().map_or(&[][..], |alter| &alter.actions) {
                if let AlterActionKind::AlterColumn { change: AlterColumnKind::AddIdentity(list), .. } =
                    &action.kind
                {
                    options(statement, list, true, found);
                }
            }
        }
    }
}

/// The word that says which option it is, and its number.
fn read(statement: &Statement<'_>, option: &SequenceOption) -> (String, Option<i64>) {
    let mut cursor = statement.cursor();
    cursor.seek(option.span.start);
    cursor.eat("SET");
    cursor.eat("NO");
    let word = cursor.token().map_or("", |token| statement.slice(token.span)).to_ascii_uppercase();
    cursor.advance();
    if cursor.is("BY") || cursor.is("WITH") {
        cursor.advance();
    }
    let negated = statement.slice(option.span).to_ascii_uppercase().starts_with("NO ");
    (word, cursor.integer().filter(|_| !negated))
}

fn options(statement: &Statement<'_>, options: &[SequenceOption], whole: bool, found: &mut Findings<'_>) {
    let read: Vec<_> = options.iter().map(|option| (read(statement, option), option.span)).collect();
    for (position, ((word, _), span)) in read.iter().enumerate() {
        let first = read.iter().take(position).find(|((earlier, _), _)| earlier == word);
        if let Some((_, first)) = first {
            found
                .at(*span)
                .message(format!("`{word}` is said twice"))
                .also(*first, "the first")
                .answer("42601", "conflicting or redundant options")
                .help("keep one of the two");
            return;
        }
    }
    let owned = options.iter().find_map(|option| match &option.kind {
        SequenceOptionKind::OwnedBy(name) if name.parts.len() == 1 && name.object() != "none" => Some(name),
        _ => None,
    });
    if let Some(name) = owned {
        found
            .at(name.span())
            .message("a sequence is owned by a column of a table")
            .answer("42601", "invalid OWNED BY option")
            .help(format!("write OWNED BY table.{}, or OWNED BY NONE", name.object()));
    }
    let value = |of: &str| {
        read.iter().find(|((word, _), _)| word == of).and_then(|((_, value), span)| Some(((*value)?, *span)))
    };
    if let Some((0, span)) = value("INCREMENT") {
        found
            .at(span)
            .message("a sequence goes on by one at least")
            .server("INCREMENT must not be zero")
            .help("leave it out, or write another number");
        return;
    }
    // What ALTER SEQUENCE leaves out is as it was, which is not known here.
    if !whole {
        return;
    }
    let down = value("INCREMENT").is_some_and(|(by, _)| by < 0);
    let (lowest, highest) = if down { (i64::MIN, -1) } else { (1, i64::MAX) };
    let low = value("MINVALUE").map_or(lowest, |(value, _)| value);
    let high = value("MAXVALUE").map_or(highest, |(value, _)| value);
    let place = |words: [&str; 2]| words.iter().find_map(|word| value(word)).map(|(_, span)| span);
    if low >= high
        && let Some(span) = place(["MINVALUE", "MAXVALUE"])
    {
        found
            .at(span)
            .message("the lower bound is not below the higher one")
            .server(format!("MINVALUE ({low}) must be less than MAXVALUE ({high})"))
            .help("set both bounds");
        return;
    }
    let Some((start, span)) = value("START") else { return };
    let words = if start < low {
        format!("START value ({start}) cannot be less than MINVALUE ({low})")
    } else if start > high {
        format!("START value ({start}) cannot be greater than MAXVALUE ({high})")
    } else {
        return;
    };
    found
        .at(span)
        .message("the sequence starts outside of its bounds")
        .server(words)
        .help("set a bound, or start between them");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn bounds() {
        for (options, place) in [
            ("INCREMENT BY 0", "INCREMENT BY 0"),
            ("MAXVALUE 0", "MAXVALUE 0"),
            ("MAXVALUE 10 START WITH 11", "START WITH 11"),
            ("INCREMENT -1 START 5", "START 5"),
            ("NO CYCLE CYCLE", "CYCLE"),
            ("OWNED BY t", "t"),
        ] {
            finds(&RULE, &format!("CREATE SEQUENCE s {options} CACHE 1"), place);
            finds(
                &RULE,
                &format!("CREATE TABLE u (a bigint GENERATED ALWAYS AS IDENTITY ({options} CACHE 1))"),
                place,
            );
        }
        finds(&RULE, "CREATE SEQUENCE s CACHE 1 CACHE 1", "CACHE 1");
        finds(&RULE, "ALTER SEQUENCE s INCREMENT 0", "INCREMENT 0");
        for options in [
            "NO MINVALUE MAXVALUE 5 START 5",
            "INCREMENT -2 MINVALUE -9",
            "MINVALUE 0 START 0",
            "OWNED BY NONE",
            "OWNED BY t.a",
        ] {
            accepts(&format!("CREATE SEQUENCE s {options} CACHE 1"));
        }
        accepts("ALTER SEQUENCE s MAXVALUE 0 RESTART");
    }
}
