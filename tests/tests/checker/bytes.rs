//! Any bytes: the checker finishes, does not panic, and names places that exist.
//!
//! How the time grows is for the bench: `cargo bench -p dsql-migrate-tests --bench check_speed`.

use dsql_migrate_check::{Input, Options, check_set};

use crate::judge::judge;
use crate::number;
use crate::random::Random;
use crate::repeated::{REPEATED, text};

/// How many random texts, unless `CHECKER_INPUTS` says otherwise.
const INPUTS: u64 = 3_000;

#[path = "../../../checker/fuzz/judge_bytes.rs"]
mod judge_bytes;

use judge_bytes::{judge_bytes, places_exist};

/// Reads one of the long texts. For a process of its own: an overflow of the stack ends it.
#[test]
#[ignore = "run for each text by long_texts_of_one_thing_are_read"]
fn one_long_text() {
    let one = REPEATED[usize::try_from(number("CHECKER_TEXT", 0)).unwrap()];
    // Debug builds are slow; the size at which anything quadratic would never end is the bench's.
    let long = text(one.0, one.1, 20_000);
    places_exist(&judge(long.as_str()));
    let input =
        Input { path: "migrations/0001_a.sql".into(), name: "0001_a.sql".into(), bytes: long.into_bytes() };
    places_exist(&check_set(vec![input], Options::default()));
}

#[test]
fn long_texts_of_one_thing_are_read() {
    let tests = std::env::current_exe().unwrap();
    let mut wrong = Vec::new();
    for (index, one) in REPEATED.iter().enumerate() {
        let mut command = std::process::Command::new(&tests);
        command.args(["--exact", "bytes::one_long_text", "--ignored"]).env("CHECKER_TEXT", index.to_string());
        let output = command.env("RUST_MIN_STACK", "2097152").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            wrong.push(format!("{one:?}: {}{said}", String::from_utf8_lossy(&output.stdout)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn random_bytes_are_read() {
    let (inputs, seed) = (number("CHECKER_INPUTS", INPUTS), number("CHECKER_SEED", 1));
    println!("{inputs} inputs from seed {seed}");
    for input in 0..inputs {
        let mut random = Random::new(seed.wrapping_add(input));
        let bytes: Vec<u8> = match random.below(4) {
            // Bytes as they come: hardly ever UTF-8.
            0 => (0..random.below(60)).map(|_| random.next() as u8).collect(),
            1 => (0..random.below(60)).map(|_| (random.next() & 0x7f) as u8).collect(),
            2 => crate::soup::soup(&mut random).into_bytes(),
            _ => {
                let text = crate::grammar::statement(&mut random);
                crate::soup::mutated(&mut random, &text).into_bytes()
            }
        };
        let judged = std::panic::catch_unwind(|| judge_bytes(&bytes));
        assert!(judged.is_ok(), "seed {}: {:?}", seed.wrapping_add(input), String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn what_is_no_utf_8_is_said_to_be_none() {
    for bytes in [&b"SELECT '\xff'"[..], b"\xc3", b"\xff\xfeS\0E\0", b"SELECT 1; -- \xe9"] {
        let report = judge(bytes);
        let ids: Vec<_> = report.diagnostics.iter().map(|one| one.rule.id).collect();
        assert_eq!(ids, ["not-utf"], "{bytes:?}");
        judge_bytes(bytes);
    }
}
