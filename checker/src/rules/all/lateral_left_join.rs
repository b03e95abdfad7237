use crate::ast::TokenRange;
use crate::cursor::Cursor;
use crate::rules::{Check, Findings, Rule};
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
    check: Check::Statement(check),
    ..Rule::REFUSED
};

fn check(statement: &Statement<'_>, found: &mut Findings<'_>) {
    let mut cursor = statement.cursor();
    while !cursor.at_end() {
        let joins =
            ["LEFT JOIN LATERAL", "LEFT OUTER JOIN LATERAL"].iter().any(|words| cursor.eat(words).is_some());
        if !joins {
            cursor.advance();
            continue;
        }
        let mut ahead = cursor;
        if let Some(inner) = ahead.parens() {
            outer_column(statement, inner, found);
        }
    }
}

fn outer_column(statement: &Statement<'_>, inner: TokenRange, found: &mut Findings<'_>) {
    let mut query = statement.within(inner);
    if query.eat("SELECT").is_none() {
        return;
    }
    let targets = query.skip_until(|cursor| cursor.is("FROM"));
    let own = names(query);
    let mut target = statement.within(targets);
    while !target.at_end() {
        if target.punct_at(1, ".") && target.last_text() != "." {
            let mut name = target;
            if let Some(table) = name.ident()
                && !own.contains(&table.value)
            {
                let words =
                    format!("attribute 1 of type {} has wrong type", own.first().map_or("…", String::as_str));
                found.at(table.span).label("this is the outer table").server(words);
                return;
            }
        }
        target.advance();
    }
}

/// The names in a FROM clause: tables and what they are called there.
fn names(mut cursor: Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    cursor.advance();
    while !cursor.at_end() && !cursor.is_any(&["WHERE", "GROUP", "ORDER", "LIMIT"]) {
        match cursor.ident() {
            Some(name) => names.push(name.value),
            None => cursor.advance(),
        }
    }
    names
}
