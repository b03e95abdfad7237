//! When the catalog is asked.

use super::{applied, failed, holder, id, journalled, loaded};
use crate::core::action::{Action, Outcome, Refusal, RefusalCause, RefusedAt, Verdict};
use crate::core::policies::Policies;
use crate::core::tables::JournalRow;
use crate::server_error::ServerError;
use crate::testing::{ddl, index, name, plan};
use dsql_migrate_plan::{Fact, MigrationKind, Proof, RelationKind, StepKind};

/// An earlier attempt may be what was in the way.
#[test]
fn a_conflict_in_doubt_is_a_question() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let found = loaded(vec![journalled(&plan, 0, false)], Vec::new(), &[]);
    let mut machine = holder(&plan, &policies, found);
    assert_eq!(machine.next(), &Action::Prove(id(0)));
    machine.observe(Outcome::Judged(Verdict::Absent));
    assert_eq!(machine.next(), &Action::Execute(id(0)));
    machine.observe(Outcome::Conflicted);
    assert_eq!(machine.next(), &Action::Prove(id(0)));
}

/// Where the catalog does not tell, the server does, by its answer to the statement; but not while a job may run.
#[test]
fn what_the_catalog_does_not_tell_the_statement_asks() {
    let policies = Policies::default();
    let cannot_tell = || Outcome::Judged(Verdict::CannotTell("no rights".into()));
    let plain = plan(vec![("1", vec![ddl("a")])]);
    let begun = || loaded(vec![journalled(&plain, 0, false)], Vec::new(), &[]);
    let mut machine = holder(&plain, &policies, begun());
    machine.observe(cannot_tell());
    assert_eq!(machine.next(), &Action::Execute(id(0)));

    let job = plan(vec![("1", vec![index("CREATE INDEX ASYNC i ON items (a)", &[])])]);
    let running = JournalRow { job: Some("j".into()), ..journalled(&job, 0, false) };
    let mut machine = holder(&job, &policies, loaded(vec![running], Vec::new(), &[]));
    assert!(matches!(machine.next(), Action::Await(_)));
    machine.observe(Outcome::JobsEnded(vec![(id(0), Verdict::CannotTell("no rights".into()))]));
    // A job may be under way: it is neither begun anew nor forgotten.
    assert_eq!(machine.next(), &Action::Record(Vec::new()));
    machine.observe(Outcome::Recorded);
    machine.observe(Outcome::Released);
    assert!(failed(machine).to_string().contains("no rights"));
}

/// A baseline is compared with what the migrations behind it have left of it.
#[test]
fn a_baseline_is_seen_as_what_was_applied_after_it_left_it() {
    let mut plan = plan(vec![
        ("1", vec![ddl("a")]),
        ("2", vec![ddl("b")]),
        ("3", vec![ddl("c")]),
        ("4", vec![ddl("d")]),
    ]);
    plan.migrations.to_mut()[1].kind = MigrationKind::Baseline;
    let policies = Policies::default();
    let ledger = [0, 2, 3].map(|migration| applied(&plan, migration)).to_vec();
    let machine = holder(&plan, &policies, loaded(Vec::new(), ledger, &[]));
    assert_eq!(machine.next(), &Action::CheckBaseline(1, vec![2, 3]));
}

/// A mapping that is there already is what the step wants, whoever made it.
#[test]
fn a_refused_mapping_may_be_there() {
    let mapping = |exists| Fact::IamMapping { role: "app".into(), arn: "arn".into(), exists };
    let table = Fact::Relation { name: name("t"), kind: RelationKind::Table, exists: true };
    for (facts, asks) in
        [(vec![mapping(true)], true), (vec![mapping(true), table.clone()], false), (vec![table], false)]
    {
        let mut step = ddl("AWS IAM GRANT app TO 'arn'");
        if let StepKind::Ddl { proof, .. } = &mut step.kind {
            *proof = Proof::Facts(facts.into());
        }
        let (plan, policies) = (plan(vec![("1", vec![step])]), Policies::default());
        let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
        machine.observe(Outcome::Recorded);
        assert_eq!(machine.next(), &Action::Execute(id(0)));
        let answer = ServerError {
            sqlstate: "42710".to_owned(),
            message: "it exists".to_owned(),
            detail: None,
            hint: None,
        };
        let at = RefusedAt::Statement(0);
        machine.observe(Outcome::Refused(Refusal { answer, cause: RefusalCause::Exists, at }));
        assert_eq!(machine.next() == &Action::Prove(id(0)), asks, "{:?}", machine.next());
    }
}
