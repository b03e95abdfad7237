//! How fast the checker is, beside dsql-lint 0.2.22, and how its time grows on texts that nobody would write.
//!
//! ```text
//! cargo bench -p dsql-migrate-tests --bench check_speed             # both parts
//! cargo bench -p dsql-migrate-tests --bench check_speed -- speed    # 5 MB of migrations, both checkers
//! cargo bench -p dsql-migrate-tests --bench check_speed -- growth 1000000   # from so many bytes, twice, four times
//! ```
//!
//! The growth part runs every text in a process of its own, so that one that crashes or never ends is told as such.

#![allow(clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use dsql_migrate_check::{Input, Options, Report, check_file, check_set};

#[path = "../tests/checker/random.rs"]
mod random;
#[path = "../tests/checker/repeated.rs"]
mod repeated;

use random::Random;

/// How long a text of the growth part may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            speed();
            growth(100_000);
        }
        ["speed"] => speed(),
        ["growth"] => growth(100_000),
        ["growth", bytes] => growth(bytes.parse().expect("a number of bytes")),
        ["one", index, bytes] => one(index.parse().expect("an index"), bytes.parse().expect("bytes")),
        _ => panic!("speed, growth [BYTES], or nothing"),
    }
}

fn input(text: &str) -> Input {
    Input { path: "m/0001_a.sql".into(), name: "0001_a.sql".into(), bytes: text.into() }
}

fn check(text: &str) -> Report {
    check_file(input(text), Options::default())
}

/// The best of three, in seconds.
fn seconds(mut run: impl FnMut() -> usize) -> (f64, usize) {
    let mut best = (f64::INFINITY, 0);
    for _ in 0..3 {
        let start = Instant::now();
        let found = run();
        best = (best.0.min(start.elapsed().as_secs_f64()), found);
    }
    best
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn speed() {
    let text = migrations(&mut Random::new(1), 5_000_000);
    let megabytes = text.len() as f64 / 1e6;
    println!("{megabytes:.1} MB of migrations, {} statements, seed 1", check(&text).statements);
    let ours = seconds(|| check(&text).diagnostics.len());
    let set = seconds(|| check_set(vec![input(&text)], Options::default()).diagnostics.len());
    let theirs = seconds(|| dsql_lint::lint_sql(&text).len());
    let names =
        ["dsql-migrate-check, check_file", "dsql-migrate-check, check_set", "dsql-lint 0.2.22, lint_sql"];
    for (name, (time, found)) in names.iter().zip([ours, set, theirs]) {
        println!("{name:31} {time:7.3} s {:7.2} MB/s {found:6} findings", megabytes / time);
    }
    println!("dsql-lint takes {:.2} times as long as check_file", theirs.0 / ours.0);
}

/// Migrations as people write them: tables, indexes, changes and seeds, a few lines each.
fn migrations(random: &mut Random, bytes: usize) -> String {
    let types = [
        "text",
        "bigint",
        "uuid",
        "timestamptz",
        "boolean",
        "numeric(10, 2)",
        "varchar(200)",
        "date",
        "jsonb",
    ];
    let mut text = String::new();
    for number in 0_u64.. {
        let table = format!("table_{number}");
        text.push_str(&format!("-- What {table} is for; it's a note.\nCREATE TABLE {table} (\n"));
        text.push_str("    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),\n");
        for column in 0..3 + random.below(8) {
            let null =
                random.pick(&["", " NOT NULL", " NOT NULL DEFAULT now()", " CHECK (length('x;y') > 0)"]);
            text.push_str(&format!("    column_{column} {}{null},\n", random.pick(&types)));
        }
        text.push_str("    created_at timestamptz NOT NULL DEFAULT now()\n);\n\n");
        for index in 0..random.below(3) {
            text.push_str(&format!(
                "CREATE INDEX ASYNC {table}_{index}_idx ON {table} (column_{index}, id);\n"
            ));
        }
        text.push_str(&format!("ALTER TABLE {table} ADD COLUMN added_{number} {};\n", random.pick(&types)));
        text.push_str(&format!("COMMENT ON TABLE {table} IS 'the table''s number {number}';\n"));
        for row in 0..random.below(6) {
            text.push_str(&format!(
                "INSERT INTO {table} (column_0, column_1) VALUES ('row {row}', {row}), (NULL, 1);\n"
            ));
        }
        if random.chance(20) {
            text.push_str(&format!(
                "CREATE VIEW view_{number} AS SELECT t.id, count(*) FROM {table} t GROUP BY 1;\n"
            ));
        }
        if text.len() >= bytes {
            break;
        }
    }
    text
}

/// Judges one repeated text in this process and prints the time.
fn one(index: usize, bytes: usize) {
    let (before, what) = repeated::REPEATED[index];
    let text = repeated::text(before, what, bytes);
    let start = Instant::now();
    let found = check(&text).diagnostics.len();
    println!("{} {found}", start.elapsed().as_secs_f64());
}

/// The same in a process of its own: seconds, or why there are none.
fn measured(index: usize, bytes: usize) -> Result<f64, &'static str> {
    let program = std::env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args(["one", &index.to_string(), &bytes.to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
    let start = Instant::now();
    while child.try_wait().expect("a state").is_none() {
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return Err("TOO SLOW");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("its output");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split(' ').next().and_then(|time| time.parse().ok()).ok_or("CRASHED")
}

fn growth(bytes: usize) {
    println!("seconds for {bytes} bytes, twice and four times as many; linear is 1 : 2 : 4");
    for (index, (before, what)) in repeated::REPEATED.iter().enumerate() {
        let mut times = Vec::new();
        for times_as_many in [1, 2, 4] {
            times.push(measured(index, bytes * times_as_many));
            if times.last().is_some_and(Result::is_err) {
                break;
            }
        }
        let shown: Vec<_> =
            times.iter().map(|time| time.map_or_else(str::to_owned, |time| format!("{time:.3}"))).collect();
        let steep = match times[..] {
            [Ok(first), .., Ok(last)] if last > 0.05 && last > first * 8.0 => "  STEEP",
            _ => "",
        };
        println!("{:60} {}{steep}", format!("{before:?} then {what:?}"), shown.join("  "));
    }
}
