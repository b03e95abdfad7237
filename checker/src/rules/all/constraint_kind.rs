use crate::ast::{ColumnClauseKind, ConstraintAttributeKind as Attribute, ConstraintKind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

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
        match &constraint.kind {
            ConstraintKind::Exclude => {
                found.at(constraint.head).message("exclusion constraints are not supported").help(
                    "check in the application, in a transaction that reads what it depends on with SELECT … FOR UPDATE",
                );
            }
            ConstraintKind::ForeignKey(key) => match_partial(key.match_partial, found),
            ConstraintKind::Check(_) => no_deferring(deferred, true, found),
            ConstraintKind::Unique(unique) | ConstraintKind::PrimaryKey(unique) => {
                no_deferring(deferred, false, found);
                storage(unique.storage, found);
            }
        }
    }
    for column in statement.columns() {
        let mut last: Option<&ColumnClauseKind> = None;
        let mut never = false;
        for clause in &column.clauses {
            match &clause.kind {
                ColumnClauseKind::Attribute(Attribute::NotDeferrable) => never = true,
                ColumnClauseKind::Attribute(Attribute::InitiallyDeferred) if never => {
                    found
                        .at(clause.span)
                        .message("a constraint that is NOT DEFERRABLE is never deferred")
                        .answer("42601", "constraint declared INITIALLY DEFERRED must be DEFERRABLE")
                        .help("write DEFERRABLE, or leave INITIALLY DEFERRED out");
                }
                ColumnClauseKind::Attribute(kind) if deferrable(*kind) => match last {
                    Some(ColumnClauseKind::References(_)) => {}
                    last => no_deferring(
                        Some(clause.span),
                        matches!(last, Some(ColumnClauseKind::Check(_))),
                        found,
                    ),
                },
                ColumnClauseKind::Attribute(_) => {}
                kind => {
                    never = false;
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
            "CREATE TABLE t (a int REFERENCES u NOT DEFERRABLE INITIALLY DEFERRED)",
            "INITIALLY DEFERRED",
        );
        accepts("CREATE TABLE t (a int, CHECK (a > 1) NOT VALID)");
        accepts(
            "CREATE TABLE t (a int REFERENCES u MATCH FULL DEFERRABLE INITIALLY DEFERRED, b int UNIQUE NOT DEFERRABLE)",
        );
    }
}
