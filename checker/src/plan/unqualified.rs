//! Names without a schema of what a statement takes away or renames: once the object is gone, the name may mean another.

use dsql_migrate_plan::{Fact, Proof, Unqualified};

use crate::ast::{AlterActionKind, Kind, ObjectName};
use crate::plan::signature;
use crate::statement::Statement;

/// The unqualified names of a statement, each with the fact of its proof that says that its object is gone.
pub(super) fn names(statement: &Statement<'_>, proof: &Proof) -> Vec<Unqualified> {
    let facts = match proof {
        Proof::Facts(facts) | Proof::Repeatable(facts) => facts,
        Proof::Unknown => return Vec::new(),
    };
    let written = written(statement);
    // What is said of a schema or a role is said of one name in all.
    let gone = facts.iter().enumerate().filter(|(_, fact)| {
        !fact.is_there() && !matches!(fact, Fact::Schema { .. } | Fact::Role { .. } | Fact::IamMapping { .. })
    });
    gone.zip(&written)
        .filter(|(_, name)| name.schema().is_none())
        .filter_map(|((fact, _), name)| {
            let at = name.span().start.checked_sub(statement.span.start)?;
            Some(Unqualified { fact, at })
        })
        .collect()
}

/// The names of what is taken away or renamed, in the order of the facts.
fn written(statement: &Statement<'_>) -> Vec<ObjectName> {
    match statement.kind() {
        Kind::Drop(drop) if matches!(drop.object.as_str(), "FUNCTION" | "ROUTINE") => {
            signature::dropped(statement).into_iter().map(|(name, _)| name).collect()
        }
        Kind::Drop(drop) => drop.names.clone(),
        Kind::AlterTable(alter) => {
            let moves = alter.actions.iter().any(|action| {
                matches!(action.kind, AlterActionKind::RenameTo(_) | AlterActionKind::SetSchema(_))
            });
            if moves { vec![alter.name.clone()] } else { Vec::new() }
        }
        Kind::AlterSequence(sequence) if sequence.rename_to.is_some() || sequence.set_schema.is_some() => {
            vec![sequence.name.clone()]
        }
        Kind::Other(head)
            if matches!(
                head.words.as_str(),
                "ALTER DOMAIN" | "ALTER FUNCTION" | "ALTER ROUTINE" | "ALTER STATISTICS"
            ) =>
        {
            let mut cursor = statement.cursor();
            cursor.eat(&head.words);
            let name = cursor.name();
            cursor.parens();
            let moves = cursor.eat("RENAME TO").is_some() || cursor.eat("SET SCHEMA").is_some();
            name.filter(|_| moves).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::plan::proof;
    use crate::statement::File;
    use crate::text::Source;

    /// The statement with `@.` before each name.
    fn marked(sql: &str) -> String {
        let source = Source::new("a.sql", sql);
        let file = File::read(&source);
        let statement = &file.statements[0];
        let mut text = statement.text().to_owned();
        for name in names(statement, &proof::of(statement, &[])).iter().rev() {
            text.insert_str(name.at, "@.");
        }
        text
    }

    #[test]
    fn each_name_that_the_path_resolves() {
        for (sql, expected) in [
            ("DROP TABLE a", "DROP TABLE @.a"),
            ("DROP TABLE IF EXISTS a, s.b, \"C\" CASCADE", "DROP TABLE IF EXISTS @.a, s.b, @.\"C\" CASCADE"),
            ("  /* x */ DROP VIEW v", "DROP VIEW @.v"),
            ("DROP SEQUENCE q", "DROP SEQUENCE @.q"),
            ("DROP INDEX i", "DROP INDEX @.i"),
            ("DROP DOMAIN d", "DROP DOMAIN @.d"),
            ("DROP STATISTICS x, y", "DROP STATISTICS @.x, @.y"),
            ("DROP FUNCTION f(int), s.g, h(a text)", "DROP FUNCTION @.f(int), s.g, @.h(a text)"),
            ("DROP SCHEMA s", "DROP SCHEMA s"),
            ("DROP ROLE r", "DROP ROLE r"),
            ("ALTER TABLE t RENAME TO u", "ALTER TABLE @.t RENAME TO u"),
            ("ALTER TABLE IF EXISTS t SET SCHEMA s", "ALTER TABLE IF EXISTS @.t SET SCHEMA s"),
            ("ALTER TABLE s.t RENAME TO u", "ALTER TABLE s.t RENAME TO u"),
            ("ALTER VIEW v RENAME TO w", "ALTER VIEW @.v RENAME TO w"),
            ("ALTER INDEX i RENAME TO j", "ALTER INDEX @.i RENAME TO j"),
            ("ALTER SEQUENCE q RENAME TO r", "ALTER SEQUENCE @.q RENAME TO r"),
            ("ALTER DOMAIN d RENAME TO e", "ALTER DOMAIN @.d RENAME TO e"),
            ("ALTER FUNCTION f(int) RENAME TO g", "ALTER FUNCTION @.f(int) RENAME TO g"),
            ("ALTER STATISTICS x SET SCHEMA s", "ALTER STATISTICS @.x SET SCHEMA s"),
            // The object stays, so the name goes on meaning it.
            ("ALTER TABLE t DROP COLUMN a", "ALTER TABLE t DROP COLUMN a"),
            ("ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE t RENAME COLUMN a TO b"),
            ("ALTER DOMAIN d DROP CONSTRAINT c", "ALTER DOMAIN d DROP CONSTRAINT c"),
            ("CREATE TABLE t (id int)", "CREATE TABLE t (id int)"),
        ] {
            assert_eq!(marked(sql), expected, "{sql}");
        }
    }
}
