use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "call",
    title: "there is no such procedure",
    why: "Procedures cannot be made on DSQL, so the only ones are the system's: `sys.wait_for_job`.",
    wrong: "CALL refresh_shelves();",
    right: "CALL sys.wait_for_job('77e6id3hjbasddybtihl43gega');",
    help: "write the statements themselves",
    sqlstate: "42883",
    evidence: &["dsql-lint 0.2.22 cluster fixtures (CREATE PROCEDURE)", "PostgreSQL: CALL"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    if cursor.eat("CALL").is_none() {
        return;
    }
    let Some(name) = cursor.name() else { return };
    // One that the set makes is refused where it is made.
    if name.schema().is_some_and(|schema| schema.value == "sys") || found.schema().has_called(&name) {
        return;
    }
    let help = (name.object() == "wait_for_job").then_some("write CALL sys.wait_for_job('…')");
    let empty = cursor.is_punct("(") && cursor.punct_at(1, ")");
    let finding = found.at(name.span());
    finding.message(format!("there is no procedure `{name}`"));
    // With arguments the server names their types, too.
    if empty {
        finding.server(format!("procedure {name}() does not exist"));
    }
    if let Some(help) = help {
        finding.help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn procedures() {
        finds(&RULE, "CALL app.refresh(1)", "app.refresh");
        let found = finds(&RULE, "CALL wait_for_job('77e6id3hjbasddybtihl43gega')", "wait_for_job");
        assert!(found.help.unwrap_or_default().contains("sys.wait_for_job"));
        accepts("CALL sys.wait_for_job($1)");
    }
}
