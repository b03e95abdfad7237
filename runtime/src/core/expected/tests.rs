//! What steps leave behind, over steps of every kind.

use super::*;
use crate::testing::{ddl, index, name, plan, table_fact};

fn says(sql: &'static str, facts: Vec<Fact>) -> Step {
    let mut step = ddl(sql);
    if let StepKind::Ddl { proof, .. } = &mut step.kind {
        *proof = Proof::Facts(facts.into());
    }
    step
}

fn repeatable(sql: &'static str, facts: Vec<Fact>) -> Step {
    let mut step = ddl(sql);
    if let StepKind::Ddl { proof, .. } = &mut step.kind {
        *proof = Proof::Repeatable(facts.into());
    }
    step
}

fn relation(table: &'static str, exists: bool) -> Fact {
    Fact::Relation { name: name(table), kind: RelationKind::Table, exists }
}

fn column(table: &'static str, column: &'static str, exists: bool) -> Fact {
    Fact::Column { table: name(table), column: column.into(), exists }
}

fn items() -> Step {
    says("CREATE TABLE items (a int)", vec![table_fact("items", &["a"])])
}

fn left_by(steps: Vec<Step>) -> Vec<Expectation> {
    expected(&plan(vec![("1", steps)]).migrations).0.into_iter().map(|one| one.what).collect()
}

#[test]
fn what_is_dropped_takes_its_parts_along() {
    let steps = vec![
        items(),
        index("CREATE INDEX ASYNC i ON items (a)", &[]),
        says("ALTER TABLE items ADD b int", vec![column("items", "b", true)]),
        says("DROP TABLE items", vec![relation("items", false)]),
    ];
    assert_eq!(left_by(steps), [Expectation::Fact(relation("items", false))]);
}

#[test]
fn a_table_with_other_columns_now_is_only_there() {
    let steps = vec![items(), says("ALTER TABLE items ADD b int", vec![column("items", "b", true)])];
    assert_eq!(
        left_by(steps),
        [Expectation::Fact(relation("items", true)), Expectation::Fact(column("items", "b", true))]
    );
}

#[test]
fn what_can_be_repeated_leaves_as_much() {
    let gone = || repeatable("DROP TABLE IF EXISTS items", vec![relation("items", false)]);
    assert_eq!(left_by(vec![items(), gone()]), [Expectation::Fact(relation("items", false))]);
    let other = table_fact("items", &["other"]);
    let again = || repeatable("CREATE TABLE IF NOT EXISTS items (other int)", vec![other.clone()]);
    assert_eq!(left_by(vec![again()]), [Expectation::Fact(other.clone())]);
    // What is there stays as it is.
    assert_eq!(left_by(vec![items(), again()]), left_by(vec![items()]));
    assert_eq!(left_by(vec![items(), gone(), again()]), [Expectation::Fact(other.clone())]);
}

#[test]
fn what_nobody_takes_back_must_be_there() {
    let steps = vec![items(), index("CREATE INDEX ASYNC i ON items (a)", &[])];
    let found = left_by(steps.clone());
    assert!(
        matches!(found.as_slice(), [Expectation::Fact(Fact::Table { .. }), Expectation::Made(_)]),
        "{found:?}"
    );
    let recreated = vec![items(), says("DROP TABLE items", vec![relation("items", false)]), items()];
    assert!(matches!(left_by(recreated).as_slice(), [Expectation::Fact(Fact::Table { .. })]));
    let silent = vec![crate::testing::dml(&["DELETE FROM items"])];
    assert_eq!(expected(&plan(vec![("1", silent)]).migrations), (vec![], 1));
}

