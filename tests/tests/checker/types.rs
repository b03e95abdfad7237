//! The types of expressions: generated statements over a table with a column of each type, against PostgreSQL 16. What the
//! checker refuses by types the server refuses with the same words, and most of what the server refuses is found.

use crate::postgres::Postgres;
use crate::random::Random;
use dsql_migrate_check::{Input, Options, Severity, check_set};

const COLUMNS: &[(&str, &str)] = &[
    ("s", "smallint"),
    ("i", "integer"),
    ("l", "bigint"),
    ("r", "real"),
    ("f", "double precision"),
    ("n", "numeric(10,2)"),
    ("t", "text"),
    ("v", "varchar(20)"),
    ("c", "char(3)"),
    ("b", "boolean"),
    ("d", "date"),
    ("h", "time"),
    ("hz", "timetz"),
    ("ts", "timestamp"),
    ("tz", "timestamptz"),
    ("p", "interval"),
    ("u", "uuid"),
    ("y", "bytea"),
    ("q", "positive"),
];

const OPERATORS: &[&str] = &[
    "+",
    "-",
    "*",
    "/",
    "%",
    "||",
    "=",
    "<>",
    "<",
    ">=",
    "AND",
    "OR",
    "~",
    "&",
    "^",
    "LIKE",
    "IS DISTINCT FROM",
];

const FUNCTIONS: &[&str] = &[
    "lower",
    "upper",
    "length",
    "abs",
    "round",
    "coalesce",
    "max",
    "min",
    "sum",
    "count",
    "avg",
    "now",
    "date_trunc",
    "age",
    "substr",
    "concat",
    "md5",
    "to_char",
    "floor",
    "power",
    "gen_random_uuid",
    "nullif",
    "greatest",
    "justify_days",
    "bool_and",
    "random",
    "pg_typeof",
    "replace",
    "left",
    "string_agg",
    "encode",
    "make_date",
    "trunc",
    "mod",
    "sign",
    "quote_literal",
];

const TYPES: &[&str] = &[
    "int",
    "bigint",
    "smallint",
    "numeric",
    "real",
    "float8",
    "text",
    "varchar(5)",
    "char(2)",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "bytea",
    "json",
    "jsonb",
    "positive",
];

const LITERALS: &[&str] = &[
    "1",
    "2.5",
    "3000000000",
    "true",
    "NULL",
    "'x'",
    "'1'",
    "'2024-01-01'",
    "current_date",
    "now()",
    "interval '1 day'",
    "date '2024-01-01'",
    "localtimestamp",
    "current_user",
    "'abc'::text",
    "5::bigint",
];

fn expression(random: &mut Random, depth: usize) -> String {
    let inner = |random: &mut Random| expression(random, depth.saturating_sub(1));
    match if depth == 0 { random.below(4) } else { random.below(11) } {
        0..=2 => random.pick(COLUMNS).0.to_owned(),
        3 => random.pick(LITERALS).to_owned(),
        4..=6 => format!("({} {} {})", inner(random), random.pick(OPERATORS), inner(random)),
        7 => {
            let count = random.below(3);
            let arguments: Vec<String> = (0..count).map(|_| inner(random)).collect();
            format!("{}({})", random.pick(FUNCTIONS), arguments.join(", "))
        }
        8 => format!("({})::{}", inner(random), random.pick(TYPES)),
        9 => match random.below(9) {
            6 => format!("(CASE WHEN {} THEN {} ELSE {} END)", inner(random), inner(random), inner(random)),
            7 => format!("(CASE {} WHEN {} THEN {} END)", inner(random), inner(random), inner(random)),
            8 => format!("({} NOT LIKE {})", inner(random), inner(random)),
            0 => format!("(- {})", inner(random)),
            1 => format!("(NOT {})", inner(random)),
            2 => format!("({} IS TRUE)", inner(random)),
            3 => format!("({} IN ({}, {}))", inner(random), inner(random), inner(random)),
            4 => format!("({} BETWEEN {} AND {})", inner(random), inner(random), inner(random)),
            _ => format!("extract(hour FROM {})", inner(random)),
        },
        _ => format!("(SELECT {} FROM a AS o LIMIT 1)", inner(random)),
    }
}

fn statement(random: &mut Random) -> String {
    let value = expression(random, 2);
    let column = random.pick(COLUMNS);
    match random.below(7) {
        0 => format!("UPDATE a SET {} = {value} WHERE id = 1", column.0),
        1 => format!("INSERT INTO a ({}) SELECT {value} FROM a WHERE id = 1", column.0),
        2 => format!("DELETE FROM a WHERE id = 1 AND {value}"),
        4 => format!("SELECT {value} AS x FROM a UNION SELECT {} FROM a", expression(random, 1)),
        3 => format!("ALTER TABLE a ALTER COLUMN {} SET DEFAULT {}", column.0, random.pick(LITERALS)),
        _ => format!("SELECT {value} AS x FROM a"),
    }
}

const SCHEMA: &str = "CREATE DOMAIN positive AS integer;";

fn table() -> String {
    let columns: Vec<String> =
        COLUMNS.iter().map(|(name, data_type)| format!("{name} {data_type}")).collect();
    format!("CREATE TABLE a (id bigint PRIMARY KEY, {});", columns.join(", "))
}

/// What the checker says of types in a statement.
fn judged(statement: &str) -> Option<(String, String)> {
    const BY_TYPE: &[&str] = &["value-type", "unknown-function"];
    let files = [SCHEMA.to_owned(), table(), format!("{statement};")];
    let file = |(text, number): (&String, usize)| {
        let name = format!("{number:04}_a.sql");
        Input { path: name.clone(), name, bytes: text.as_bytes().to_vec() }
    };
    let report = check_set(files.iter().zip(1..).map(file).collect(), Options::default());
    let first = report
        .diagnostics
        .iter()
        .find(|one| one.severity == Severity::Error && BY_TYPE.contains(&one.rule.id))?;
    Some((first.rule.id.to_owned(), first.message.clone()))
}

#[tokio::test]
async fn expressions_have_the_types_that_the_server_sees() {
    const STATEMENTS: usize = 6_000;
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    client.batch_execute(&format!("{SCHEMA}{}", table())).await.expect("the table is made");
    let mut random = Random::new(13);
    let (mut refused, mut found) = (0, 0);
    let mut wrong = Vec::new();
    for _ in 0..STATEMENTS {
        let statement = statement(&mut random);
        // Another transaction, so that a default changes nothing for what follows.
        let answer = client.batch_execute(&format!("BEGIN; {statement}; ROLLBACK")).await.err();
        client.batch_execute("ROLLBACK").await.expect("the transaction ends");
        let answer = answer.and_then(|error| error.as_db_error().cloned());
        let own = judged(&statement);
        let by_type = answer.as_ref().filter(|error| {
            ["42804", "42883", "42846", "22P02", "22007", "22008", "22003"].contains(&error.code().code())
        });
        refused += usize::from(by_type.is_some());
        found += usize::from(by_type.is_some() && own.is_some());
        // Which of two mistakes is told first is the server's own.
        if let (Some(own), None) = (&own, &answer) {
            wrong.push(format!("{statement}\n    {own:?}"));
        }
    }
    println!("{found} of {refused} refusals by type are found");
    assert!(
        wrong.is_empty(),
        "{} are refused, and the server takes them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(30)].join("\n")
    );
    assert!(found * 10 > refused * 8, "only {found} of {refused} refusals are found");
}
