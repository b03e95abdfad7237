use crate::ast::{
    ColumnClause, ColumnClauseKind, ColumnDef, ConstraintAttribute, ConstraintAttributeKind as Attribute,
    ForeignKey, Ident, TokenRange, UniqueConstraint,
};
use crate::cursor::Cursor;
use crate::parse::{data_type, sequence};

/// The words that begin what is said about a column; a `DEFAULT` expression ends before one of them.
const CLAUSE_WORDS: &[&str] = &[
    "CONSTRAINT",
    "NOT",
    "NULL",
    "DEFAULT",
    "UNIQUE",
    "PRIMARY",
    "CHECK",
    "REFERENCES",
    "GENERATED",
    "COLLATE",
    "DEFERRABLE",
    "INITIALLY",
    "STORAGE",
    "COMPRESSION",
    "ENFORCED",
];

/// Reads a column: its name, its type and what is said about it.
pub(super) fn column(cursor: &mut Cursor<'_>) -> Option<ColumnDef> {
    let start = cursor.position();
    let name = cursor.ident()?;
    // `id NOT NULL` without a type is an error that the server words as a syntax error; a clause's word is
    // therefore never taken for a type.
    let data_type = if cursor.is_any(CLAUSE_WORDS) { None } else { data_type(cursor) };
    let clauses = clauses(cursor);
    Some(ColumnDef { name, data_type, clauses, span: cursor.span_since(start) })
}

/// Reads what is said about a column or a domain.
pub(super) fn clauses(cursor: &mut Cursor<'_>) -> Vec<ColumnClause> {
    let named = |cursor: &mut Cursor<'_>| {
        let name = if cursor.eat("CONSTRAINT").is_some() { cursor.ident() } else { None };
        clause(cursor).map(|kind| (name, kind))
    };
    cursor.items(named).into_iter().map(|((name, kind), span)| ColumnClause { name, kind, span }).collect()
}

fn clause(cursor: &mut Cursor<'_>) -> Option<ColumnClauseKind> {
    if cursor.eat("NOT NULL").is_some() {
        return Some(ColumnClauseKind::NotNull);
    }
    if cursor.eat("NULL").is_some() {
        return Some(ColumnClauseKind::Null);
    }
    if cursor.eat("DEFAULT").is_some() {
        if cursor.at_end() || cursor.is_punct(",") || cursor.is_punct(")") {
            return None;
        }
        return Some(ColumnClauseKind::Default(expression(cursor)));
    }
    if cursor.eat("CHECK").is_some() {
        let inner = cursor.parens()?;
        return Some(ColumnClauseKind::Check(inner));
    }
    if cursor.eat("UNIQUE").is_some() {
        return Some(ColumnClauseKind::Unique(unique(cursor, false)));
    }
    if cursor.eat("PRIMARY KEY").is_some() {
        return Some(ColumnClauseKind::PrimaryKey(unique(cursor, false)));
    }
    if cursor.is("REFERENCES") {
        return references(cursor, Vec::new()).map(ColumnClauseKind::References);
    }
    if cursor.is("GENERATED") {
        return generated(cursor);
    }
    if cursor.eat("COLLATE").is_some() {
        return cursor.name().map(ColumnClauseKind::Collate);
    }
    if cursor.eat("STORAGE").is_some() {
        cursor.ident()?;
        return Some(ColumnClauseKind::Storage);
    }
    if cursor.eat("COMPRESSION").is_some() {
        cursor.ident()?;
        return Some(ColumnClauseKind::Compression);
    }
    attribute(cursor).map(|attribute| ColumnClauseKind::Attribute(attribute.kind))
}

/// A `DEFAULT` expression: at least one token, then up to the next clause.
fn expression(cursor: &mut Cursor<'_>) -> TokenRange {
    let start = cursor.position();
    cursor.skip_group();
    cursor.skip_until(|cursor| {
        cursor.is_punct(",")
            || cursor.is_punct(")")
            || (cursor.is_any(CLAUSE_WORDS) && !cursor.last_is_operator())
    });
    cursor.range_since(start)
}

