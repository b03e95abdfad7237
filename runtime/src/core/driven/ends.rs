//! What ends a run from outside, or over a step.

use super::{failed, holder, id, journalled, loaded, of_step};
use crate::core::action::{Action, Outcome, Refusal, RefusalCause, RefusedAt, Verdict, Write};
use crate::core::machine::Machine;
use crate::core::policies::Policies;
use crate::error::{Error, ErrorKind};
use crate::server_error::ServerError;
use crate::testing::{ddl, dml, plan};

#[test]
fn one_that_is_stopped_before_it_has_the_lease_is_at_its_end() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = Machine::new(&plan, &policies);
    machine.stop(Error::new(ErrorKind::Interrupted, "stopped"), false);
    assert_eq!(machine.next(), &Action::Stop);
    assert_eq!(failed(machine).kind(), ErrorKind::Interrupted);
}

#[test]
fn one_that_is_stopped_with_the_lease_gives_it_back() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    assert_eq!(machine.next(), &Action::Record(vec![Write::Intent(id(0))]));
    machine.stop(Error::new(ErrorKind::Interrupted, "stopped"), false);
    assert_eq!(machine.next(), &Action::Release(None));
    machine.observe(Outcome::Released);
    let error = failed(machine);
    assert_eq!((error.kind(), error.now_true()), (ErrorKind::Interrupted, None));
}

#[test]
fn what_is_unanswered_keeps_the_lease() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    machine.stop(Error::new(ErrorKind::Interrupted, "stopped"), true);
    assert_eq!(machine.next(), &Action::Stop);
    assert!(failed(machine).now_true().unwrap().contains("the lease is left to expire"));
}

/// Nobody knows whether the statement has happened: neither does whoever comes next, for a while.
#[test]
fn what_is_in_doubt_keeps_the_lease_as_well() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    machine.observe(Outcome::Recorded);
    assert_eq!(machine.next(), &Action::Execute(id(0)));
    machine.observe(Outcome::InDoubt);
    assert_eq!(machine.next(), &Action::Prove(id(0)));
    machine.stop(Error::new(ErrorKind::Interrupted, "stopped"), false);
    assert_eq!(machine.next(), &Action::Stop);
    assert!(failed(machine).now_true().is_some());
}

/// What was applied before it is recorded first.
#[test]
fn a_step_that_cannot_go_on_ends_like_one_that_failed() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a"), ddl("b")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    machine.observe(Outcome::Recorded);
    machine.stop(of_step(), false);
    assert_eq!(machine.next(), &Action::Record(Vec::new()));
    machine.observe(Outcome::Recorded);
    assert_eq!(machine.next(), &Action::Release(None));
}

#[test]
fn an_answer_that_does_not_fit_gives_the_lease_back() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    machine.observe(Outcome::Waited);
    assert_eq!(machine.next(), &Action::Release(None));
    machine.observe(Outcome::Released);
    assert_eq!(failed(machine).kind(), ErrorKind::Internal);
}

#[test]
fn a_failure_says_how_much_is_applied() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a"), ddl("b")])]), Policies::default());
    let found = loaded(vec![journalled(&plan, 0, true), journalled(&plan, 1, false)], Vec::new(), &[]);
    let mut machine = holder(&plan, &policies, found);
    assert_eq!(machine.next(), &Action::Prove(id(1)));
    machine.observe(Outcome::Judged(Verdict::Different { expected: "(a)".into(), found: "(b)".into() }));
    for answer in [Outcome::Recorded, Outcome::Released] {
        assert_ne!(machine.next(), &Action::Stop);
        machine.observe(answer);
    }
    let error = failed(machine);
    assert_eq!(error.kind(), ErrorKind::Different);
    assert!(error.now_true().unwrap().contains("1 of the 2 steps"), "{error}");
}

fn refusal() -> Refusal {
    let answer = ServerError {
        sqlstate: "42501".to_owned(),
        message: "no rights".to_owned(),
        detail: None,
        hint: None,
    };
    Refusal { answer, cause: RefusalCause::Other, at: RefusedAt::Statement(0) }
}

/// What the server refused has surely not happened: a DDL step leaves no intent behind; a row step never had one.
#[test]
fn what_was_refused_leaves_no_intent() {
    let policies = Policies::default();
    let of_ddl = plan(vec![("1", vec![ddl("a")])]);
    let mut machine = holder(&of_ddl, &policies, loaded(Vec::new(), Vec::new(), &[]));
    machine.observe(Outcome::Recorded);
    machine.observe(Outcome::Refused(refusal()));
    assert_eq!(machine.next(), &Action::Record(vec![Write::Forget(id(0))]));

    let of_rows = plan(vec![("1", vec![dml(&["a"])])]);
    let mut machine = holder(&of_rows, &policies, loaded(Vec::new(), Vec::new(), &[]));
    assert!(matches!(machine.next(), Action::Rows(..)));
    machine.observe(Outcome::Refused(refusal()));
    assert_eq!(machine.next(), &Action::Record(Vec::new()));
}

/// What failed first is what people need to know, however the run is ended afterwards.
#[test]
fn one_that_has_failed_says_so_although_it_is_stopped() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    for recorded in [false, true] {
        let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
        machine.observe(Outcome::Recorded);
        machine.observe(Outcome::Refused(refusal()));
        if recorded {
            machine.observe(Outcome::Recorded);
            assert_eq!(machine.next(), &Action::Release(None));
        }
        machine.stop(Error::new(ErrorKind::Interrupted, "stopped"), false);
        if !recorded {
            assert_eq!(machine.next(), &Action::Release(None));
            machine.observe(Outcome::Released);
        }
        assert_eq!(failed(machine).kind(), ErrorKind::Refused);
    }
}
