//! The tables that the checker holds are those of the grammar.

#![allow(clippy::expect_used)]

#[test]
fn what_is_committed_is_what_the_grammar_says() {
    let stale = "the tables are stale: cargo run -p dsql-migrate-grammar";
    let expanded = dsql_migrate_grammar::read().expect("a grammar");
    let made = dsql_migrate_grammar::tables::make(&expanded).expect("tables");
    let held = |name: &str| std::fs::read(dsql_migrate_grammar::folder().join("../src/grammar").join(name));
    assert!(held("tables.bin").expect("tables.bin") == made.bytes, "{stale}");
    assert!(
        held("kind.rs").expect("kind.rs") == dsql_migrate_grammar::node_kinds(&expanded).as_bytes(),
        "{stale}"
    );
}
