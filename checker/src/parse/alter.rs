use crate::ast::{
    AlterAction, AlterActionKind, AlterColumnKind, AlterSequence, AlterTable, AlterTarget, Ident, Kind,
    SequenceOption, SequenceOptionKind, TokenRange,
};
use crate::grammar::{NodeKind as Node, Part};
use crate::parse::{column, data_type, sequence, table};

/// `ALTER TABLE` and what shares its actions.
pub(super) fn table(part: Part<'_>) -> Option<Kind> {
    const TARGETS: &[(&str, AlterTarget)] = &[
        ("ALTER TABLE", AlterTarget::Table),
        ("ALTER VIEW", AlterTarget::View),
        ("ALTER INDEX", AlterTarget::Index),
    ];
    let mut cursor = part.cursor();
    let (head, target) =
        TARGETS.iter().find_map(|(words, target)| cursor.eat(words).map(|span| (span, *target)))?;
    // `ALL IN TABLESPACE` names none.
    let relation = part.child(Node::Relation)?;
    let name = relation.cursor().name()?;
    // A table may be called async, too.
    let mode = cursor.is("ASYNC") && cursor.position() < relation.range().start;
    let asynchronous = if mode { cursor.eat("ASYNC") } else { None };
    let if_exists = cursor.eat("IF EXISTS").is_some();
    let actions = part
        .all(Node::AlterAction)
        .filter_map(|part| Some(AlterAction { kind: action(part)?, span: part.span() }));
    let actions = actions.collect();
    Some(Kind::AlterTable(Box::new(AlterTable { target, head, asynchronous, if_exists, name, actions })))
}

/// `ALTER SEQUENCE`, which has actions of tables, too.
pub(super) fn sequence(part: Part<'_>) -> Option<Kind> {
    let mut sequence = AlterSequence {
        if_exists: part.words().contains("IF EXISTS"),
        name: part.child(Node::Relation)?.cursor().name()?,
        options: sequence::options(part),
        rename_to: None,
        set_schema: None,
    };
    for part in part.all(Node::AlterAction) {
        match action(part) {
            Some(AlterActionKind::RenameTo(name)) => sequence.rename_to = Some(name),
            Some(AlterActionKind::SetSchema(schema)) => sequence.set_schema = Some(schema),
            // `SET LOGGED`, which tables have, too.
            Some(AlterActionKind::Other(_)) => {
                sequence.options.push(SequenceOption { kind: SequenceOptionKind::Plain, span: part.span() });
            }
            _ => {}
        }
    }
    Some(Kind::AlterSequence(Box::new(sequence)))
}

fn action(part: Part<'_>) -> Option<AlterActionKind> {
    use AlterActionKind as Action;
    let words = part.words();
    let mut names = part.children().into_iter().filter(|part| part.is(Node::Name)).map(Part::ident);
    let mut name = || names.next().flatten();
    if let Some(column) = part.child(Node::ColumnDef) {
        let if_not_exists = words.ends_with("IF NOT EXISTS");
        return Some(Action::AddColumn { if_not_exists, column: column::column(column)? });
    }
    if let Some(constraint) = part.child(Node::TableConstraint) {
        return table::constraint(constraint).map(Action::AddConstraint);
    }
    if let Some(constraint) = part.child(Node::AlterConstraint) {
        return constraint.child(Node::Name)?.ident().map(Action::AlterConstraint);
    }
    let (first, rest) = words.split_once(' ').unwrap_or((words.as_str(), ""));
    let if_exists = rest.contains("IF EXISTS");
    match (first, rest) {
        ("ALTER", _) => match name() {
            Some(column) => Some(alter_column(part, column, rest)),
            // The columns of an index go by their numbers.
            None => Some(Action::Other("ALTER COLUMN".to_owned())),
        },
        ("DROP", rest) if rest.starts_with("CONSTRAINT") => {
            Some(Action::DropConstraint { if_exists, name: name()? })
        }
        ("DROP", _) => {
            Some(Action::DropColumn { if_exists, column: name()?, cascade: rest.ends_with("CASCADE") })
        }
        ("VALIDATE", _) => name().map(Action::ValidateConstraint),
        ("RENAME", "CONSTRAINT TO") => Some(Action::RenameConstraint { from: name()?, to: name()? }),
        ("RENAME", _) => {
            let first = name()?;
            Some(match name() {
                Some(to) => Action::RenameColumn { from: first, to },
                None => Action::RenameTo(first),
            })
        }
        ("SET", "SCHEMA") => name().map(Action::SetSchema),
        ("OWNER", _) => Some(Action::OwnerTo),
        ("ENABLE" | "DISABLE", "TRIGGER") => Some(Action::Trigger { all: false }),
        ("ENABLE" | "DISABLE", "TRIGGER ALL" | "TRIGGER USER") => Some(Action::Trigger { all: true }),
        ("SET" | "RESET", "") => Some(Action::Options),
        _ => Some(Action::Other(known_by(&words))),
    }
}

/// The words of an action that has no form of its own: without what a `name` of the grammar adds.
fn known_by(words: &str) -> String {
    const HEADS: &[&str] = &[
        "REPLICA IDENTITY",
        "SET TABLESPACE",
        "SET ACCESS METHOD",
        "ATTACH PARTITION",
        "DETACH PARTITION",
        "DEPENDS ON EXTENSION",
        "NO DEPENDS ON EXTENSION",
        "OPTIONS",
    ];
    HEADS.iter().find(|head| words.starts_with(**head)).map_or(words, |head| *head).to_owned()
}

fn alter_column(part: Part<'_>, column: Ident, words: &str) -> AlterActionKind {
    let words = words.strip_prefix("COLUMN").map_or(words, str::trim_start);
    AlterActionKind::AlterColumn { column, change: change(part, words) }
}

fn change(part: Part<'_>, words: &str) -> AlterColumnKind {
    use AlterColumnKind as Change;
    match words {
        "DROP DEFAULT" => Change::DropDefault,
        "SET NOT NULL" => Change::SetNotNull,
        "DROP NOT NULL" => Change::DropNotNull,
        "DROP EXPRESSION" | "DROP EXPRESSION IF EXISTS" => Change::DropExpression,
        "DROP IDENTITY" => Change::DropIdentity(false),
        "DROP IDENTITY IF EXISTS" => Change::DropIdentity(true),
        "SET DEFAULT" => {
            let mut cursor = part.cursor();
            cursor
                .skip_until(|cursor| cursor.is("DEFAULT") && cursor.last_text().eq_ignore_ascii_case("SET"));
            cursor.advance();
            Change::SetDefault(TokenRange { start: cursor.position(), end: part.range().end })
        }
        "SET STATISTICS" => Change::SetStatistics,
        _ if part.child(Node::ColumnStorage).is_some() => Change::SetStorage,
        _ if part.child(Node::ColumnCompression).is_some() => Change::SetCompression,
        words if words.starts_with("TYPE") || words.starts_with("SET DATA TYPE") => {
            Change::Type(part.child(Node::Type).and_then(|part| data_type(&mut part.cursor())))
        }
        words if words.starts_with("ADD GENERATED") => Change::AddIdentity(sequence::options(part)),
        "SET" | "RESET" | "OPTIONS" if sequence::options(part).is_empty() => Change::Options,
        _ => Change::ChangeIdentity(sequence::options(part)),
    }
}
