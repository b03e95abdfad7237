//! From the grammar in `checker/grammar/*.grammar` to the tables that the checker reads SQL with.
//!
//! The checker itself knows nothing of this: it holds the tables as they are committed. `cargo run -p
//! dsql-migrate-grammar` makes them anew after a change of the grammar, and says where two readings conflict; a test
//! tells when they are not what the grammar says.

// From the checker, which cannot be asked: it may not compile while the grammar changes.
#[path = "../../src/lex/keywords.rs"]
mod keywords;
pub mod notation;
pub mod sentences;
pub mod tables;
#[path = "../../src/grammar/terminals.rs"]
mod terminals;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use keywords::{KEYWORDS, Keyword, KeywordClass};
use notation::Expanded;

/// The folder of the grammar.
#[must_use]
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads the grammar.
///
/// # Errors
///
/// What is wrong with it, with the line.
pub fn read() -> Result<Expanded, String> {
    let entries = std::fs::read_dir(folder()).map_err(|error| error.to_string())?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "grammar"));
    files.sort();
    let mut parts = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        parts.push((file.display().to_string(), text));
    }
    parts.push(("the keywords".to_owned(), keyword_rules()));
    notation::expand(&parts, "start")
}

/// A rule for each class of keywords, and one for those that are the name of a result's column without AS.
fn keyword_rules() -> String {
    let words = |of: &dyn Fn(&Keyword) -> bool| {
        let words: Vec<_> =
            KEYWORDS.iter().filter(|one| of(one)).map(|one| one.text.to_ascii_uppercase()).collect();
        words.join(" | ")
    };
    let mut rules = String::new();
    let mut rule = |name: &str, words: String| {
        let _ = writeln!(rules, "{name} = {words} ;");
    };
    rule("word_unreserved", words(&|one| one.class == KeywordClass::Unreserved));
    rule("word_column", words(&|one| one.class == KeywordClass::ColumnName));
    rule("word_function", words(&|one| one.class == KeywordClass::TypeOrFunction));
    rule("word_reserved", words(&|one| one.class == KeywordClass::Reserved));
    rule("word_bare", words(&|one| one.bare_label));
    rules
}

/// The source of the enum of the kinds of nodes.
#[must_use]
pub fn node_kinds(expanded: &Expanded) -> String {
    let names: Vec<String> = expanded.labels.iter().map(|label| camel(label)).collect();
    let mut source = String::from(
        "//! The kinds of nodes, as `checker/grammar/*.grammar` names them; made by `cargo run -p dsql-migrate-grammar`.\n\n\
         /// What a node of a tree is.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub(crate) enum NodeKind {\n",
    );
    for name in &names {
        let _ = writeln!(source, "    {name},");
    }
    source.push_str("}\n\n/// All of them, in the order of their numbers, which begin at 1.\nconst ALL: &[NodeKind] = &[\n");
    for name in &names {
        let _ = writeln!(source, "    NodeKind::{name},");
    }
    source.push_str(
        "];\n\nimpl NodeKind {\n    /// The kind with a number; 0 is none.\n    pub(super) fn of(number: u16) -> Option<Self> {\n        \
         ALL.get(usize::from(number).checked_sub(1)?).copied()\n    }\n}\n",
    );
    source
}

fn camel(label: &str) -> String {
    let mut name = String::new();
    for part in label.split('_') {
        let mut letters = part.chars();
        name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}
