//! Any bytes through every way into the checker: it finishes, does not panic, and names places that exist.
//!
//! `cargo +nightly fuzz run check` in `checker/`; a bounded run of the same, with seeds, is in
//! `tests/tests/checker/bytes.rs`.

#![no_main]

use dsql_migrate_check::{Dialect, Input, Options, Report, check_file, check_set};
use libfuzzer_sys::fuzz_target;

fn input(name: &str, bytes: &[u8]) -> Input {
    Input { path: format!("migrations/{name}"), name: name.to_owned(), bytes: bytes.to_vec() }
}

fn places_exist(report: &Report) {
    for one in &report.diagnostics {
        let labels = one.others.iter().map(|label| (label.file, label.span));
        for (file, span) in labels.chain([(one.file, one.span)]) {
            let text = report.files[file].text();
            assert!(text.get(span.range()).is_some(), "{}: {span:?} of {} bytes", one.rule.id, text.len());
            let _ = report.files[file].position(span.start);
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    places_exist(&check_file(input("0001_a.sql", bytes), Options::default()));
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let halves = vec![input("0001_a.sql", first), input("0002_b.sql", second)];
    places_exist(&check_set(halves, Options::default()));
    let oldest = Options { dialect: Dialect::FIRST, ..Options::default() };
    places_exist(&check_file(input("0001_a.sql", bytes), oldest));
});
