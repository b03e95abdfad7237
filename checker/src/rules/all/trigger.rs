use crate::ast::{AlterActionKind, AlterTarget, Kind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "trigger",
    title: "triggers are not supported",
    why: "DSQL runs no code of its own when rows change. `DROP TRIGGER IF EXISTS … ON …` is accepted and does \
          nothing, so that old scripts run.",
    wrong: "CREATE TRIGGER touch BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION touch();",
    right: "UPDATE items SET title = 'x', updated_at = now() WHERE id = '00000000-0000-0000-0000-000000000001';",
    help: "do it where the row is written: in the application's statement, or by a column's DEFAULT",
    evidence: &[
        "live recording 2026-09-18, probe create_trigger",
        "dsql-lint 0.2.22 cluster fixtures (DROP TRIGGER)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for head in [
        "CREATE TRIGGER",
        "CREATE CONSTRAINT TRIGGER",
        "CREATE OR REPLACE CONSTRAINT TRIGGER",
        "CREATE OR REPLACE TRIGGER",
        "CREATE EVENT TRIGGER",
        "ALTER TRIGGER",
        "ALTER EVENT TRIGGER",
    ] {
        if let Some(span) = helpers::headed(statement, head) {
            let finding = found.at(span);
            if head.ends_with("E TRIGGER") || head.contains("CONSTRAINT") {
                finding.server("CREATE TRIGGER not supported");
            }
            if head.contains("EVENT") || head.starts_with("ALTER") {
                finding.server = None;
            }
        }
    }
    let of_tables = statement.alter_table().filter(|alter| alter.target == AlterTarget::Table);
    if let Some(alter) = of_tables {
        let table = alter.name.object();
        for action in
            alter.actions.iter().filter(|action| action.kind == AlterActionKind::Trigger { all: false })
        {
            let mut cursor = statement.cursor();
            cursor.seek(action.span.start);
            cursor.skip_until(|cursor| cursor.last_text().eq_ignore_ascii_case("TRIGGER"));
            let Some(name) = cursor.ident() else { continue };
            found
                .at(name.span)
                .message(format!("there is no trigger `{}`", name.value))
                .answer("42704", format!("trigger \"{}\" for table \"{table}\" does not exist", name.value))
                .help("leave it out; TRIGGER ALL and TRIGGER USER are accepted and do nothing");
        }
    }
    if let Kind::Drop(drop) = statement.kind() {
        let trigger = drop.object == "TRIGGER" && (!drop.if_exists || drop.on.is_none());
        if trigger || drop.object == "EVENT TRIGGER" {
            found
                .at(drop.object_span)
                .message("there are no triggers to drop")
                .help("leave it out, or write DROP TRIGGER IF EXISTS name ON table");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_form() {
        finds(
            &RULE,
            "CREATE CONSTRAINT TRIGGER a AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE CONSTRAINT TRIGGER",
        );
        finds(&RULE, "DROP TRIGGER a ON t", "TRIGGER");
        finds(&RULE, "ALTER TABLE t DISABLE TRIGGER foo", "foo");
        accepts("ALTER TABLE t ENABLE TRIGGER USER");
        accepts("DROP TRIGGER IF EXISTS a ON t CASCADE");
    }
}
