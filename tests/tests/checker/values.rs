//! Texts as values of types: generated ones, against PostgreSQL 16's own input functions.

use crate::postgres::Postgres;
use crate::random::Random;
use dsql_migrate_check::value::wrong;

/// Types that are read as the server reads them, with texts to begin with.
const EXACT: &[(&str, &[&str])] = &[
    ("smallint", &["1", "-32768", "32767", "0x7fff", "0b101", "0o17", "1_000", " +5 "]),
    ("integer", &["1", "-2147483648", "2147483647", "0x7fffffff", "1_000_000", "\t12\n"]),
    ("bigint", &["1", "-9223372036854775808", "9223372036854775807", "0xff"]),
    ("numeric", &["1", "1.5", ".5", "5.", "1e10", "-1.5E-3", "NaN", "-Infinity", "inf", "0x1F", "1_0.0_1"]),
    (
        "double precision",
        &[
            "1",
            "1.5",
            ".5",
            "5.",
            "1e10",
            "NaN",
            "-Infinity",
            "inf",
            "nan(ab_1)",
            "0x1.8p-3",
            "1e308",
            "5e-324",
        ],
    ),
    ("real", &["1", "2.25", "-1e3", "3.4e38", "1e-45"]),
    ("boolean", &["true", "f", "YES", "no", "on", "of", "1", "0", " t "]),
    (
        "uuid",
        &[
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "{a0eebc999c0b4ef8bb6d6bb9bd380a11}",
            "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
        ],
    ),
    (
        "json",
        &["{\"a\": [1, -2.5e3, \"x\\n\\u00e9\", true, null]}", "[]", "\"\\ud83d\\ude00\"", "0", "{}", "null"],
    ),
    (
        "jsonb",
        &[
            "{\"a\": [1, -2.5e3, \"x\\n\\u00e9\", true, null]}",
            "[[], {}]",
            "\"\\ud83d\\ude00\"",
            "-0",
            "false",
        ],
    ),
    ("bytea", &["\\xdeadBEEF", "\\x00 ff", "abc", "a\\\\b\\001", ""]),
];

/// Types with more forms than are read: what is refused is refused by the server with the same words.
const MORE_FORMS: &[(&str, &[&str])] = &[
    (
        "date",
        &[
            "2024-02-29",
            "2024-12-31",
            "Jan 3 2024",
            "20240131",
            "1/2/2024",
            "today",
            "infinity",
            "2024-01-01 10:00",
        ],
    ),
    (
        "timestamp without time zone",
        &["2024-02-29 23:59:59.5", "2024-12-31T24:00:00", "now", "epoch", "Mon Jan 3 10:00 2024"],
    ),
    (
        "timestamp with time zone",
        &["2024-02-29 23:59:60Z", "2024-12-31T10:00:00+02:00", "today", "2024-01-01 10:00 EST", "-infinity"],
    ),
    (
        "time without time zone",
        &["23:59:59", "24:00", "now", "allballs", "10:00 PM", "040506", "10:00:60", "10:00:60.5"],
    ),
    ("time with time zone", &["23:59:59+02", "10:00Z", "allballs"]),
    (
        "interval",
        &[
            "1 day",
            "P1DT2H",
            "1 year 2 mons -3 days 04:05:06",
            "@ 1 minute ago",
            "5",
            "1 microsecond",
            "2 centuries",
            "1 msecond",
            "3 mils",
            "PT",
            "4 qtr",
        ],
    ),
];

const ODDMENTS: &[&str] = &[
    "", " ", "x", "_", "-", "+", ".", ":", "e", "0", "1", "9", "00", "13", "32", "60", "99", "\\", "\\u0000",
    "\\ud800", "\"", "{", "}", "[", "]", ",", "T", "Z", "ago", "soon", "days", "0x", "é", "\u{b}", "\u{7f}",
    "nan", "inf", "'", "/",
];

fn mutated(random: &mut Random, text: &str) -> String {
    let mut all: Vec<char> = text.chars().collect();
    for _ in 0..random.below(3) {
        let at = random.below(all.len() + 1);
        match random.below(4) {
            0 if at < all.len() => {
                all.remove(at);
            }
            1 if at < all.len() => {
                let other = random.below(all.len());
                all.swap(at, other);
            }
            _ => {
                let piece: Vec<char> = random.pick(ODDMENTS).chars().collect();
                all.splice(at..at, piece);
            }
        }
    }
    all.into_iter().collect()
}

#[tokio::test]
async fn texts_are_values_where_the_server_says_so() {
    const TEXTS: usize = 4_000;
    const ASK: &str = "SELECT i.sql_error_code, i.message FROM unnest($1::text[]) WITH ORDINALITY AS t (text, n), \
                       LATERAL pg_input_error_info(t.text, $2) AS i ORDER BY n";
    let server = Postgres::start_sixteen();
    let client = server.connect().await;
    let mut random = Random::new(7);
    let mut differ = Vec::new();
    for (all, exact) in [(EXACT, true), (MORE_FORMS, false)] {
        for (data_type, seeds) in all {
            let texts: Vec<String> = (0..TEXTS)
                .map(|_| {
                    let seed = random.pick(seeds);
                    mutated(&mut random, seed)
                })
                .collect();
            let rows = client.query(ASK, &[&texts, data_type]).await.expect("the server reads texts");
            let mut refused = 0;
            for (text, row) in texts.iter().zip(rows) {
                let server = row.get::<_, Option<String>>(0).zip(row.get::<_, Option<String>>(1));
                let own = wrong(data_type, text).map(|(code, words)| (code.to_owned(), words));
                // A number may be too large for `numeric` and, in hexadecimal digits, for floating point; neither is
                // looked at.
                let large = server.as_ref().is_some_and(|(code, _)| code == "22003")
                    && (*data_type == "numeric" || text.contains("0x"));
                refused += usize::from(own.is_some());
                if own != server && (exact && !large || own.is_some()) {
                    differ.push(format!("{data_type} {text:?}: {own:?}, and the server {server:?}"));
                }
            }
            assert!(refused * 20 > TEXTS, "{data_type}: only {refused} are refused");
        }
    }
    assert!(differ.is_empty(), "{} differ:\n{}", differ.len(), differ[..differ.len().min(40)].join("\n"));
}
