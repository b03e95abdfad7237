use crate::ast::SettingValue;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::settings;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "unknown-setting",
    title: "there is no setting of this name",
    why: "SHOW and RESET are about settings. PostgreSQL 16 dropped some that older versions have (`lc_collate`), and what \
          MySQL shows with SHOW stands in information_schema.",
    wrong: "SHOW lc_collate;",
    right: "SHOW search_path;",
    help: "leave it out",
    sqlstate: "42704",
    evidence: &["PostgreSQL 16: SHOW, RESET", "live recording 2026-09-16, probe env_lc_collate"],
    check: Check::Parts(&[NodeKind::Show, NodeKind::Reset, NodeKind::Set, NodeKind::FunctionOption], check),
    ..Rule::REFUSED
};

const OF_MYSQL: &[&str] = &[
    "tables",
    "databases",
    "columns",
    "index",
    "indexes",
    "keys",
    "processlist",
    "grants",
    "status",
    "variables",
];

fn check(part: Part<'_>, statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(setting) = crate::parse::setting(part.cursor()) else { return };
    let name = setting.name.as_str();
    let shows = setting.to == SettingValue::Shown;
    // What cannot be set whether it is there or not is refused by `set-parameter`.
    let asked = shows || setting.to == SettingValue::Default || name.starts_with("enable_");
    let reserved = !shows && settings::is_reserved(name);
    if !asked || reserved || name == "all" || settings::scope(name).is_some() {
        return;
    }
    let one = found.at(setting.span).server(format!("unrecognized configuration parameter \"{name}\""));
    if shows && OF_MYSQL.contains(&name) {
        let word = statement.slice(setting.span);
        one.message(format!("`SHOW {word}` is MySQL's")).help("read information_schema");
    } else {
        one.message(format!("there is no setting `{name}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn names() {
        for (sql, place) in [
            ("SHOW databases", "databases"),
            ("SHOW lc_collate", "lc_collate"),
            ("SHOW app.tenant", "app.tenant"),
            ("RESET nope", "nope"),
            ("SET nope TO DEFAULT", "nope"),
            ("SET enable_bogus = on", "enable_bogus"),
        ] {
            finds(&RULE, sql, place);
        }
        for sql in [
            "SHOW search_path",
            "SHOW ALL",
            "SHOW TIME ZONE",
            "SHOW Work_Mem",
            "SHOW TRANSACTION ISOLATION LEVEL",
            "SHOW SESSION AUTHORIZATION",
            "SHOW role",
            "SHOW disable_sync_create_index",
            "RESET search_path",
        ] {
            accepts(sql);
        }
    }
}
