use crate::ast::{AlterAction, AlterActionKind, AlterColumnKind, AlterTable, AlterTarget, Kind};
use crate::cursor::Cursor;
use crate::parse::{Read, column, data_type, other, sequence, table};

/// Reads `ALTER TABLE` and what shares its actions.
pub(super) fn table(cursor: &mut Cursor<'_>) -> Read {
    const TARGETS: &[(&str, AlterTarget)] = &[
        ("ALTER TABLE", AlterTarget::Table),
        ("ALTER VIEW", AlterTarget::View),
        ("ALTER INDEX", AlterTarget::Index),
        ("ALTER FOREIGN TABLE", AlterTarget::ForeignTable),
        ("ALTER MATERIALIZED VIEW", AlterTarget::MaterializedView),
    ];
    let start = *cursor;
    let (head, target) =
        TARGETS.iter().find_map(|(words, target)| cursor.eat(words).map(|span| (span, *target)))?;
    if cursor.are("ALL IN TABLESPACE") {
        cursor.skip_until(|_| false);
        return Some(Kind::Other(other::head(start)));
    }
    // A table may be named async: the word is the mode only where a name follows it.
    let mode = target == AlterTarget::Table
        && cursor.is("ASYNC")
        && !["ADD", "ALTER", "DROP", "RENAME", "SET", "OWNER", "RESET", "ENABLE", "DISABLE"]
            .iter()
            .any(|action| cursor.word_at(1, action))
        && !cursor.punct_at(1, ".");
    let asynchronous = if mode { cursor.eat("ASYNC") } else { None };
    let if_exists = cursor.eat("IF EXISTS").is_some();
    cursor.eat("ONLY");
    let name = cursor.name()?;
    cursor.eat_punct("*");
    let mut actions = Vec::new();
    loop {
        let start = cursor.position();
        let kind = action(cursor)?;
        actions.push(AlterAction { kind, span: cursor.span_since(start) });
        if cursor.eat_punct(",").is_none() {
            break;
        }
    }
    Some(Kind::AlterTable(Box::new(AlterTable { target, head, asynchronous, if_exists, name, actions })))
}

fn action(cursor: &mut Cursor<'_>) -> Option<AlterActionKind> {
    use AlterActionKind as Action;
    if cursor.eat("ADD").is_some() {
        return add(cursor);
    }
    if cursor.eat("ALTER CONSTRAINT").is_some() {
        let name = cursor.ident()?;
        while column::attribute(cursor).is_some() {}
        return Some(Action::AlterConstraint(name));
    }
    if cursor.eat("ALTER").is_some() {
        cursor.eat("COLUMN");
        // The columns of an index go by their numbers.
        if cursor.integer().is_some() {
            cursor.skip_until(|cursor| cursor.is_punct(","));
            return Some(Action::Other("ALTER COLUMN".to_owned()));
        }
        let column = cursor.ident()?;
        let change = alter_column(cursor)?;
        return Some(Action::AlterColumn { column, change });
    }
    if cursor.eat("DROP CONSTRAINT").is_some() {
        let if_exists = cursor.eat("IF EXISTS").is_some();
        let name = cursor.ident()?;
        behaviour(cursor);
        return Some(Action::DropConstraint { if_exists, name });
    }
    if cursor.eat("DROP").is_some() {
        cursor.eat("COLUMN");
        let if_exists = cursor.eat("IF EXISTS").is_some();
        let column = cursor.ident()?;
        return Some(Action::DropColumn { if_exists, column, cascade: behaviour(cursor) });
    }
    if cursor.eat("VALIDATE CONSTRAINT").is_some() {
        return cursor.ident().map(Action::ValidateConstraint);
    }
    if cursor.eat("RENAME").is_some() {
        return rename(cursor);
    }
    if cursor.eat("SET SCHEMA").is_some() {
        return cursor.ident().map(Action::SetSchema);
    }
    if cursor.eat("OWNER TO").is_some() {
        cursor.ident()?;
        return Some(Action::OwnerTo);
    }
    other_action(cursor)
}

fn add(cursor: &mut Cursor<'_>) -> Option<AlterActionKind> {
    if cursor.are("CONSTRAINT IF NOT EXISTS") {
        return None;
    }
    if let Some(constraint) = table::constraint(cursor) {
        return Some(AlterActionKind::AddConstraint(constraint));
    }
    cursor.eat("COLUMN");
    let if_not_exists = cursor.eat("IF NOT EXISTS").is_some();
    let column = column::column(cursor)?;
    column.data_type.as_ref()?;
    Some(AlterActionKind::AddColumn { if_not_exists, column })
}