fn generated(cursor: &mut Cursor<'_>) -> Option<ColumnClauseKind> {
    cursor.advance();
    if cursor.eat("BY DEFAULT").is_none() {
        cursor.eat("ALWAYS")?;
    }
    cursor.eat("AS")?;
    if cursor.eat("IDENTITY").is_some() {
        return Some(ColumnClauseKind::Identity(sequence::in_parens(cursor)));
    }
    let expression = cursor.parens()?;
    let stored = cursor.eat("STORED").is_some();
    if !stored {
        cursor.eat("VIRTUAL");
    }
    Some(ColumnClauseKind::Generated { expression, stored })
}

/// Reads what stands behind `UNIQUE` and `PRIMARY KEY`.
pub(super) fn unique(cursor: &mut Cursor<'_>, of_table: bool) -> UniqueConstraint {
    let mut unique = UniqueConstraint::default();
    if of_table && cursor.eat("USING INDEX").is_some() {
        unique.using_index = cursor.ident();
        return unique;
    }
    unique.nulls_not_distinct = cursor.eat("NULLS NOT DISTINCT").is_some();
    if !unique.nulls_not_distinct {
        cursor.eat("NULLS DISTINCT");
    }
    if of_table {
        unique.columns = cursor.ident_list().unwrap_or_default();
    }
    if cursor.is("INCLUDE") && cursor.punct_at(1, "(") {
        cursor.advance();
        unique.include = cursor.ident_list().unwrap_or_default();
    }
    let start = cursor.position();
    if cursor.is("WITH") && cursor.punct_at(1, "(") {
        cursor.advance();
        cursor.parens();
    }
    if cursor.eat("USING INDEX TABLESPACE").is_some() {
        cursor.ident();
    }
    unique.storage = (cursor.position() > start).then(|| cursor.span_since(start));
    unique
}

/// Reads from `REFERENCES` on.
pub(super) fn references(cursor: &mut Cursor<'_>, columns: Vec<Ident>) -> Option<ForeignKey> {
    cursor.eat("REFERENCES")?;
    let table = cursor.name()?;
    let referenced = cursor.ident_list().unwrap_or_default();
    let mut key = ForeignKey { columns, table, referenced, match_partial: None, cascades: false };
    loop {
        if cursor.eat("MATCH FULL").is_some() || cursor.eat("MATCH SIMPLE").is_some() {
        } else if let Some(span) = cursor.eat("MATCH PARTIAL") {
            key.match_partial = Some(span);
        } else if cursor.eat("ON DELETE").is_some() || cursor.eat("ON UPDATE").is_some() {
            if cursor.eat("NO ACTION").is_some() || cursor.eat("RESTRICT").is_some() {
                continue;
            }
            key.cascades = true;
            if cursor.eat("CASCADE").is_none() {
                cursor.eat("SET")?;
                cursor.advance();
                cursor.parens();
            }
        } else {
            return Some(key);
        }
    }
}

/// Reads one attribute of a constraint.
pub(super) fn attribute(cursor: &mut Cursor<'_>) -> Option<ConstraintAttribute> {
    const ATTRIBUTES: &[(&str, Attribute)] = &[
        ("NOT DEFERRABLE", Attribute::NotDeferrable),
        ("DEFERRABLE", Attribute::Deferrable),
        ("INITIALLY DEFERRED", Attribute::InitiallyDeferred),
        ("INITIALLY IMMEDIATE", Attribute::InitiallyImmediate),
        ("NOT VALID", Attribute::NotValid),
        ("NO INHERIT", Attribute::NoInherit),
        ("NOT ENFORCED", Attribute::Enforced),
        ("ENFORCED", Attribute::Enforced),
    ];
    ATTRIBUTES
        .iter()
        .find_map(|(words, kind)| cursor.eat(words).map(|span| ConstraintAttribute { kind: *kind, span }))
}
