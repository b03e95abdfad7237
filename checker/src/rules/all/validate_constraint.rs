use crate::ast::AlterActionKind;
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "validate-constraint",
    title: "a constraint is validated by `ALTER TABLE ASYNC`",
    why: "Looking at every row takes long, so DSQL does it in a job. The word ASYNC stands behind ALTER TABLE, with \
          VALIDATE CONSTRAINT and nothing else.",
    wrong: "ALTER TABLE items VALIDATE CONSTRAINT rating_range;",
    right: "ALTER TABLE ASYNC items VALIDATE CONSTRAINT rating_range;",
    server: "unsupported ALTER TABLE VALIDATE CONSTRAINT statement",
    evidence: &[
        "live recordings 2026-09-18, probes alter_validate_constraint_sync and alter_validate_constraint_async",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Some(alter) = statement.alter_table() else { return };
    let validates =
        |action: &&crate::ast::AlterAction| matches!(action.kind, AlterActionKind::ValidateConstraint(_));
    match alter.asynchronous {
        None => {
            for action in alter.actions.iter().filter(validates) {
                if alter.actions.len() == 1 {
                    let edit = helpers::insertion(alter.head.end, " ASYNC");
                    found.at(action.span).suggest("write", edit, true);
                } else {
                    let (table, action_text) =
                        (helpers::quoted_name(&alter.name), statement.slice(action.span));
                    found.at(action.span).help(format!(
                        "make it a statement of its own: `ALTER TABLE ASYNC {table} {action_text}`"
                    ));
                }
            }
        }
        Some(span) => {
            let other = alter.actions.iter().find(|action| !validates(action));
            let second = alter.actions.iter().filter(validates).nth(1);
            if let Some(other) = other.or(second) {
                let finding = found.at(span);
                finding
                    .message("`ASYNC` goes with one VALIDATE CONSTRAINT only")
                    .also(other.span, "this is something else");
                finding.server = None;
                finding
                    .help("make it a statement of its own, without ASYNC unless it validates a constraint");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn the_word_stands_where_it_belongs() {
        let found = finds(&RULE, "alter table only t validate constraint c", "validate constraint c");
        assert_eq!(found.help.as_deref(), Some("write `alter table ASYNC only t validate constraint c`"));
        finds(&RULE, "ALTER TABLE ASYNC t ADD COLUMN a int", "ASYNC");
        accepts("ALTER TABLE ASYNC IF EXISTS ONLY t VALIDATE CONSTRAINT c");
        accepts("ALTER TABLE async ADD COLUMN a int");
    }
}