fn rename(cursor: &mut Cursor<'_>) -> Option<AlterActionKind> {
    use AlterActionKind as Action;
    if cursor.eat("TO").is_some() {
        return cursor.ident().map(Action::RenameTo);
    }
    let constraint = cursor.eat("CONSTRAINT").is_some();
    if !constraint {
        cursor.eat("COLUMN");
    }
    let from = cursor.ident()?;
    cursor.eat("TO")?;
    let to = cursor.ident()?;
    Some(if constraint { Action::RenameConstraint { from, to } } else { Action::RenameColumn { from, to } })
}

/// `CASCADE` or `RESTRICT`; whether it is the first.
fn behaviour(cursor: &mut Cursor<'_>) -> bool {
    let cascade = cursor.eat("CASCADE").is_some();
    if !cascade {
        cursor.eat("RESTRICT");
    }
    cascade
}

fn alter_column(cursor: &mut Cursor<'_>) -> Option<AlterColumnKind> {
    use AlterColumnKind as Change;
    const PLAIN: &[(&str, Change)] = &[
        ("DROP DEFAULT", Change::DropDefault),
        ("SET NOT NULL", Change::SetNotNull),
        ("DROP NOT NULL", Change::DropNotNull),
        ("DROP EXPRESSION IF EXISTS", Change::DropExpression),
        ("DROP EXPRESSION", Change::DropExpression),
        ("DROP IDENTITY IF EXISTS", Change::DropIdentity(true)),
        ("DROP IDENTITY", Change::DropIdentity(false)),
    ];
    if let Some(change) = PLAIN.iter().find_map(|(words, change)| cursor.eat(words).map(|_| change.clone())) {
        return Some(change);
    }
    if cursor.eat("SET DEFAULT").is_some() {
        return Some(Change::SetDefault(cursor.skip_until(|cursor| cursor.is_punct(","))));
    }
    if cursor.eat("SET DATA TYPE").is_some() || cursor.eat("TYPE").is_some() {
        let to = data_type(cursor);
        cursor.skip_until(|cursor| cursor.is_punct(","));
        return Some(Change::Type(to));
    }
    if cursor.are("ADD GENERATED") {
        cursor
            .eat("ADD GENERATED ALWAYS AS IDENTITY")
            .or_else(|| cursor.eat("ADD GENERATED BY DEFAULT AS IDENTITY"))?;
        return Some(Change::AddIdentity(sequence::in_parens(cursor)));
    }
    if cursor.is("SET") {
        let named = [
            ("SET STATISTICS", Change::SetStatistics),
            ("SET STORAGE", Change::SetStorage),
            ("SET COMPRESSION", Change::SetCompression),
            ("SET EXPRESSION", Change::SetExpression),
        ];
        if let Some(change) = named.into_iter().find_map(|(words, change)| cursor.eat(words).map(|_| change))
        {
            cursor.skip_until(|cursor| cursor.is_punct(","));
            return Some(change);
        }
    }
    if (cursor.is("SET") || cursor.is("RESET")) && cursor.punct_at(1, "(") {
        cursor.advance();
        cursor.parens();
        return Some(Change::Options);
    }
    let options = sequence::options(cursor);
    if options.is_empty() {
        return None;
    }
    Some(Change::ChangeIdentity(options))
}

/// The actions that are known by their words alone.
fn other_action(cursor: &mut Cursor<'_>) -> Option<AlterActionKind> {
    const HEADS: &[&str] = &[
        "ENABLE ROW LEVEL SECURITY",
        "DISABLE ROW LEVEL SECURITY",
        "FORCE ROW LEVEL SECURITY",
        "NO FORCE ROW LEVEL SECURITY",
        "REPLICA IDENTITY",
        "ENABLE ALWAYS RULE",
        "ENABLE REPLICA RULE",
        "ENABLE RULE",
        "DISABLE RULE",
        "ENABLE ALWAYS TRIGGER",
        "ENABLE REPLICA TRIGGER",
        "NO INHERIT",
        "INHERIT",
        "OF",
        "NOT OF",
        "ATTACH PARTITION",
        "DETACH PARTITION",
        "CLUSTER ON",
        "SET WITHOUT CLUSTER",
        "SET WITHOUT OIDS",
        "SET LOGGED",
        "SET UNLOGGED",
        "SET TABLESPACE",
        "SET ACCESS METHOD",
        "DEPENDS ON EXTENSION",
        "NO DEPENDS ON EXTENSION",
        "OPTIONS",
    ];
    if cursor.eat("ENABLE TRIGGER").is_some() || cursor.eat("DISABLE TRIGGER").is_some() {
        let all = cursor.is("ALL") || cursor.is("USER");
        cursor.ident()?;
        return Some(AlterActionKind::Trigger { all });
    }
    if (cursor.is("SET") || cursor.is("RESET")) && cursor.punct_at(1, "(") {
        cursor.advance();
        cursor.parens();
        return Some(AlterActionKind::Options);
    }
    let head = HEADS.iter().find(|words| cursor.eat(words).is_some())?;
    cursor.skip_until(|cursor| cursor.is_punct(","));
    Some(AlterActionKind::Other((*head).to_owned()))
}
