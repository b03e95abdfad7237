use crate::ast::{AlterActionKind, ColumnClauseKind, ConstraintAttributeKind as Attribute, ConstraintKind};
use crate::rules::{Check, Findings, Rule, helpers};
use crate::source::Span;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "constraint-kind",
    title: "this kind of constraint is not supported",
    why: "Exclusion constraints do not exist on DSQL. Only foreign keys can be deferred. MATCH PARTIAL is in the \
          grammar of PostgreSQL but was never made.",
    wrong: "CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE DEFERRABLE);",
    right: "CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE);",
    evidence: &[
        "Dreamescaper rules 2026-09 (DEFERRABLE)",
        "AWS user guide, CREATE TABLE and foreign keys, September 2026",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

const fn deferrable(kind: Attribute) -> bool {
    matches!(kind, Attribute::Deferrable | Attribute::InitiallyDeferred)
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    for constraint in helpers::table_constraints(statement) {
        let deferred = constraint
            .attributes
            .iter()
            .find(|attribute| deferrable(attribute.kind))
            .map(|attribute| attribute.span);
        if let Some(span) = constraint.attribute(Attribute::Enforced) {
            found.at(span).message("`ENFORCED` is not supported").help("leave it out");
        }
        match &constraint.kind {
            ConstraintKind::Exclude => {
                found.at(constraint.head).message("exclusion constraints are not supported").help(
                    "check in the application, in a transaction that reads what it depends on with SELECT … FOR UPDATE",
                );
            }
            ConstraintKind::NotNull(_) => {
                found
                    .at(constraint.head)
                    .message("NOT NULL is not a table constraint here")
                    .answer("42601", "syntax error at or near \"NOT\"")
                    .help("say NOT NULL at the column");
            }
            ConstraintKind::ForeignKey(key) => match_partial(key.match_partial, found),
            ConstraintKind::Check(_) => no_deferring(deferred, true, found),
            ConstraintKind::Unique(unique) | ConstraintKind::PrimaryKey(unique) => {
                no_deferring(deferred, false, found);
                storage(unique.storage, found);
            }
        }
    }
    for action in statement.alter_table().map_or(&[][..], |alter| &alter.actions) {
        if !matches!(action.kind, AlterActionKind::AlterConstraint(_)) {
            continue;
        }
        for words in ["NOT ENFORCED", "ENFORCED"] {
            let of_action = |span: &Span| action.span.start <= span.start && span.end <= action.span.end;
            if let Some(span) = helpers::find_words(statement, words).into_iter().find(of_action) {
                found
                    .at(span)
                    .message("`ENFORCED` is not supported")
                    .answer("42601", "syntax error at or near \"ENFORCED\"")
                    .help("leave it out, or drop the constraint");
                break;
            }
        }
    }
    for column in statement.columns() {
        let mut last: Option<&ColumnClauseKind> = None;
        for clause in &column.clauses {
            match &clause.kind {
                ColumnClauseKind::Attribute(kind) if deferrable(*kind) => match last {
                    Some(ColumnClauseKind::References(_)) => {}
                    last => no_deferring(
                        Some(clause.span),
                        matches!(last, Some(ColumnClauseKind::Check(_))),
                        found,
                    ),
                },
                ColumnClauseKind::Attribute(Attribute::NotValid) if statement.alter_table().is_none() => {
                    found
                        .at(clause.span)
                        .message("`NOT VALID` is for a constraint that is added to a table that exists")
                        .answer("42601", "syntax error at or near \"VALID\"")
                        .suggest("write", helpers::removal(statement, clause.span), true);
                }
                ColumnClauseKind::Attribute(_) => {}
                kind => {
                    last = Some(kind);
                    match kind {
                        ColumnClauseKind::References(key) => match_partial(key.match_partial, found),
                        ColumnClauseKind::Unique(unique) | ColumnClauseKind::PrimaryKey(unique) => {
                            storage(unique.storage, found)
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

fn no_deferring(span: Option<Span>, of_check: bool, found: &mut Findings<'_>) {
    let Some(span) = span else { return };
    let finding = found.at(span);
    finding.message("only a foreign key can be deferred").help("leave it out");
    finding.server(if of_check {
        "CHECK constraints cannot be marked DEFERRABLE"
    } else {
        "DEFERRABLE constraint not supported"
    });
}

fn match_partial(span: Option<Span>, found: &mut Findings<'_>) {
    if let Some(span) = span {
        found
            .at(span)
            .message("`MATCH PARTIAL` is not implemented")
            .help("use MATCH SIMPLE, which is the default, or MATCH FULL");
    }
}

fn storage(span: Option<Span>, found: &mut Findings<'_>) {
    if let Some(span) = span {
        found.at(span).message("an index has no storage options").help("leave it out");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_kind() {
        finds(&RULE, "CREATE TABLE t (a int, EXCLUDE USING gist (a WITH =))", "EXCLUDE");
        finds(&RULE, "CREATE TABLE t (a int, UNIQUE (a) INITIALLY DEFERRED)", "INITIALLY DEFERRED");
        finds(&RULE, "CREATE TABLE t (a int PRIMARY KEY WITH (fillfactor = 70))", "WITH (fillfactor = 70)");
        finds(&RULE, "CREATE TABLE t (a int REFERENCES u MATCH PARTIAL)", "MATCH PARTIAL");
        finds(
            &RULE,
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u NOT ENFORCED NOT VALID",
            "NOT ENFORCED",
        );
        finds(&RULE, "ALTER TABLE t ALTER CONSTRAINT c NOT ENFORCED", "NOT ENFORCED");
        finds(&RULE, "CREATE TABLE t (a int CHECK (a > 1) NOT VALID)", "NOT VALID");
        accepts("CREATE TABLE t (a int, CHECK (a > 1) NOT VALID)");
        accepts(
            "CREATE TABLE t (a int REFERENCES u MATCH FULL DEFERRABLE INITIALLY DEFERRED, b int UNIQUE NOT DEFERRABLE)",
        );
    }
}
