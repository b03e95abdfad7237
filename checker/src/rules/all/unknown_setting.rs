use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-setting",
    title: "`SHOW` shows a setting, and there is none of this name",
    why: "What MySQL shows with SHOW stands in information_schema.",
    wrong: "SHOW TABLES;",
    right: "SELECT table_name FROM information_schema.tables;",
    help: "read information_schema",
    sqlstate: "42704",
    evidence: &["PostgreSQL 16: SHOW"],
    check: Check::Parts(&[NodeKind::Show], check),
    ..Rule::REFUSED
};

const OF_MYSQL: &[&str] = &[
    "TABLES",
    "DATABASES",
    "COLUMNS",
    "INDEX",
    "INDEXES",
    "KEYS",
    "PROCESSLIST",
    "GRANTS",
    "STATUS",
    "VARIABLES",
];

fn check(show: Part<'_>, statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = show.cursor();
    cursor.eat("SHOW");
    if cursor.is_any(OF_MYSQL) {
        let word = statement.slice(cursor.span());
        found
            .at(show.span())
            .message(format!("`SHOW {word}` is MySQL's"))
            .server(format!("unrecognized configuration parameter \"{}\"", word.to_lowercase()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn names() {
        finds(&RULE, "SHOW databases", "SHOW databases");
        accepts("SHOW search_path");
        accepts("SHOW TIME ZONE");
    }
}
