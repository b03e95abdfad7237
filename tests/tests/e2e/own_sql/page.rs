//! `docs/own-sql.md`, made from the list.

use dsql_migrate::__private::forms::{Form, Group, Verdict, groups};
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "\
# The SQL that dsql-migrate sends of its own

<!-- Made from runtime/src/sql/forms by `UPDATE_DOCS=1 cargo test -p dsql-migrate-tests --test e2e page`. -->

Apart from the statements of your migrations, a run sends statements of its own: it keeps three tables, holds a lease \
and asks the catalog. **We have not run any of them on an Aurora DSQL cluster.** Whether your first boot works is \
decided by them, so this page lists every one, what it relies on, and what others have seen of that on a cluster.

The list is complete: the tests run all that the library can do through a relay that records every message, and fail if \
a statement is sent that is not here, or stands here and is never sent, unless the entry says so. Each example is made by the function that makes \
the statement. Our own checker judges each example, too; where it has something to say, that is said here.

How to read a verdict:

- **seen**: each construct was seen to work on a cluster, in this combination or a very similar one.
- **likely**: each construct was seen in other combinations, or is PostgreSQL's own and on no list of what DSQL refuses.
- **unseen**: nothing was seen of the construct that it rests on, or documents say that it is not there.

The sources are other people's: *recorded* means the answers of a real cluster to a set of probes, published with \
[dsql-emulator](https://github.com/Dreamescaper/dsql-emulator) and recorded between 2026-09-16 and 2026-09-18; *live* \
means that the named project says that it ran this on a cluster, on that day or before; a dialect or a connector of \
AWS's is code that AWS ships for DSQL, which we have read and not run. *No record* means that we found nothing, for or \
against.

If the server refuses a statement and nothing else is said, the run ends with an error that has the server's own words, \
and nothing of that message is applied: a message is one transaction.
";

fn page() -> String {
    let groups = groups();
    let mut page = HEAD.to_owned();
    let mut push = |text: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{text}");
    };
    push(format_args!("\n| Section | seen | likely | unseen |\n| --- | --- | --- | --- |"));
    for group in &groups {
        let count = |verdict| group.forms.iter().filter(|form| form.verdict == verdict).count();
        let [seen, likely, unseen] = [Verdict::Seen, Verdict::Likely, Verdict::Unseen].map(count);
        push(format_args!("| [{}](#{}) | {seen} | {likely} | {unseen} |", group.title, anchor(group)));
    }
    for group in &groups {
        push(format_args!("\n## {}\n\n{}", group.title, group.about));
        for form in &group.forms {
            push(format_args!("\n{}", section(form)));
        }
    }
    page
}

/// As GitHub makes it.
fn anchor(group: &Group) -> String {
    let kept = group.title.chars().filter(|c| c.is_alphanumeric() || *c == ' ');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn section(form: &Form) -> String {
    let mut lines = vec![
        format!("### {}", capital(form.name)),
        String::new(),
        format!("Sent {}.", form.when),
        String::new(),
        "```sql".to_owned(),
    ];
    lines.extend(form.samples.iter().map(|sample| format!("{};", sample.trim_end_matches(';'))));
    lines.extend([
        "```".to_owned(),
        String::new(),
        format!("- Verdict: **{}**", form.verdict.as_str()),
        format!("- Relies on: {}", form.constructs),
        format!("- Evidence: {}", form.evidence),
    ]);
    if !form.refused.is_empty() {
        lines.push(format!("- If it is refused: {}", form.refused));
    }
    if let Some((rule, why)) = form.exempt {
        lines.push(format!("- Our own checker warns of it ([{rule}](rules/{rule}.md)): {why}"));
    }
    if !form.unreached.is_empty() {
        lines.push(format!("- Not sent in our tests: {}", form.unreached));
    }
    lines.join("\n")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[test]
fn the_page_is_what_the_list_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/own-sql.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/own-sql.md is stale: UPDATE_DOCS=1 cargo test -p dsql-migrate-tests --test e2e page"
    );
}