#[test]
fn what_the_set_makes_is_looked_for_where_it_makes_it() {
    let steps = vec![
        items(),
        says("ALTER TABLE items ADD b int", vec![column("items", "b", true)]),
        says("ALTER TABLE elsewhere ADD b int", vec![column("elsewhere", "b", true)]),
    ];
    let (found, _) = expected(&plan(vec![("1", steps)]).migrations);
    assert_eq!(found.iter().map(|one| one.own).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn a_baseline_is_asked_for_what_later_files_have_left_of_it() {
    let baseline = vec![items(), says("CREATE VIEW v", vec![relation("v", true)])];
    let later = vec![
        says("ALTER TABLE items ADD b int", vec![column("items", "b", true)]),
        says("DROP VIEW v", vec![relation("v", false)]),
    ];
    let plan = plan(vec![("0", baseline), ("1", later)]);
    let found = expected_of_baseline(&plan.migrations[0], plan.migrations[1..].iter());
    let found: Vec<_> = found.into_iter().map(|one| one.what).collect();
    assert_eq!(found, [Expectation::Fact(relation("items", true))]);
}

#[test]
fn a_schema_takes_along_what_is_in_it() {
    let in_schema = |schema: &'static str| Name { schema: Some(schema.into()), name: "items".into() };
    let made = |schema| Fact::Relation { name: in_schema(schema), kind: RelationKind::Table, exists: true };
    let gone = Fact::Schema { name: "app".into(), exists: false };
    let steps = vec![
        says("CREATE TABLE app.items", vec![made("app")]),
        says("CREATE TABLE other.items", vec![made("other")]),
        says("DROP SCHEMA app CASCADE", vec![gone.clone()]),
    ];
    assert_eq!(left_by(steps), [Expectation::Fact(made("other")), Expectation::Fact(gone)]);
}

#[test]
fn a_column_takes_along_what_is_about_it() {
    let identity = |of: &'static str, column: &'static str| Fact::Identity {
        table: name(of),
        column: column.into(),
        exists: true,
    };
    let generated = |of: &'static str, column: &'static str| Fact::Generated {
        table: name(of),
        column: column.into(),
        exists: true,
    };
    let constraint = |of: &'static str| Fact::Constraint {
        table: name(of),
        name: "c".into(),
        exists: true,
        validated: true,
    };
    let about = vec![
        identity("items", "a"),
        identity("items", "b"),
        identity("other", "a"),
        generated("items", "a"),
        generated("items", "b"),
        generated("other", "a"),
        constraint("items"),
        constraint("other"),
    ];
    let drop = says("ALTER TABLE items DROP a", vec![column("items", "a", false)]);
    let left = left_by(vec![says("x", about), index("CREATE INDEX ASYNC i ON items (b)", &[]), drop]);
    let kept = [
        identity("items", "b"),
        identity("other", "a"),
        generated("items", "b"),
        generated("other", "a"),
        constraint("other"),
        column("items", "a", false),
    ];
    assert_eq!(left, kept.map(Expectation::Fact));
}

fn on(of: &'static str, job: Job) -> Step {
    let mut step = index("x", &[]);
    if let StepKind::AsyncDdl { job: held, .. } = &mut step.kind {
        *held = match job {
            Job::IndexBuild { index, if_not_exists, definition, .. } => {
                Job::IndexBuild { table: name(of), index, if_not_exists, definition }
            }
            Job::ValidateConstraint { constraint, if_exists, .. } => {
                Job::ValidateConstraint { table: name(of), constraint, if_exists }
            }
        };
    }
    step
}

fn unique(index: &'static str) -> Job {
    let mut job = crate::testing::index_job(index, "a");
    if let Job::IndexBuild { definition, .. } = &mut job {
        definition.unique = true;
    }
    job
}

fn validated(constraint: &'static str) -> Job {
    Job::ValidateConstraint { table: name("items"), constraint: constraint.into(), if_exists: false }
}

#[test]
fn a_constraint_takes_along_its_validation_and_its_index() {
    let constraint =
        |exists, validated| Fact::Constraint { table: name("items"), name: "c".into(), exists, validated };
    let jobs = || {
        vec![
            on("items", validated("c")),
            on("items", validated("d")),
            on("other", validated("c")),
            on("items", unique("u")),
            on("other", unique("v")),
            on("items", crate::testing::index_job("plain", "a")),
        ]
    };
    let left = |fact: Fact| {
        let mut steps = jobs();
        steps.push(says("ALTER TABLE items", vec![fact]));
        left_by(steps).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let all = [
        "constraint c of items is validated",
        "constraint d of items is validated",
        "constraint c of other is validated",
        "index u of items is there and valid",
        "index v of other is there and valid",
        "index plain of items is there and valid",
    ];
    let but = |gone: &[usize]| {
        let kept = all.iter().enumerate().filter(|(at, _)| !gone.contains(at));
        kept.map(|(_, one)| (*one).to_owned()).collect::<Vec<_>>()
    };
    let shown = |fact: Fact, gone: &[usize]| {
        let mut wanted = but(gone);
        wanted.push(fact.to_string());
        assert_eq!(left(fact), wanted);
    };
    shown(constraint(false, false), &[0]);
    // UNIQUE USING INDEX, which needs no validation.
    shown(constraint(true, true), &[3]);
    shown(constraint(true, false), &[]);
}

/// Where the statement says the schema, the server had nothing to choose.
#[test]
fn what_is_made_is_what_the_server_chose_a_schema_for() {
    let of = |schema: Option<&'static str>| {
        let name = Name { schema: schema.map(Into::into), name: "items".into() };
        Expectation::Fact(Fact::Relation { name, kind: RelationKind::Table, exists: true }).makes()
    };
    assert_eq!(of(None), Some(name("items")));
    assert_eq!(of(Some("app")), None);
}

#[test]
fn what_comes_later_holds() {
    let steps = vec![
        items(),
        says("ALTER TABLE items ADD b int", vec![column("items", "b", true)]),
        says("ALTER TABLE items DROP b", vec![column("items", "b", false)]),
    ];
    assert_eq!(
        left_by(steps),
        [Expectation::Fact(relation("items", true)), Expectation::Fact(column("items", "b", false))]
    );
}

#[test]
fn what_is_made_anew_is_as_it_was_made_last() {
    let other = || says("CREATE TABLE items (b int)", vec![table_fact("items", &["b"])]);
    assert_eq!(left_by(vec![items(), other()]), [Expectation::Fact(table_fact("items", &["b"]))]);
}

#[test]
fn a_dropped_domain_takes_its_constraints_along_and_no_others() {
    let constraint = |domain: &'static str| Fact::DomainConstraint {
        domain: name(domain),
        name: "c".into(),
        exists: true,
    };
    let gone = Fact::Domain { name: name("d"), exists: false };
    let steps = vec![
        says("ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 1)", vec![constraint("d")]),
        says("ALTER DOMAIN e ADD CONSTRAINT c CHECK (VALUE > 1)", vec![constraint("e")]),
        says("DROP DOMAIN d", vec![gone.clone()]),
    ];
    assert_eq!(left_by(steps), [Expectation::Fact(constraint("e")), Expectation::Fact(gone)]);
}
