use crate::ast::names_in;
use crate::finding::{Check, Findings, Rule};
use crate::grammar::{NodeKind, Part};
use crate::rules::helpers;
use crate::statement::Statement;

pub(crate) static RULE: Rule = Rule {
    id: "lateral-left-join",
    title: "`LEFT JOIN LATERAL` cannot return a column of the outer table",
    why: "A defect of DSQL's planner: a query in LEFT JOIN LATERAL whose result is computed from the outer table's \
          columns fails. CROSS JOIN LATERAL and INNER JOIN LATERAL work.",
    wrong: "SELECT p.id, x.pid FROM parents p LEFT JOIN LATERAL (SELECT p.id AS pid FROM children c WHERE c.parent_id = p.id) x ON TRUE;",
    right: "SELECT p.id, x.pid FROM parents p LEFT JOIN LATERAL (SELECT c.parent_id AS pid FROM children c WHERE c.parent_id = p.id) x ON TRUE;",
    help: "take the column from the outer table itself, or from the inner one",
    sqlstate: "42804",
    evidence: &[
        "live recordings 2026-09-18, probes q_lateral_left_outer_ref, q_lateral_left_no_outer_where, q_lateral_left_outer_ref_cast and q_lateral",
    ],
    check: Check::Parts(&[NodeKind::Join], check),
    ..Rule::REFUSED
};

fn check(join: Part<'_>, _: &Statement<'_>, found: &mut Findings<'_>) {
    let lateral = join.children().into_iter().nth(1).filter(|side| side.is(NodeKind::Lateral));
    let Some(query) = lateral.and_then(|side| side.child(NodeKind::Query)) else { return };
    let Some(select) = helpers::first_select(query).filter(|_| join.words().starts_with("LEFT")) else {
        return;
    };
    let Some(targets) = select.child(NodeKind::Targets) else { return };
    let own = select.child(NodeKind::From).map_or_else(Vec::new, names);
    for column in targets.outside_queries(&[NodeKind::Column]) {
        let Some(table) = column.ident().filter(|_| column.child(NodeKind::Attribute).is_some()) else {
            continue;
        };
        if !own.contains(&table.value) {
            let words =
                format!("attribute 1 of type {} has wrong type", own.first().map_or("…", String::as_str));
            found.at(table.span).label("this is the outer table").server(words);
            return;
        }
    }
}

/// The names in a FROM clause: tables and what they are called there.
fn names(from: Part<'_>) -> Vec<String> {
    let named = from.outside_queries(&[NodeKind::Relation, NodeKind::Function, NodeKind::Alias]);
    named.into_iter().flat_map(|part| names_in(part.cursor())).collect()
}
