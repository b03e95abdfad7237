//! What the rules of the checker recommend is right for the server as well, and for the records beside it.

use crate::support::{database, quick};
use dsql_migrate_check::{RULES, Rule};
use dsql_migrate_tests::sets;

/// What is no statement, or none that the server of today takes, and why.
const NOT_APPLIED: &[(&str, &str)] = &[
    // The new owner must be able to create tables in the schema, which nobody can be given in public.
    ("alter-table-action", "refused in public, whoever the owner is to be"),
    ("contract", "a line of a file"),
    ("directive", "a line of a file"),
    ("duplicate-version", "names of files"),
    ("file-name", "the name of a file"),
    ("history", "words"),
    ("lock-file", "a line of the lock file"),
    ("not-utf", "words"),
    ("sql-statement", "a call of a macro"),
    ("unused-allow", "a statement for the day on which DSQL takes it"),
    ("version-style", "names of files"),
];

/// What an example needs that speaks of it, unless it makes that itself. Rows are there where it changes any.
const NEEDED: &[(&str, &str)] = &[
    ("library", "CREATE SCHEMA library;"),
    ("library.items", "CREATE TABLE library.items (id uuid PRIMARY KEY);"),
    ("app.items", "CREATE SCHEMA app;\nCREATE TABLE app.items (id uuid PRIMARY KEY, title text);"),
    (
        "items",
        "CREATE TABLE items (id text PRIMARY KEY, title text, shelf text, rating int, created_at timestamptz, \
         updated_at timestamptz);",
    ),
    ("users", "CREATE TABLE users (id uuid PRIMARY KEY, email text, email_lower text);"),
    ("leases", "CREATE TABLE leases (name text PRIMARY KEY, owner text, expires_at timestamptz);"),
    ("pages", "CREATE TABLE pages (id int PRIMARY KEY, body text);"),
    ("sessions", "CREATE TABLE sessions (id text PRIMARY KEY, expires_at timestamptz);"),
    ("wide", "CREATE TABLE wide (a int, b int, c int, d int, e int, f int, g int, h int, PRIMARY KEY (a));"),
    ("parents", "CREATE TABLE parents (id int PRIMARY KEY);"),
    ("children", "CREATE TABLE children (id int PRIMARY KEY, parent_id int);"),
    ("numbers", "CREATE TABLE numbers (n int PRIMARY KEY);"),
    ("INSERT INTO a", "CREATE TABLE a (x text PRIMARY KEY);"),
    (
        "DROP INDEX items_title_idx",
        "CREATE TABLE items (id text PRIMARY KEY, title text);\nCREATE INDEX ASYNC items_title_idx ON items (title);",
    ),
];

/// What single examples need besides.
const ALSO_NEEDED: &[(&str, &str)] = &[
    ("alter-table-support", "ALTER TABLE items DROP COLUMN rating;"),
    ("validate-constraint", "ALTER TABLE items ADD CONSTRAINT rating_range CHECK (rating > 0) NOT VALID;"),
];

/// Whether the text has these words, and not as a part of others.
fn speaks_of(text: &str, words: &str) -> bool {
    let is_name = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
    text.match_indices(words).any(|(at, _)| {
        !is_name(text[..at].chars().next_back()) && !is_name(text[at + words.len()..].chars().next())
    })
}

fn needed(rule: &Rule) -> String {
    let is_made = |name: &str| {
        rule.right.contains(&format!("CREATE TABLE {} ", name.trim_start_matches("INSERT INTO ")))
    };
    let mut sql = String::new();
    for (name, makes) in NEEDED.iter().filter(|(name, _)| speaks_of(rule.right, name) && !is_made(name)) {
        if *name != "items" || !rule.right.contains("CREATE TABLE IF NOT EXISTS items") {
            sql.push_str(&format!("{makes}\n"));
        }
    }
    // A schema is spoken of in the names of its tables.
    if sql.is_empty() && rule.right.contains("library.")
        || sql.contains("library.") && !sql.contains("SCHEMA library")
    {
        sql.insert_str(0, "CREATE SCHEMA library;\n");
    }
    // The keys of most examples are short texts; of this one they are not.
    if rule.id == "create-table-as" {
        sql = sql.replace("id text", "id uuid");
    }
    sql.extend(ALSO_NEEDED.iter().filter(|(id, _)| *id == rule.id).map(|(_, sql)| *sql));
    sql
}

async fn applied(rule: &'static Rule) -> Result<(), String> {
    let needed = needed(rule);
    let mut files = vec![("0001_needed.sql", needed.as_str()), ("0002_right.sql", rule.right)];
    files.retain(|(_, sql)| !sql.is_empty());
    let what = |why: &str| format!("{}:\n{needed}{}\n{why}", rule.id, rule.right);
    let migrations = sets::set(&files).map_err(|why| what(&why))?;
    let database = database().await;
    let run = migrations.with(quick()).run(&database.config()).await;
    run.map_err(|error| what(&error.to_string()))?;
    database.assert_at_rest().await;
    Ok(())
}

#[tokio::test]
async fn what_rules_recommend_is_applied() {
    let mut failed = Vec::new();
    // Roles are shared by all databases of the emulator: the one that an example makes is there for the others.
    let first = |rule: &&'static Rule| rule.id == "role-option";
    for rule in RULES.iter().copied().filter(first) {
        failed.extend(applied(rule).await.err());
    }
    let mut running = tokio::task::JoinSet::new();
    let is_applied = |rule: &&'static Rule| NOT_APPLIED.iter().all(|(id, _)| *id != rule.id);
    for rule in RULES.iter().copied().filter(|rule| is_applied(rule) && !first(rule)) {
        while running.len() >= 8 {
            let ended: Result<_, String> =
                running.join_next().await.expect("some are running").expect("no panic");
            failed.extend(ended.err());
        }
        running.spawn(applied(rule));
    }
    while let Some(ended) = running.join_next().await {
        failed.extend(ended.expect("no panic").err());
    }
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n\n"));
}

/// A list of exceptions is good for nothing where it excepts what is not there.
#[test]
fn what_is_not_applied_is_there() {
    for (id, why) in NOT_APPLIED.iter().chain(ALSO_NEEDED) {
        assert!(RULES.iter().any(|rule| rule.id == *id) && !why.is_empty(), "{id}");
    }
}
