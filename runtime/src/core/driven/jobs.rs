//! How often something is tried.

use super::{failed, holder, id, loaded};
use crate::core::action::{Action, JobFailure, Outcome, Verdict};
use crate::core::policies::Policies;
use crate::error::ErrorKind;
use crate::testing::{index, name, plan};
use dsql_migrate_plan::{Job, StepKind};

/// A job that fails for no reason of the rows is tried again, and not for ever.
#[test]
fn a_job_is_started_as_often_as_it_says() {
    let job = Job::ValidateConstraint { table: name("items"), constraint: "c".into(), if_exists: false };
    let mut step = index("ALTER TABLE ASYNC items VALIDATE CONSTRAINT c", &[]);
    if let StepKind::AsyncDdl { job: of, .. } = &mut step.kind {
        *of = job;
    }
    let (plan, policies) = (plan(vec![("1", vec![step])]), Policies::default());
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    let broken = || Verdict::Broken(Some(JobFailure { details: "no node".into(), of_rows: false }));
    let mut starts = 0;
    for _ in 0..100 {
        let answer = match machine.next() {
            Action::Execute(_) => {
                starts += 1;
                Outcome::Executed(Some(format!("j{starts}")))
            }
            Action::Record(_) => Outcome::Recorded,
            Action::Await(_) => Outcome::JobsEnded(vec![(id(0), broken())]),
            Action::Release(_) => Outcome::Released,
            Action::Stop => break,
            other => panic!("{other:?}"),
        };
        machine.observe(answer);
    }
    assert_eq!((starts, failed(machine).kind()), (crate::core::machine::RESTARTS + 1, ErrorKind::JobFailed));
}

/// A statement that starts no job, and leaves nothing, is sent again, and not for ever.
#[test]
fn a_statement_without_effect_is_sent_as_often_as_a_job_is_started() {
    let plan = plan(vec![("1", vec![index("CREATE INDEX ASYNC IF NOT EXISTS i ON items (a)", &[])])]);
    let policies = Policies::default();
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    let mut sent = 0;
    for _ in 0..100 {
        let answer = match machine.next() {
            Action::Execute(_) => {
                sent += 1;
                Outcome::Executed(None)
            }
            Action::Prove(_) => Outcome::Judged(Verdict::Absent),
            Action::Record(_) => Outcome::Recorded,
            Action::Release(_) => Outcome::Released,
            Action::Stop => break,
            other => panic!("{other:?}"),
        };
        machine.observe(answer);
    }
    assert_eq!(sent, crate::core::machine::RESTARTS + 1);
    let error = failed(machine).to_string();
    assert!(error.contains("there is no index i on items"), "{error}");
}

/// The rows are at fault: what is left of the index goes, and nobody tries again.
#[test]
fn an_index_that_the_rows_refuse_is_cleaned_away_and_told() {
    let plan = plan(vec![("1", vec![index("CREATE UNIQUE INDEX ASYNC i ON items (a)", &[])])]);
    let policies = Policies::default();
    let mut machine = holder(&plan, &policies, loaded(Vec::new(), Vec::new(), &[]));
    let broken = Verdict::Broken(Some(JobFailure { details: "two are alike".into(), of_rows: true }));
    for answer in [
        Outcome::Recorded,
        Outcome::Executed(Some("j".into())),
        Outcome::Recorded,
        Outcome::JobsEnded(vec![(id(0), broken)]),
    ] {
        machine.observe(answer);
    }
    assert_eq!(machine.next(), &Action::Clean(id(0)));
    machine.observe(Outcome::Cleaned);
    machine.observe(Outcome::Recorded);
    assert_eq!(machine.next(), &Action::Release(None));
    machine.observe(Outcome::Released);
    let error = failed(machine);
    assert_eq!(error.kind(), ErrorKind::JobFailed);
    assert!(error.to_string().contains("two are alike"), "{error}");
}
