//! A rule's page, written from its metadata: what `explain` prints and `docs/rules/` holds.

use std::fmt::Write;

use crate::dialect::Dialect;
use crate::finding::Rule;
use crate::finding::Severity;
use crate::rules::RULES;

/// The page of a rule, in Markdown.
#[must_use]
pub fn of(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n", rule.id);
    let kind = match rule.severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
    };
    push(&mut page, format_args!("{kind}: {}.\n", rule.title));
    push(&mut page, format_args!("{}\n", rule.why));
    push(&mut page, format_args!("Wrong:\n\n```sql\n{}\n```\n", rule.wrong));
    push(&mut page, format_args!("Right:\n\n```sql\n{}\n```\n", rule.right));
    if !rule.help.is_empty() {
        push(&mut page, format_args!("What to do: {}.\n", rule.help.trim_end_matches('.')));
    }
    if !rule.sqlstate.is_empty() {
        let words = if rule.server.is_empty() { "(its words depend on the statement)" } else { rule.server };
        push(&mut page, format_args!("The server answers `{}` {words}\n", rule.sqlstate));
    }
    push(&mut page, format_args!("{}\n", period(rule)));
    push(&mut page, format_args!("Evidence:\n"));
    for evidence in rule.evidence {
        page.push_str("- ");
        page.push_str(evidence);
        page.push('\n');
    }
    if rule.can_be_allowed() {
        push(
            &mut page,
            format_args!(
                "\nTo make an exception for one statement, write before it:\n\n```sql\n-- dsql: allow({}) the reason\n```",
                rule.id
            ),
        );
    }
    page.trim_end().to_owned() + "\n"
}

/// When the rule holds.
fn period(rule: &Rule) -> String {
    let from_dsql = !rule.sqlstate.is_empty();
    match (rule.since, rule.until) {
        (None, None) if from_dsql => format!("Holds from the beginning up to now ({}).", Dialect::LATEST),
        (None, None) => "Holds for every dialect.".to_owned(),
        (Some(since), None) => format!("Holds since {since}, up to now ({}).", Dialect::LATEST),
        (None, Some(until)) => format!("Held until {until}; asked for with `--dialect` and an earlier day."),
        (Some(since), Some(until)) => format!("Held from {since} until {until}."),
    }
}

/// The table of all rules, in Markdown.
#[must_use]
pub fn index() -> String {
    let mut page = format!(
        "# Rules\n\n\
         What `dsql-migrate check` and `embed_migrations!` look for, as of {}. Each page says why, what to write \
         instead, since when, and how it is known. `dsql-migrate explain RULE` prints the same.\n\n\
         | rule | | finds | until |\n|---|---|---|---|\n",
        Dialect::LATEST
    );
    for rule in RULES {
        let until = rule.until.map_or_else(String::new, |until| until.to_string());
        let title = rule.title.replace('|', "\\|");
        push(
            &mut page,
            format_args!(
                "| [{id}]({id}.md) | {} | {title} | {until} |",
                rule.severity.as_str(),
                id = rule.id
            ),
        );
    }
    page
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// `UPDATE_DOCS=1 cargo test -p dsql-migrate-check pages` writes what this test compares.
    #[test]
    fn pages_are_what_the_rules_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules");
        let mut pages: Vec<(String, String)> =
            RULES.iter().map(|rule| (format!("{}.md", rule.id), of(rule))).collect();
        pages.push(("README.md".to_owned(), index()));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            for (name, page) in &pages {
                fs::write(folder.join(name), page).unwrap();
            }
        }
        for (name, page) in &pages {
            let written = fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert_eq!(
                written, *page,
                "docs/rules/{name} is stale: UPDATE_DOCS=1 cargo test -p dsql-migrate-check pages"
            );
        }
        let known = |name: &str| pages.iter().any(|(page, _)| page == name);
        for entry in fs::read_dir(&folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(known(&name), "docs/rules/{name} is the page of no rule");
        }
    }
}
