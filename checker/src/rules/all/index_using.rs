use crate::ast::{IndexOptionKind, Kind};
use crate::finding::{Check, Findings, Rule};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "index-using",
    title: "`USING` is not supported for an index",
    why: "DSQL has one kind of index, which it calls btree_index. Any other method is refused, `btree` included, \
          which most generators write. That DSQL takes `USING btree_index` is known from one live run of \
          2026-08-28, so this rule leaves it alone.",
    wrong: "CREATE INDEX ASYNC items_title_idx ON items USING btree (title);",
    right: "CREATE INDEX ASYNC items_title_idx ON items (title);",
    server: "USING not supported for CREATE INDEX",
    evidence: &[
        "dsql-lint 0.2.22 cluster fixtures",
        "pistachio live runs 2026-07-23",
        "investment-tracker live run 2026-08-28",
    ],
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let Kind::CreateIndex(index) = statement.kind() else { return };
    for option in &index.options {
        match &option.kind {
            IndexOptionKind::Using(method) if method.value != "btree_index" => {
                let edit = helpers::removal(statement, option.span);
                if method.value == "btree" {
                    found.at(option.span).suggest("write", edit, true);
                } else {
                    let lead = "there is one kind of index, which is ordered; if that serves too, write";
                    found.at(option.span).suggest(lead, edit, false);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn every_method_but_the_servers_own_is_found() {
        finds(&RULE, "CREATE INDEX ASYNC i ON t USING gin (a)", "USING gin");
        accepts("CREATE INDEX ASYNC i ON t USING btree_index (a)");
    }
}
