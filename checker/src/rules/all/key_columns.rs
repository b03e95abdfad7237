use crate::ast::{IndexOptionKind, Kind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;
use crate::text::Span;

pub(crate) static RULE: Rule = Rule {
    id: "key-columns",
    title: "a key has at most 8 columns",
    why: "A key of the table or of an index has eight columns at most, and its declared size stays within 2,000 bytes.",
    wrong: "CREATE INDEX ASYNC wide_idx ON wide (a, b, c, d, e, f, g, h, i);",
    right: "CREATE INDEX ASYNC wide_idx ON wide (a, b, c, d, e, f, g, h);",
    sqlstate: "54011",
    evidence: &[
        "AWS dsql skill, observed 2026-10-01",
        "AWS user guide, quotas, September 2026",
        "ministack PR 1387, live 2026-08-14 (words)",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

/// How many columns a key has at most.
pub(in crate::rules) const MAX: usize = 8;
/// How many bytes the columns of a key may be declared to have together.
const MAX_BYTES: i64 = 2000;

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    if let Kind::CreateIndex(index) = statement.kind() {
        let include = index.options.iter().any(|option| matches!(option.kind, IndexOptionKind::Include(..)));
        if let Some(ninth) = index.keys.get(MAX) {
            let finding = too_many(ninth.span, index.keys.len(), found);
            finding.help(if include {
                "move columns that are only read to INCLUDE"
            } else {
                "keep the columns that select most; others that are only read can go to INCLUDE"
            });
        }
    }
    let named = helpers::table_constraints(statement)
        .into_iter()
        .filter_map(|constraint| helpers::unique_columns(&constraint.kind));
    for columns in named {
        if let Some(ninth) = columns.get(MAX) {
            too_many(ninth.span, columns.len(), found)
                .help("make a key of fewer columns, for example a uuid, and an index for the rest");
        }
    }
    for (columns, place) in helpers::keys_of_table(statement) {
        let sizes = columns
            .iter()
            .filter_map(|column| column.data_type.as_ref())
            .filter(|one| one.name.starts_with("character"));
        let bytes: i64 = sizes.filter_map(|data_type| data_type.modifiers.first()).sum();
        if bytes > MAX_BYTES {
            let span = place
                .or_else(|| columns.first().and_then(|column| column.data_type.as_ref()).map(|one| one.span));
            found
                .at(span.unwrap_or(statement.span))
                .message(format!("the columns of this key are declared to have {bytes} bytes"))
                .answer("0A000", "key size greater than 2000 bytes not supported")
                .help("declare them shorter, or as text, whose length counts when a row is written");
        }
    }
}

fn too_many<'f>(span: Span, count: usize, found: &'f mut Findings<'_>) -> &'f mut crate::finding::Diagnostic {
    found
        .at(span)
        .message(format!("this key has {count} columns; {MAX} is the most"))
        .label("the ninth")
        .server(format!("more than {MAX} column keys in an index are not supported"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn tables_and_sizes() {
        let columns = "a int, b int, c int, d int, e int, f int, g int, h int, i int";
        finds(&RULE, &format!("CREATE TABLE t ({columns}, PRIMARY KEY (a, b, c, d, e, f, g, h, i))"), "i");
        finds(&RULE, "CREATE TABLE t (a varchar(2001) PRIMARY KEY)", "varchar(2001)");
        finds(&RULE, "CREATE TABLE t (a varchar(1500), b char(600), UNIQUE (a, b))", "(a, b)");
        accepts("CREATE TABLE t (a varchar(2000) PRIMARY KEY, b text UNIQUE)");
    }
}
