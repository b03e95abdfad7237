use crate::ast::{AlterActionKind, AlterColumnKind, AlterTarget, Kind, SequenceOption};
use crate::finding::{Check, Findings, Rule};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "alter-table-action",
    title: "this action of `ALTER TABLE` is not supported",
    why: "What DSQL has no counterpart for cannot be altered either: row level security, rules, inheritance, \
          partitions, clustering, storage, statistics targets, compression.",
    wrong: "ALTER TABLE items ENABLE ROW LEVEL SECURITY;",
    right: "ALTER TABLE items OWNER TO app;",
    evidence: &["dsql-lint 0.2.22 cluster fixtures", "AWS user guide, ALTER TABLE, September 2026"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Kind::AlterSequence(sequence) = statement.kind() {
        // The grammar makes of it the action that ALTER TABLE has.
        let logged = |option: &&SequenceOption| {
            let words = statement.slice(option.span).to_ascii_uppercase();
            words.starts_with("SET") && words.ends_with("LOGGED")
        };
        if let Some(option) = sequence.options.iter().find(logged) {
            found.at(option.span).message("a sequence is always logged").help("leave it out");
        }
    }
    let Some(alter) = statement.alter_table() else { return };
    if alter.target == AlterTarget::Index {
        for action in
            alter.actions.iter().filter(|action| !matches!(action.kind, AlterActionKind::RenameTo(_)))
        {
            found
                .at(action.span)
                .message("an index can be renamed only")
                .help("drop the index and make it anew");
        }
        return;
    }
    for action in &alter.actions {
        if alter.target == AlterTarget::View && !of_views(&action.kind) {
            let words = statement.slice(action.span).split_whitespace().take(2).collect::<Vec<_>>().join(" ");
            let words = words.to_ascii_uppercase();
            found
                .at(action.span)
                .message(format!("a view takes no `{words}`"))
                .answer(
                    "42809",
                    format!(
                        "ALTER action {words} cannot be performed on relation \"{}\"",
                        alter.name.object()
                    ),
                )
                .help("write CREATE OR REPLACE VIEW");
            continue;
        }
        match &action.kind {
            AlterActionKind::Other(words) => {
                let (server, help) = advice(words);
                let finding = found.at(action.span).message(format!("`{words}` is not supported")).help(help);
                if !server.is_empty() {
                    finding.server(server);
                }
            }
            AlterActionKind::Options if alter.target == AlterTarget::Table => {
                found.at(action.span).message("a table has no storage parameters").help("leave it out");
            }
            AlterActionKind::AlterColumn { change, .. } => {
                let (what, server, help) = match change {
                    AlterColumnKind::SetStatistics => (
                        "a column has no statistics target",
                        "unsupported ALTER TABLE ALTER COLUMN ... SET STATISTICS statement",
                        "leave it out; CREATE STATISTICS tells the planner about columns that depend on each other",
                    ),
                    AlterColumnKind::SetCompression => {
                        ("a column's compression cannot be chosen", "", "leave it out")
                    }
                    AlterColumnKind::Options => ("a column has no options", "", "leave it out"),
                    _ => continue,
                };
                let finding = found.at(action.span).message(what).help(help);
                if !server.is_empty() {
                    finding.server(server);
                }
            }
            _ => {}
        }
    }
}

/// What can be altered about a view.
const fn of_views(kind: &AlterActionKind) -> bool {
    matches!(
        kind,
        AlterActionKind::AlterColumn {
            change: AlterColumnKind::SetDefault(_) | AlterColumnKind::DropDefault,
            ..
        } | AlterActionKind::Options
            | AlterActionKind::RenameTo(_)
            | AlterActionKind::RenameColumn { .. }
            | AlterActionKind::SetSchema(_)
            | AlterActionKind::OwnerTo
    )
}

/// The server's words, where they are known, and what to do.
fn advice(words: &str) -> (&'static str, &'static str) {
    match words {
        "ENABLE ROW LEVEL SECURITY" => (
            "unsupported ALTER TABLE ENABLE ROW SECURITY statement",
            "filter rows in the application or in views",
        ),
        words if words.ends_with("ROW LEVEL SECURITY") => ("", "filter rows in the application or in views"),
        _ => ("", "leave it out"),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn refused_actions() {
        for action in [
            "FORCE ROW LEVEL SECURITY",
            "REPLICA IDENTITY FULL",
            "DISABLE RULE r",
            "INHERIT u",
            "ATTACH PARTITION u DEFAULT",
            "CLUSTER ON i",
            "SET UNLOGGED",
            "SET TABLESPACE x",
            "SET (fillfactor = 70)",
            "ALTER a SET STATISTICS 100",
            "ALTER a SET COMPRESSION lz4",
        ] {
            finds(&RULE, &format!("ALTER TABLE t {action}"), action);
        }
        finds(&RULE, "ALTER INDEX i SET (fillfactor = 70)", "SET (fillfactor = 70)");
        finds(&RULE, "ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 5", "ALTER COLUMN 1 SET STATISTICS 5");
        finds(&RULE, "ALTER SEQUENCE s SET LOGGED", "SET LOGGED");
        finds(&RULE, "ALTER SEQUENCE IF EXISTS s SET UNLOGGED", "SET UNLOGGED");
        finds(&RULE, "ALTER VIEW v ADD COLUMN a int", "ADD COLUMN a int");
    }

    #[test]
    fn accepted_actions() {
        for sql in [
            "ALTER TABLE t RENAME TO u",
            "ALTER TABLE t RENAME a TO b",
            "ALTER TABLE t RENAME CONSTRAINT a TO b",
            "ALTER TABLE t SET SCHEMA s",
            "ALTER TABLE t OWNER TO CURRENT_USER",
            "ALTER TABLE t DROP COLUMN IF EXISTS a CASCADE",
            "ALTER TABLE t ALTER a SET DEFAULT now(), ALTER b DROP DEFAULT",
            "ALTER TABLE t ALTER a DROP EXPRESSION IF EXISTS",
            "ALTER TABLE t ALTER a SET STORAGE PLAIN",
            "ALTER TABLE t DROP CONSTRAINT IF EXISTS c CASCADE",
            "ALTER TABLE t DISABLE TRIGGER ALL",
            "ALTER TABLE t ALTER CONSTRAINT c DEFERRABLE INITIALLY DEFERRED",
            "ALTER INDEX IF EXISTS i RENAME TO j",
            "ALTER VIEW v SET (security_barrier = true)",
            "ALTER VIEW v ALTER a SET DEFAULT 1",
            "ALTER VIEW IF EXISTS v RENAME COLUMN a TO b",
            "ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY (CACHE 1)",
            "ALTER TABLE t ALTER a SET GENERATED BY DEFAULT SET CACHE 65536 RESTART WITH 5",
            "ALTER TABLE t ALTER a DROP IDENTITY IF EXISTS",
        ] {
            accepts(sql);
        }
    }
}
