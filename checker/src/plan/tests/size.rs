//! How statements are divided by what a transaction takes.

use dsql_migrate_plan::limits::{STEP_BYTES, STEP_ROWS};

use super::{planned, rules};

/// `INSERT` of so many rows.
fn rows(count: u64) -> String {
    let values: Vec<_> = (1..=count).map(|number| format!("({number})")).collect();
    format!("INSERT INTO a (x) VALUES {}", values.join(", "))
}

/// `INSERT` of 1,000 rows with so many bytes of text.
fn text(bytes: u64) -> String {
    let value = "word ".repeat(usize::try_from(bytes / 1_000 / 5).unwrap());
    let values = format!("(1, '{value}.')");
    format!("INSERT INTO a (x, y) VALUES {}", vec![values; 1_000].join(", "))
}

/// How many statements each step has.
fn counts(sql: &str) -> Vec<usize> {
    planned(sql).steps.iter().map(|step| step.statements().count()).collect()
}

#[test]
fn a_step_has_room_for_its_record() {
    assert_eq!(counts(&rows(STEP_ROWS)), [1]);
    assert_eq!(rules(&rows(STEP_ROWS + 1)), ["row-limit"]);
    assert_eq!(rules(&format!("INSERT INTO a SELECT generate_series(1, {})", STEP_ROWS + 1)), ["row-limit"]);
    assert_eq!(counts(&format!("INSERT INTO a SELECT generate_series(1, {STEP_ROWS})")), [1]);
    assert_eq!(counts(&vec![rows(1_000); 3].join(";")), [2, 1]);
    assert_eq!(counts(&format!("{}; {}", rows(1_600), rows(1_600))), [1, 1]);
    assert_eq!(counts(&format!("{}; {}", rows(1_600), rows(STEP_ROWS - 1_600))), [2]);
    assert_eq!(rules(&format!("BEGIN; {}; {}; COMMIT", rows(1_600), rows(1_600))), ["row-limit"]);
    assert_eq!(counts(&format!("BEGIN; {}; {}; COMMIT", rows(1_600), rows(STEP_ROWS - 1_600))), [2]);
    assert_eq!(rules(&format!("BEGIN; {}; {}; COMMIT", rows(1_600), rows(STEP_ROWS - 1_599))), ["row-limit"]);
}

#[test]
fn a_full_step_is_one_step_wherever_it_stands() {
    let (full, one) = (rows(STEP_ROWS), rows(1));
    assert_eq!(counts(&format!("{full}; {one}; {one}")), [1, 2]);
    assert_eq!(counts(&format!("{one}; {full}; {one}")), [1, 1, 1]);
    assert_eq!(counts(&format!("{one}; {one}; {full}")), [2, 1]);
    assert_eq!(counts(&format!("SELECT 1; {full}; SELECT 1; {full}; SELECT 1")), [3, 2]);
}

/// Whatever statements stand behind each other, what a step changes is known and fits, or it is one statement.
#[test]
fn every_step_fits_or_is_a_single_statement() {
    let made = "CREATE TABLE a (x int PRIMARY KEY, y text); CREATE TABLE k (a int, b int, c int, PRIMARY KEY (a, b));
        CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE);";
    // How many rows each changes at most; none where that is not known.
    let statements = [
        ("INSERT INTO a SELECT generate_series(1, 1000)".to_owned(), Some(1_000)),
        (format!("INSERT INTO a SELECT generate_series(1, {STEP_ROWS})"), Some(STEP_ROWS)),
        ("INSERT INTO a SELECT generate_series(1, 900)".to_owned(), Some(900)),
        ("INSERT INTO a DEFAULT VALUES".to_owned(), Some(1)),
        ("UPDATE a SET y = 'b' WHERE x = 1".to_owned(), Some(1)),
        ("UPDATE a SET y = 'b' WHERE a.x = '1'::int AND y IS NULL RETURNING x".to_owned(), Some(1)),
        ("DELETE FROM a WHERE x = 1".to_owned(), Some(1)),
        ("DELETE FROM a WHERE x IN (1, '2'::int, 3)".to_owned(), Some(3)),
        ("UPDATE k SET c = 1 WHERE b IN (1, 2) AND a = 1".to_owned(), Some(2)),
        (
            "INSERT INTO a SELECT 1, lower('X') WHERE NOT EXISTS (SELECT 1 FROM a WHERE x = 1)".to_owned(),
            Some(1),
        ),
        ("SELECT 1".to_owned(), Some(0)),
        ("UPDATE a SET y = 'b' WHERE x = 1 OR x > 5".to_owned(), None),
        ("UPDATE a SET y = 'b' WHERE x > 1".to_owned(), None),
        ("UPDATE a SET y = 'b' WHERE y = 'c'".to_owned(), None),
        ("UPDATE k SET c = 1 WHERE a = 1".to_owned(), None),
        ("DELETE FROM a WHERE x IN (SELECT id FROM p)".to_owned(), None),
        ("DELETE FROM a WHERE NOT x = 1".to_owned(), None),
        ("DELETE FROM a WHERE x = 1 + x".to_owned(), None),
        ("INSERT INTO a SELECT unnest(ARRAY[1, 2])".to_owned(), None),
        ("INSERT INTO a SELECT 1 UNION SELECT x FROM b".to_owned(), None),
        ("UPDATE a SET x = 1 FROM p WHERE p.id = 1".to_owned(), None),
        ("DELETE FROM p WHERE id = 1".to_owned(), None),
        ("DELETE FROM unseen WHERE id = 1".to_owned(), None),
        ("INSERT INTO a SELECT x FROM b LIMIT 5".to_owned(), None),
        ("WITH n AS (INSERT INTO a VALUES (1) RETURNING x) SELECT x FROM n".to_owned(), None),
    ];
    let mut all = Vec::new();
    for first in &statements {
        for second in &statements {
            for third in &statements {
                all.extend([first, second, third]);
            }
        }
    }
    let sql: Vec<_> = all.iter().map(|(sql, _)| sql.as_str()).collect();
    let migration = planned(&format!("{made}\n{}", sql.join(";\n")));
    let mut rest = all.as_slice();
    for step in migration.steps.iter().skip(4) {
        let (these, behind) = rest.split_at(step.statements().count());
        let total: Option<u64> = these.iter().map(|(_, rows)| *rows).sum();
        assert!(these.len() == 1 || total.is_some_and(|total| total <= STEP_ROWS), "{these:?}");
        rest = behind;
    }
    assert!(rest.is_empty());
}

