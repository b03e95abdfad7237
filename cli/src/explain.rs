use std::io::{self, Write};

use dsql_migrate_check::{RULES, Rule, page};
use serde::Serialize;

use crate::database::{Format, print};

/// Print a rule's page: why, what to write instead, since when, and how it is known.
///
/// Exit code: 0, 2 when there is no such rule.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The rule, as messages name it: `index-async`. Without one, all rules are listed
    rule: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Serialize)]
struct Listed {
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    severity: &'static str,
    title: &'static str,
    page: String,
}

impl Entry {
    fn of(rule: &Rule) -> Self {
        Self { id: rule.id, severity: rule.severity.as_str(), title: rule.title, page: page::of(rule) }
    }
}

pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let mut out = io::stdout();
    let Some(id) = &arguments.rule else {
        if arguments.format == Format::Json {
            print(&Listed { rules: RULES.iter().map(|rule| Entry::of(rule)).collect() })?;
            return Ok(true);
        }
        for rule in RULES {
            writeln!(out, "{:24} {:8} {}", rule.id, rule.severity.as_str(), rule.title)?;
        }
        return Ok(true);
    };
    match Rule::by_id(id) {
        Some(rule) if arguments.format == Format::Json => print(&Entry::of(rule))?,
        Some(rule) => write!(out, "{}", page::of(rule))?,
        None => {
            let hint = Rule::nearest(id).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let message = format!("there is no rule `{id}`{hint} (`dsql-migrate explain` lists them)");
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
    }
    Ok(true)
}
