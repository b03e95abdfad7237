//! Any bytes through every way into the checker: it finishes, does not panic, and names places that exist. Shared by
//! the fuzz target beside this file and by the bounded run in `tests/tests/checker/bytes.rs`.

use dsql_migrate_check::{Dialect, Input, Options, Report, check_file, check_set};

fn input(name: &str, bytes: &[u8]) -> Input {
    Input { path: format!("migrations/{name}"), name: name.to_owned(), bytes: bytes.to_vec() }
}

/// Whatever is found stands in the file, between characters.
pub(crate) fn places_exist(report: &Report) {
    for one in &report.diagnostics {
        let labels = one.others.iter().map(|label| (label.file, label.span));
        for (file, span) in labels.chain([(one.file, one.span)]) {
            let text = report.files[file].text();
            assert!(text.get(span.range()).is_some(), "{}: {span:?} of {} bytes", one.rule.id, text.len());
            let _ = report.files[file].position(span.start);
        }
    }
}

/// Judges bytes in every way.
pub(crate) fn judge_bytes(bytes: &[u8]) {
    let alone = Options { catalog: false, ..Options::default() };
    let oldest = Options { dialect: Dialect::FIRST, ..Options::default() };
    for options in [alone, Options::default(), oldest] {
        places_exist(&check_file(input("0001_a.sql", bytes), options));
    }
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let halves = vec![input("0001_a.sql", first), input("0002_b.sql", second)];
    places_exist(&check_set(halves, Options::default()));
}
