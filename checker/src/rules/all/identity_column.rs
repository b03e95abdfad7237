use crate::ast::{
    AlterActionKind, AlterColumnKind, ColumnClauseKind, DataType, SequenceOption, SequenceOptionKind,
};
use crate::rules::{Check, Findings, Rule, helpers};
use crate::source::Span;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "identity-column",
    title: "an identity column is a bigint with an explicit `CACHE` of 1 or at least 65536",
    why: "Numbers are handed out to many nodes. CACHE says how many one session takes at once: 1 keeps them close together, \
          and every insert meets the same row; 65536 and more is fast, with gaps. DSQL wants the choice spelled out.",
    wrong: "CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
    right: "CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY (CACHE 65536) PRIMARY KEY);",
    evidence: &[
        "live recordings 2026-09-18, probes identity_column, identity_integer, identity_smallint and identity_column_cached",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// The server's words for a CACHE that is missing or of no allowed value, for identity columns.
pub(in crate::rules) const CACHE_WORDS: &str = "identity column is not supported without an explicit cache size. \
     please define CACHE greater than or equal to 65536 or equal to 1";

/// The value of CACHE, where one is given, and its span.
pub(in crate::rules) fn cache(options: &[SequenceOption]) -> Option<(i64, Span)> {
    options.iter().rev().find_map(|option| match option.kind {
        SequenceOptionKind::Cache(value) => Some((value, option.span)),
        _ => None,
    })
}

/// Whether DSQL takes this CACHE.
pub(in crate::rules) const fn good_cache(value: i64) -> bool {
    value == 1 || value >= 65_536
}

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    // ADD COLUMN with an identity is refused as a whole, whatever the identity says.
    if let Some(alter) = statement.alter_table() {
        for action in &alter.actions {
            let AlterActionKind::AlterColumn { change, .. } = &action.kind else { continue };
            match change {
                AlterColumnKind::AddIdentity(options) => {
                    options_of(statement, options, Some(action.span), found)
                }
                AlterColumnKind::ChangeIdentity(options) => options_of(statement, options, None, found),
                _ => {}
            }
        }
        return;
    }
    for column in statement.columns() {
        for clause in &column.clauses {
            let ColumnClauseKind::Identity(options) = &clause.kind else { continue };
            if let Some(data_type) = column.data_type.as_ref().filter(|data_type| wrong_type(data_type)) {
                let shown = data_type.display();
                found
                    .at(data_type.span)
                    .message(format!("an identity column must be a bigint, not `{shown}`"))
                    .server(format!("datatype {shown} not supported, identity column type must be bigint"))
                    .suggest("write", helpers::replacement(data_type.span, "bigint"), false);
            }
            options_of(statement, options, Some(clause.span), found);
        }
    }
}

/// Only types that are surely no bigint: a domain may be one.
fn wrong_type(data_type: &DataType) -> bool {
    crate::ast::STORED_TYPES.contains(&data_type.name.as_str())
        && data_type.name != "bigint"
        && !data_type.array
}

fn options_of(
    statement: &Statement<'_>,
    options: &[SequenceOption],
    without: Option<Span>,
    found: &mut Findings<'_>,
) {
    match (cache(options), without) {
        (None, Some(span)) => {
            let written = statement.slice(span);
            let edit = match written.strip_suffix(')') {
                Some(head) if head.trim_end().ends_with('(') => helpers::insertion(span.end - 1, "CACHE 1"),
                Some(_) => helpers::insertion(span.end - 1, " CACHE 1"),
                None => helpers::insertion(span.end, " (CACHE 1)"),
            };
            found
                .at(span)
                .message("an identity column needs an explicit `CACHE`")
                .server(CACHE_WORDS)
                .suggest(super::sequence::CACHE_LEAD, edit, true);
        }
        (Some((value, span)), _) if !good_cache(value) => {
            found
                .at(span)
                .message(format!("`CACHE {value}` is neither 1 nor at least 65536"))
                .server(CACHE_WORDS)
                .help("write CACHE 65536, or CACHE 1 where they must be handed out one by one");
        }
        _ => {}
    }
    for option in options {
        if let SequenceOptionKind::SequenceName(_) = option.kind {
            found.at(option.span).message("`SEQUENCE NAME` is not supported").suggest(
                "write",
                helpers::removal(statement, option.span),
                false,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn type_and_cache() {
        let found = finds(
            &RULE,
            "CREATE TABLE t (a bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 5))",
            "GENERATED BY DEFAULT AS IDENTITY (START WITH 5)",
        );
        assert!(found.help.unwrap_or_default().contains("(START WITH 5 CACHE 1)"));
        finds(&RULE, "CREATE TABLE t (a integer GENERATED ALWAYS AS IDENTITY (CACHE 1))", "integer");
        finds(&RULE, "CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY (CACHE 100))", "CACHE 100");
        finds(&RULE, "ALTER TABLE t ALTER a SET CACHE 2", "SET CACHE 2");
        let found = finds(
            &RULE,
            "ALTER TABLE t ALTER a ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s CACHE 1)",
            "SEQUENCE NAME s",
        );
        assert!(found.help.unwrap_or_default().contains("IDENTITY (CACHE 1)"));
        accepts("CREATE TABLE t (a int8 GENERATED BY DEFAULT AS IDENTITY (CACHE 70000 START 5))");
    }
}
