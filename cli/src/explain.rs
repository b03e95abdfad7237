use std::io::{self, Write};

use dsql_migrate_check::{RULES, Rule, page};

/// Print a rule's page: why, what to write instead, since when, and how it is known.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The rule, as messages name it: `index-async`. Without one, all rules are listed
    rule: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    let Some(id) = &arguments.rule else {
        for rule in RULES {
            writeln!(out, "{:24} {:8} {}", rule.id, rule.severity.as_str(), rule.title)?;
        }
        return Ok(true);
    };
    match Rule::by_id(id) {
        Some(rule) => write!(out, "{}", page::of(rule))?,
        None => {
            let hint = Rule::nearest(id).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let message = format!("there is no rule `{id}`{hint} (`dsql-migrate explain` lists them)");
            return Err(io::Error::new(io::ErrorKind::NotFound, message));
        }
    }
    Ok(true)
}
