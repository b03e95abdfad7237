//! Statements of applications over a small schema.

use crate::check::Input;
use crate::finding::Severity;
use crate::options::Options;
use crate::render::{Style, of_statement};
use crate::text::Source;

use super::{Head, Judged};

const SET: &str = "
CREATE TABLE shelves (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE);
CREATE TABLE items (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    shelf_id uuid NOT NULL REFERENCES shelves (id),
    title text NOT NULL,
    rating int,
    done boolean NOT NULL DEFAULT false,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ASYNC items_shelf_idx ON items (shelf_id);
CREATE VIEW titles AS SELECT id, title FROM items;
-- dsql: external table elsewhere
";

fn input(name: &str, sql: &str) -> Input {
    Input { path: name.to_owned(), name: name.to_owned(), bytes: sql.into() }
}

fn head() -> Head {
    let (report, head) = Head::of_set(vec![input("0001_a.sql", SET)], Options::default());
    assert_eq!(report.count(Severity::Error), 0, "{:?}", report.diagnostics);
    head
}

fn described(judged: &Judged) -> Vec<String> {
    let one = |one: &crate::Diagnostic| format!("{} {}: {}", one.severity.as_str(), one.rule.id, one.message);
    judged.diagnostics.iter().map(one).collect()
}

fn found(head: &mut Head, sql: &str) -> Vec<String> {
    described(&head.check(Source::new("main.rs", sql)))
}

#[test]
fn what_an_application_sends_is_taken() {
    let mut head = head();
    for sql in [
        "SELECT title FROM items WHERE id = $1",
        "SELECT title FROM items WHERE id = $1;",
        "SELECT * FROM titles WHERE title LIKE $1 || '%' ORDER BY title LIMIT $2 OFFSET $3",
        "SELECT * FROM items WHERE id = ANY($1) AND made_at > now() - $2::interval",
        "SELECT id FROM items WHERE id IN ($1, $2, $3) FOR UPDATE",
        "SELECT i.title, s.name FROM items i JOIN shelves s ON s.id = i.shelf_id WHERE s.name = $1",
        "WITH few AS (SELECT id FROM items WHERE done LIMIT $1) DELETE FROM items WHERE id IN (SELECT id FROM few)",
        "INSERT INTO items (shelf_id, title) VALUES ($1, $2), ($3, $4) RETURNING id, made_at",
        "INSERT INTO shelves (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
        "UPDATE items SET title = $2, rating = coalesce($3, rating) WHERE id = $1",
        "UPDATE items SET rating = $1 WHERE id = $2::uuid AND done = $3",
        "DELETE FROM items WHERE id = $1",
        "DELETE FROM items WHERE id = ANY($1)",
        "DELETE FROM items WHERE id = ANY($1::uuid[]) RETURNING title",
        "VALUES ($1::int, $2::text)",
        "TABLE shelves",
        "EXPLAIN SELECT title FROM items WHERE id = $1",
        "SELECT $1",
        "SELECT $1::text IS NULL OR $1 = 'x'",
        "SELECT title FROM items WHERE title = $1 OR $1 IS NULL",
        "SELECT jsonb_build_object('a', $1::text), count($2::int), format($3, $4::int)",
        "SELECT unnest($1::uuid[]), cast($2 AS int)",
        "SELECT generate_series(1, $1), extract(epoch FROM $2::interval)",
        "INSERT INTO items (shelf_id, title) SELECT * FROM unnest($1::uuid[], $2::text[])",
        "SELECT * FROM ROWS FROM (unnest($1::int[], $2::int[]), generate_series(1, $3)) AS r (a, b, c)",
        "SELECT $1::items, $2::public.titles",
        "SELECT anything FROM elsewhere WHERE id = $1",
        "SELECT job_id, status FROM sys.jobs WHERE job_id = $1",
        "SELECT relname FROM pg_catalog.pg_class WHERE oid = $1",
        "COPY items (shelf_id, title) FROM STDIN",
        "SHOW server_version",
        "SELECT '$9', $q$ $8 $q$, \"title\" FROM items -- $7",
    ] {
        assert_eq!(found(&mut head, sql), [""; 0], "{sql}");
    }
}

#[test]
fn what_the_schema_does_not_have_is_refused() {
    let mut head = head();
    for (sql, message) in [
        ("SELECT titel FROM items", "error unknown-column: `items` has no column `titel`"),
        ("SELECT title FROM itmes", "error unknown-relation: there is no table or view `itmes`"),
        ("SELECT i.nam FROM items i", "error unknown-column: `items` has no column `nam`"),
        ("SELECT name FROM items", "error unknown-column: `items` has no column `name`"),
        (
            "INSERT INTO items (shelf_id, titel) VALUES ($1, $2)",
            "error unknown-column: `items` has no column `titel`",
        ),
        (
            "INSERT INTO items (shelf_id) VALUES ($1)",
            "error missing-value: column `title` of `items` is NOT NULL, has no default and gets no value",
        ),
        ("INSERT INTO items (shelf_id, title) VALUES ($1)", "error insert-values: 1 value for 2 columns"),
        ("UPDATE items SET nope = $1 WHERE id = $2", "error unknown-column: `items` has no column `nope`"),
        (
            "INSERT INTO items (shelf_id, title) VALUES ($1, $2) ON CONFLICT (title) DO NOTHING",
            "error conflict-target: no unique index of `items` is over these columns",
        ),
        ("SELECT nosuch($1)", "error unknown-function: there is no function `nosuch`"),
        (
            "SELECT id FROM items, shelves",
            "error ambiguous-name: more than one table of this query has a column `id`",
        ),
        (
            "SELECT unnest($1::int[], $2::int[])",
            "error unknown-function: no function `unnest` takes 2 arguments",
        ),
        ("SELECT $1::mood", "error unknown-type: there is no type `mood`"),
        ("SELECT title FROM items WHERE id = 'x'", "error value-type: `'x'` is no value of type `uuid`"),
        ("SELECT title FRM items", "error syntax: `items` cannot stand here"),
    ] {
        let found = found(&mut head, sql);
        assert!(found.iter().any(|one| one == message) && found.len() == 1, "{sql}: {found:?}");
    }
}

/// One mistake does not become known to the statements behind it.
#[test]
fn each_statement_is_judged_by_itself() {
    let mut head = head();
    for _ in 0..2 {
        assert_eq!(found(&mut head, "SELECT a FROM nowhere").len(), 1);
        assert_eq!(found(&mut head, "INSERT INTO items (titel) VALUES ($1)").len(), 1);
        assert_eq!(found(&mut head, "SELECT title INTO itmes FROM items").len(), 1);
        assert_eq!(found(&mut head, "SELECT title FROM itmes").len(), 1);
        assert_eq!(found(&mut head, "SELECT title FROM items"), [""; 0]);
        assert!(found(&mut head, "DROP TABLE items").len() == 1);
    }
}

#[test]
fn parameters_are_counted() {
    let mut head = head();
    for (sql, message) in [
        ("SELECT $1::int, $3::int", "error parameter: there is `$3`, and no `$2`"),
        ("SELECT title FROM items WHERE id = $2", "error parameter: there is `$2`, and no `$1`"),
        ("SELECT $0", "error parameter: `$0` is no parameter here"),
        ("SELECT $1, $70000", "error parameter: `$70000` is no parameter here"),
        ("SELECT $99999999999", "error parameter: `$99999999999` is no parameter here"),
        (
            "COPY (SELECT title FROM items WHERE id = $1) TO STDOUT",
            "error parameter: `$1` is no parameter here",
        ),
        (
            "SELECT title FROM items WHERE $1 IS NULL OR title = $1",
            "warning parameter: nothing tells of which type `$1` is",
        ),
        ("SELECT ($1) IS NOT NULL", "warning parameter: nothing tells of which type `$1` is"),
        ("SELECT jsonb_build_object('a', $1)", "warning parameter: nothing tells of which type `$1` is"),
        ("SELECT format('%s', $1)", "warning parameter: nothing tells of which type `$1` is"),
    ] {
        assert_eq!(found(&mut head, sql), [message], "{sql}");
    }
    // As often as one likes, in any order.
    assert_eq!(found(&mut head, "SELECT $2::int, $1::int, $2"), [""; 0]);
}

#[test]
fn one_statement_that_reads_or_changes_rows() {
    let mut head = head();
    let of_schema = "error sql-statement: what changes the schema belongs into a migration";
    let of_client = "error sql-statement: transactions are begun and ended by the client";
    let of_session = "error sql-statement: this is about the session, which a pool hands on to others";
    for (sql, message) in [
        ("", "error sql-statement: there is no statement here"),
        ("-- nothing", "error sql-statement: there is no statement here"),
        (";", "error sql-statement: there is no statement here"),
        (
            "SELECT 1; SELECT 2",
            "error sql-statement: these are 2 statements, and a client prepares one at a time",
        ),
        ("CREATE TABLE a (id int PRIMARY KEY)", of_schema),
        ("CREATE INDEX a ON items (title)", of_schema),
        ("ALTER TABLE items ADD COLUMN a int", of_schema),
        ("DROP TABLE items", of_schema),
        ("GRANT SELECT ON items TO app", of_schema),
        ("BEGIN", of_client),
        ("COMMIT", of_client),
        ("SAVEPOINT a", of_client),
        ("SET search_path = app", of_session),
        ("SET TRANSACTION READ ONLY", of_session),
        ("PREPARE a AS SELECT 1", of_session),
    ] {
        assert_eq!(found(&mut head, sql), [message], "{sql}");
    }
    assert!(found(&mut head, "TRUNCATE items")[0].starts_with("error"));
    assert!(found(&mut head, "SELEC title FROM items")[0].starts_with("error"));
    assert!(found(&mut head, "SELECT 'open")[0].starts_with("error syntax"));
}

#[test]
fn what_dsql_refuses_and_what_is_a_hazard() {
    let mut head = head();
    assert_eq!(
        found(&mut head, "SELECT title FROM items TABLESAMPLE SYSTEM (1)"),
        ["error query-clause: `TABLESAMPLE` is not supported"]
    );
    assert!(
        found(&mut head, "MERGE INTO items t USING shelves s ON t.id = s.id WHEN MATCHED THEN DELETE")[0]
            .starts_with("error merge")
    );
    let warning = "warning unbounded-change: this may change more rows than a transaction takes";
    for sql in ["DELETE FROM items", "UPDATE items SET done = $1 WHERE title = $2"] {
        assert_eq!(found(&mut head, sql), [warning], "{sql}");
    }
}

#[test]
fn exceptions_are_as_in_a_file() {
    let mut head = head();
    assert_eq!(
        found(&mut head, "-- dsql: allow(unbounded-change) few rows are done\nDELETE FROM items WHERE done"),
        [""; 0]
    );
    assert_eq!(
        found(&mut head, "SELECT a\n-- dsql: allow(unknown-relation) another service makes it\nFROM nowhere"),
        [""; 0]
    );
    assert_eq!(
        found(&mut head, "-- dsql: allow(unknown-relation) it is there\nSELECT title FROM items"),
        ["warning unused-allow: `unknown-relation` finds nothing in the statement behind it"]
    );
    assert_eq!(
        found(&mut head, "-- dsql: contract x\nSELECT 1"),
        ["error directive: this directive is for the files of a set"]
    );
}

#[test]
fn without_the_replay_names_are_not_asked_for() {
    let options = Options { catalog: false, ..Options::default() };
    let (_, mut head) = Head::of_set(vec![input("0001_a.sql", SET)], options);
    assert_eq!(found(&mut head, "SELECT nope FROM nowhere WHERE a = $1"), [""; 0]);
    assert_eq!(found(&mut head, "SELECT a FROM b TABLESAMPLE SYSTEM (1)").len(), 1);
}

#[test]
fn what_a_statement_does_is_known_by_name() {
    let mut head = head();
    let judged = head.check(Source::new(
        "main.rs",
        "UPDATE items SET done = true FROM shelves s WHERE s.id = shelf_id AND name = $1 AND items.id = $2",
    ));
    assert_eq!(head.writes(&judged), ["public.items"]);
    let reads = head.reads(&judged);
    for name in ["public.shelves", "public.items.done", "public.shelves.name", "public.items.shelf_id"] {
        assert!(reads.iter().any(|one| one == name), "{name} in {reads:?}");
    }
}

#[test]
fn findings_are_shown_with_the_statement_and_the_set() {
    let (report, mut head) = Head::of_set(vec![input("0001_a.sql", SET)], Options::default());
    let judged = head.check(Source::new("src/main.rs", "SELECT title\nFROM items\nWHERE color = $1"));
    let shown: Vec<String> =
        judged.diagnostics.iter().map(|one| of_statement(&report, &judged, one, Style::Plain)).collect();
    assert_eq!(
        shown,
        ["error[unknown-column]: `items` has no column `color`
 --> src/main.rs:3:7
  |
3 | WHERE color = $1
  |       ^^^^^
  |
 ::: 0001_a.sql:3:14
  |
3 | CREATE TABLE items (
  |              ----- the table is created here
  |
  = server: 42703 column \"color\" does not exist
  = help: at this point `items` has `id`, `shelf_id`, `title`, `rating`, `done` and `made_at`; name one of these, or add it before
  = see: `dsql-migrate explain unknown-column`"]
    );
}

/// Columns are those of the Rust file, and of a string that goes on behind a backslash the line is shown that is meant.
#[test]
fn findings_in_a_part_of_a_file_are_shown_in_their_place() {
    use crate::text::{Anchor, Position};
    let (report, mut head) = Head::of_set(vec![input("0001_a.sql", SET)], Options::default());
    let anchor = |byte, line, column| Anchor { byte, position: Position { line, column } };
    let mut shown = |sql: &str, anchors| {
        let judged = head.check(Source::within("a.rs", sql, anchors));
        let [found] = judged.diagnostics.as_slice() else { panic!("{:?}", judged.diagnostics) };
        let shown = of_statement(&report, &judged, found, Style::Plain);
        shown.lines().skip(1).take(4).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        shown("SELECT a FROM itmes", vec![anchor(0, 7, 5)]),
        " --> a.rs:7:19\n  |\n7 |     SELECT a FROM itmes\n  |                   ^^^^^"
    );
    assert_eq!(
        shown("SELECT a FROM itmes LIMIT 1", vec![anchor(0, 7, 5), anchor(9, 8, 3), anchor(20, 9, 3)]),
        " --> a.rs:8:8\n  |\n8 |   FROM itmes \n  |        ^^^^^"
    );
}
