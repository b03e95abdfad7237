//! What an expansion costs the compiler, by counts: a set of a thousand files is one literal, and a line or two for each
//! file. How long that takes is for `cargo bench -p dsql-migrate-tests --bench build_speed`.

use std::fmt::Write as _;
use std::fs;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::embed;

const MARK: &str = "said once in each file";

/// An expansion over so many files, and how long their SQL is.
fn expansion(files: usize) -> (TokenStream, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut length = 0;
    for number in 1..=files {
        let mut sql = format!("-- {MARK}\nCREATE DOMAIN d{number} AS text;\n");
        for line in 0..5 {
            let _ = writeln!(sql, "COMMENT ON DOMAIN d{number} IS '{MARK} {line}';");
        }
        length += sql.len();
        fs::write(folder.path().join(format!("{number:04}_d.sql")), sql).expect("a file");
    }
    let path = folder.path().to_str().expect("a path of letters");
    (embed::expand(quote!(#path)), length)
}

/// All tokens, those in groups too.
fn tokens(stream: TokenStream) -> usize {
    let inner = |tree| match tree {
        TokenTree::Group(group) => 1 + tokens(group.stream()),
        _ => 1,
    };
    stream.into_iter().map(inner).sum()
}

/// The longest literal of an expansion.
fn longest(stream: TokenStream) -> usize {
    let length = |tree| match tree {
        TokenTree::Group(group) => longest(group.stream()),
        other => other.to_string().len(),
    };
    stream.into_iter().map(length).max().unwrap_or(0)
}

#[test]
fn a_set_is_one_literal_and_a_few_tokens_a_file() {
    let ((few, _), (many, sql)) = (expansion(10), expansion(300));
    let text = many.to_string();
    assert!(!text.contains("compile_error"), "{}", &text[..text.len().min(2_000)]);
    // A path to track, a name and a fingerprint to compare.
    let each = (tokens(many.clone()) - tokens(few)) / 290;
    assert!(each <= 16, "{each} tokens a file");
    // The five comments; what the file says around its statements is no part of the plan.
    assert_eq!(text.matches(MARK).count(), 300 * 5, "no statement twice");
    // Most bytes of checksums are four characters in a literal.
    let literal = longest(many);
    assert!(literal < sql * 3, "{literal} characters for {sql} of SQL");
}
