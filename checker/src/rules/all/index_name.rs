use crate::ast::ObjectName;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::Stop;
use crate::rules::helpers;
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
    check: Check::Stop(check),
    ..Rule::REFUSED
};

fn check(stop: &Stop, statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    let index = cursor.eat("CREATE INDEX").or_else(|| cursor.eat("CREATE UNIQUE INDEX"));
    if index.is_none() {
        return;
    }
    while ["ASYNC", "CONCURRENTLY"].into_iter().any(|word| cursor.eat(word).is_some()) {}
    let if_not_exists = cursor.eat("IF NOT EXISTS");
    if let Some(span) = if_not_exists.filter(|_| cursor.is("ON") && cursor.position() == stop.at) {
        found
            .at(span)
            .message("`IF NOT EXISTS` needs the index's name")
            .server("syntax error at or near \"ON\"")
            .help("give the index a name");
        return;
    }
    let dot = cursor.position() + 1;
    let Some(name) = cursor.name().filter(|name| name.parts.len() > 1 && stop.at == dot) else { return };
    cursor.eat("ON");
    cursor.eat("ONLY");
    let table = cursor.name();
    let schema_of = |name: &ObjectName| name.schema().map(|schema| schema.value.clone());
    // An index in another schema than its table's cannot have been meant to work anywhere.
    let same = table.is_some_and(|table| schema_of(&table) == schema_of(&name));
    let edit = helpers::replacement(name.span(), &helpers::quoted(name.object()));
    found.at(name.span()).server("syntax error at or near \".\"").suggest("write", edit, same);
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
