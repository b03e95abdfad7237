use crate::ast::Kind;
use crate::rules::{Check, Findings, Rule, helpers};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-name",
    title: "an index is named without a schema",
    why: "An index always stands in its table's schema, so the grammar takes no schema before its name; and \
          `IF NOT EXISTS` needs a name to look for. Both are PostgreSQL's rules.",
    wrong: "CREATE INDEX ASYNC app.items_title_idx ON app.items (title);",
    right: "CREATE INDEX ASYNC items_title_idx ON app.items (title);",
    sqlstate: "42601",
    evidence: &["live recording 2026-09-16, probe create_index_async_qualified", "PostgreSQL's grammar"],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    match (&index.name, index.if_not_exists) {
        (Some(name), _) if name.parts.len() > 1 => {
            let edit = helpers::replacement(name.span(), &helpers::quoted(name.object()));
            // An index in another schema than its table's cannot have been meant to work anywhere.
            let same =
                name.schema().map(|schema| &schema.value) == index.table.schema().map(|schema| &schema.value);
            found.at(name.span()).server("syntax error at or near \".\"").suggest("write", edit, same);
        }
        (None, Some(span)) => {
            found
                .at(span)
                .message("`IF NOT EXISTS` needs the index's name")
                .server("syntax error at or near \"ON\"")
                .help("give the index a name");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn an_index_without_a_name_is_fine_without_if_not_exists() {
        finds(&RULE, "CREATE INDEX ASYNC IF NOT EXISTS ON t (a)", "IF NOT EXISTS");
        accepts("CREATE INDEX ASYNC ON t (a)");
    }
}
