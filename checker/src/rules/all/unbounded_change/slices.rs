//! How a change is made in slices that fit a transaction.

use crate::ast::ObjectName;
use crate::cursor::Cursor;
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;

use super::is_value;

/// What to write instead, as far as the key is known.
pub(super) fn help(change: Part<'_>, table: Option<&ObjectName>, key: Option<&Vec<String>>) -> String {
    if change.is(NodeKind::Insert) {
        return "where the source may have more than 2,997 rows, copy them in slices by the source's key: \
                … WHERE key > $last ORDER BY key LIMIT 1000"
            .to_owned();
    }
    if change.child(NodeKind::From).is_some() {
        return "where the table may have more than 2,997 such rows, change them in slices by its key, each in a transaction \
                of its own"
            .to_owned();
    }
    // With its alias, which the condition may name.
    let written = change.child(NodeKind::Written).map(Part::text);
    let table =
        written.or_else(|| table.map(|table| change.cursor().text_between(table.span()))).unwrap_or("t");
    let condition = change.child(NodeKind::Where);
    let columns = key.map(|key| key.iter().map(|name| helpers::quoted(name)).collect::<Vec<_>>().join(", "));
    let (lead, row, columns) = match (columns, key) {
        (Some(columns), Some(key)) if key.len() > 1 => {
            (format!("its key ({columns})"), format!("({columns})"), columns)
        }
        (Some(columns), Some(key)) if key.len() == 1 => {
            (format!("its key `{columns}`"), columns.clone(), columns)
        }
        _ => (
            "its key (`key` stands for the columns of the primary key)".to_owned(),
            "key".to_owned(),
            "key".to_owned(),
        ),
    };
    let verb = if change.is(NodeKind::Update) { "UPDATE … SET …" } else { "DELETE …" };
    let lead =
        format!("where the table may have more than 2,997 such rows, change them in slices by {lead}:");
    if change.is(NodeKind::Delete) || condition.is_some_and(|condition| ends(change, condition)) {
        let condition = condition.map_or_else(String::new, |part| format!(" {}", part.text()));
        return format!(
            "{lead}\n{verb} WHERE {row} IN (SELECT {columns} FROM {table}{condition} LIMIT 1000);  \
             -- again until it changes none"
        );
    }
    // Rows that are still meant after the change would be changed again and again.
    let condition = condition.and_then(|part| part.first());
    let condition = condition.map_or_else(String::new, |part| format!(" AND ({})", part.text()));
    let last = if key.is_some_and(|key| key.len() > 1) { "($last, …)" } else { "$last" };
    format!(
        "{lead}\n{verb} WHERE {row} IN (SELECT {columns} FROM {table} WHERE {row} > {last}{condition} \
         ORDER BY {columns} LIMIT 1000);  -- $last: the largest key of the slice before"
    )
}

/// Whether no row that an UPDATE has changed is meant by its condition any more, so that repeating it comes to an end.
fn ends(update: Part<'_>, condition: Part<'_>) -> bool {
    let assignments = update.children().into_iter().filter(|part| part.is(NodeKind::Assignment));
    let given: Vec<_> = assignments.filter_map(given).collect();
    let mut parts: Vec<_> = condition.first().into_iter().collect();
    // All that AND joins must hold, so that one that no longer does is enough.
    while let Some(part) = parts.pop() {
        if let [left, right] = part.children().as_slice()
            && part.is(NodeKind::Binary)
            && part.cursor().at(left.range().end).is("AND")
        {
            parts.extend([*left, *right]);
        } else if given.iter().any(|(column, value)| is_undone(part, column, *value)) {
            return true;
        }
    }
    false
}

/// The column of `column = value`, where the value is the same for every row.
fn given(assignment: Part<'_>) -> Option<(String, Part<'_>)> {
    let name = assignment.cursor().ident()?;
    let value = assignment.last().filter(|value| is_value(*value))?;
    let plain = assignment.cursor().punct_at(1, "=");
    plain.then_some((name.value, value))
}

