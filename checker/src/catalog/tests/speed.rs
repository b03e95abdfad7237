use std::time::{Duration, Instant};

use super::findings;

/// A set of this many files, each with a table, its index, a view, a change and some rows.
fn set(files: usize) -> Vec<String> {
    let file = |n: usize| {
        let parent = n.saturating_sub(1) % 900;
        let make = if n < 900 {
            format!(
                "CREATE TABLE t{n} (id uuid PRIMARY KEY, a text NOT NULL, b int, p uuid REFERENCES t{parent} (id));
                 CREATE INDEX ASYNC ON t{n} (p); CREATE VIEW v{n} AS SELECT id, a FROM t{n};"
            )
        } else {
            String::new()
        };
        let of = n % 900;
        format!(
            "{make} ALTER TABLE t{of} ADD COLUMN c{n} int; INSERT INTO t{of} (id, a) VALUES ('00000000-0000-4000-8000-000000000001', 'y');
             UPDATE t{of} SET b = 1 WHERE id = '00000000-0000-4000-8000-000000000001';"
        )
    };
    (0..files).map(file).collect()
}

fn time(files: usize) -> Duration {
    let set = set(files);
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    let start = Instant::now();
    let (found, _) = findings(&set);
    let took = start.elapsed();
    assert!(found.is_empty(), "{:?}", found.first());
    took
}

/// Without optimisation all of the checker takes longer; the bound keeps out what grows with the square.
#[test]
fn a_thousand_files_take_little_time() {
    let (few, many) = (time(250), time(1000));
    assert!(many < few * 8 + Duration::from_millis(500), "250 files: {few:?}; 1,000 files: {many:?}");
}
