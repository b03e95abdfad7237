use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "conflict-update",
    title: "`ON CONFLICT DO UPDATE` names the columns of a unique index",
    why: "Which row is updated is decided by a unique index or the primary key. Without one `ON CONFLICT` can DO NOTHING only.",
    wrong: "INSERT INTO items (id) VALUES (1) ON CONFLICT DO UPDATE SET id = 2;",
    right: "INSERT INTO items (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2;",
    help: "write ON CONFLICT (key) DO UPDATE",
    sqlstate: "42601",
    server: "ON CONFLICT DO UPDATE requires inference specification or constraint name",
    evidence: &["PostgreSQL 16: INSERT, ON CONFLICT"],
    check: Check::Parts(&[NodeKind::ConflictUpdate], check),
    ..Rule::REFUSED
};

fn check(update: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let named = [NodeKind::ConflictTarget, NodeKind::ConflictConstraint];
    if !update.children().into_iter().any(|part| part.is_any(&named)) {
        let head = update.cursor().eat("ON CONFLICT DO UPDATE");
        found.at(head.unwrap_or_else(|| update.span()));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{accepts, finds};

    #[test]
    fn an_update_names_its_index() {
        finds(&RULE, "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", "ON CONFLICT DO UPDATE");
        accepts("INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT c DO UPDATE SET a = 1");
        accepts("INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING");
    }
}