/// Whether a condition on a column is false where the column has this value.
fn is_undone(condition: Part<'_>, column: &str, value: Part<'_>) -> bool {
    let mut words = condition.cursor();
    let negated = words.eat("NOT").is_some();
    if words.name().is_none_or(|name| name.object() != column) {
        return false;
    }
    let end = condition.range().end;
    let at_end = words.position() == end;
    let null = value.is(NodeKind::Null);
    let says = |text: &str| value.text().eq_ignore_ascii_case(text);
    if negated || at_end {
        // `WHERE done`, `WHERE NOT done`.
        return at_end && says(if negated { "true" } else { "false" });
    }
    let operand = |words: Cursor<'_>| {
        condition.last().filter(|last| is_value(*last) && last.range().start == words.position())
    };
    let ends_with = |texts: [&str; 2]| {
        texts.iter().any(|text| {
            let mut words = words;
            words.eat(text).is_some() && words.position() == end
        })
    };
    match () {
        () if ends_with(["IS NOT NULL", "NOTNULL"]) => null,
        () if ends_with(["IS NULL", "ISNULL"]) => !null,
        () if ends_with(["IS NOT TRUE", "IS FALSE"]) => says("true"),
        () if ends_with(["IS NOT FALSE", "IS TRUE"]) => says("false"),
        () if words.eat_punct("=").is_some() => {
            let literals = [NodeKind::String, NodeKind::Number, NodeKind::Boolean];
            operand(words).is_some_and(|other| {
                other.kind() == value.kind() && value.is_any(&literals) && !says(other.text())
            })
        }
        () if words.eat_punct("<>").is_some()
            || words.eat_punct("!=").is_some()
            || words.eat("IS DISTINCT FROM").is_some() =>
        {
            operand(words).is_some_and(|other| says(other.text()))
        }
        () => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::RULE;
    use crate::dialect::Dialect;
    use crate::rules::testing::findings_in;

    #[test]
    fn the_help_names_the_key() {
        let help = |sql: &str| {
            let found = findings_in(sql, Dialect::LATEST);
            found.into_iter().find(|one| one.rule == &RULE).and_then(|one| one.help).unwrap_or_default()
        };
        let of_two =
            help("CREATE TABLE t (a int, \"B\" int, PRIMARY KEY (a, \"B\")); DELETE FROM t WHERE a > 1");
        assert!(
            of_two.contains("WHERE (a, \"B\") IN (SELECT a, \"B\" FROM t WHERE a > 1 LIMIT 1000)"),
            "{of_two}"
        );
        let of_one = help("CREATE TABLE s.t (code text PRIMARY KEY); DELETE FROM s.t");
        assert!(of_one.contains("WHERE code IN (SELECT code FROM s.t LIMIT 1000)"), "{of_one}");
        assert!(help("DELETE FROM t").contains("`key` stands for"));
        let aliased =
            help("CREATE TABLE o (id int PRIMARY KEY, s text); UPDATE o AS k SET s = 'x' WHERE k.s = 'y'");
        assert!(aliased.contains("(SELECT id FROM o AS k WHERE k.s = 'y' LIMIT 1000)"), "{aliased}");
        let in_with = help("WITH d AS (DELETE FROM t WHERE a > 1 RETURNING *) SELECT * FROM d WHERE b");
        assert!(in_with.contains("FROM t WHERE a > 1 LIMIT 1000)"), "{in_with}");
    }

    #[test]
    fn the_help_comes_to_an_end() {
        let help = |sql: &str| {
            let sql = format!("CREATE TABLE t (id int PRIMARY KEY, n int, s text, b boolean); {sql}");
            let found = findings_in(&sql, Dialect::LATEST);
            found.into_iter().find(|one| one.rule == &RULE).and_then(|one| one.help).unwrap_or_default()
        };
        for changes_none in [
            "UPDATE t SET s = 'x' WHERE s IS NULL",
            "UPDATE t SET s = 'x', n = 1 WHERE b AND s <> 'x'",
            "UPDATE t SET s = 'x' WHERE s = 'y' AND n > 3",
            "UPDATE t SET s = NULL WHERE t.s IS NOT NULL",
            "UPDATE t SET b = true WHERE NOT b",
            "UPDATE t SET b = false WHERE b AND n > 1",
            "UPDATE t SET b = true WHERE b IS NOT TRUE",
            "UPDATE t SET n = 7 WHERE n IS DISTINCT FROM 7",
            "DELETE FROM t WHERE n > 3",
        ] {
            let help = help(changes_none);
            assert!(help.contains("LIMIT 1000);  -- again until it changes none"), "{changes_none}: {help}");
        }
        for by_key in [
            "UPDATE t SET n = n + 1",
            "UPDATE t SET s = 'x' WHERE n > 3",
            "UPDATE t SET s = 'x' WHERE s IS NULL OR b",
            "UPDATE t SET s = 'x' WHERE s = 'x'",
            "UPDATE t SET s = lower(s) WHERE s IS NULL",
            "UPDATE t SET n = NULL WHERE n IS NULL",
            "UPDATE t SET n = 2 WHERE n > 1",
            "UPDATE t SET n = 2 WHERE n + 1 = 3",
            "UPDATE t SET b = true WHERE b",
        ] {
            let help = help(by_key);
            assert!(help.contains("WHERE id > $last"), "{by_key}: {help}");
            assert!(help.contains("ORDER BY id LIMIT 1000)"), "{by_key}: {help}");
        }
        let help = help("UPDATE t SET n = 2 WHERE n > 1 OR b");
        assert!(help.contains("WHERE id > $last AND (n > 1 OR b) ORDER BY"), "{help}");
    }
}