/// A file of many small changes is not made of as many transactions.
#[test]
fn what_is_known_to_be_small_runs_together() {
    let made = "CREATE TABLE a (x int PRIMARY KEY, y text);";
    for change in [
        "UPDATE a SET y = 'b' WHERE x = 1;",
        "DELETE FROM a WHERE x = 1;",
        "INSERT INTO a DEFAULT VALUES;",
        "INSERT INTO a (x) SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM a WHERE x = 1);",
        "INSERT INTO a (x) VALUES (1) ON CONFLICT DO NOTHING;",
    ] {
        assert_eq!(counts(&format!("{made} {}", change.repeat(50))), [1, 50], "{change}");
    }
}

#[test]
fn rows_are_counted_where_the_text_tells() {
    assert_eq!(rules("INSERT INTO a SELECT i, 'x' FROM generate_series(0, 3000) AS g(i)"), ["row-limit"]);
    for fine in [
        "INSERT INTO a SELECT i FROM generate_series(1, 9000) i WHERE i > 8000",
        "INSERT INTO a SELECT generate_series(1, 9000) LIMIT 5",
        "INSERT INTO a SELECT generate_series(1, 9000, 1000)",
    ] {
        assert_eq!(rules(fine), [""; 0], "{fine}");
    }
}

#[test]
fn bytes_divide_statements_too() {
    let six = text(6_000_000);
    assert_eq!(counts(&format!("{six}; {six}")), [1, 1]);
    assert_eq!(counts(&vec![text(1_500_000); 5].join(";")), [2, 2, 1]);
    assert_eq!(counts(&format!("SELECT 1; {}; SELECT 1", text(9_000_000))), [1, 1, 1]);
    assert_eq!(rules(&text(11_600_000)), ["byte-limit"]);
    assert_eq!(rules(&text(STEP_BYTES + 20_000)), ["byte-limit"]);
    assert_eq!(rules(&text(STEP_BYTES - 20_000)), [""; 0]);
    // The statement with which it is too much is found.
    assert_eq!(rules(&format!("BEGIN; {six}; SELECT 1; {six}; COMMIT")), ["byte-limit"]);
    assert_eq!(rules(&format!("BEGIN; {six}; COMMIT; BEGIN; {six}; COMMIT")), [""; 0]);
}

#[test]
fn what_may_fit_is_not_refused() {
    let digits = "0a".repeat(7_500_000);
    let json = format!("{{\"a\": \"{}\"}}", "word ".repeat(2_400_000));
    for fine in [
        format!("INSERT INTO a (x, y) VALUES (1, '\\x{digits}')"),
        format!("INSERT INTO a (x, y) VALUES (1, '{json}')"),
        format!("INSERT INTO a (x, y) VALUES (1, length('{digits}'))"),
        // Identifiers of 36 letters that are stored in 16 bytes, 100 in a row.
        format!(
            "INSERT INTO a VALUES {}",
            vec![format!("({})", vec!["'0192f0c1-2d4e-7a63-9f00-0242ac120002'"; 100].join(", ")); 2_900]
                .join(", ")
        ),
    ] {
        assert_eq!(rules(&fine), [""; 0], "{fine:.60}");
    }
}

#[test]
fn messages_say_what_is_left_for_the_record() {
    let input = crate::check::Input {
        path: "m/0001_a.sql".into(),
        name: "0001_a.sql".into(),
        bytes: format!("{}; BEGIN; {}; COMMIT", rows(STEP_ROWS + 1), text(11_600_000)).into(),
    };
    let report = crate::check::check_set(vec![input], super::ALONE);
    let messages: Vec<_> = report.diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "this inserts 2,998 rows; a transaction takes 3,000, and 3 of them are left for the step's record",
            "this writes at least 11.0 MiB; a transaction takes 10 MiB, and 64 KiB of them are left for the step's record",
        ]
    );
}
