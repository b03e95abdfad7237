//! On the way to the lease.

use super::applied;
use crate::core::action::{Action, Bookkeeping, Outcome};
use crate::core::machine::Machine;
use crate::core::phase::End;
use crate::core::policies::Policies;
use crate::testing::{ddl, plan};

/// Nothing is pending: one question, and no write.
#[test]
fn a_current_database_is_asked_once() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let rows = || vec![applied(&plan, 0)];
    let mut machine = Machine::new(&plan, &policies);
    assert_eq!(machine.next(), &Action::ReadLedger);
    machine.observe(Outcome::Ledger { rows: rows(), has_checksum: true });
    assert_eq!(machine.next(), &Action::Stop);
    assert!(matches!(machine.end(), Some(End::Done(_))));
    // Another runner's table lacks the checksums, which the lease is needed for.
    let mut machine = Machine::new(&plan, &policies);
    machine.observe(Outcome::Ledger { rows: rows(), has_checksum: false });
    assert_eq!(machine.next(), &Action::Inspect);
}

/// What is missing is made, one after the other, before the lease is looked at.
#[test]
fn the_bookkeeping_is_made_first() {
    let (plan, policies) = (plan(vec![("1", vec![ddl("a")])]), Policies::default());
    let mut machine = Machine::new(&plan, &policies);
    machine.observe(Outcome::NoLedger);
    machine.observe(Outcome::Bookkeeping(vec![Bookkeeping::Ledger, Bookkeeping::Lease]));
    for table in [Bookkeeping::Ledger, Bookkeeping::Lease] {
        assert_eq!(machine.next(), &Action::Create(table));
        machine.observe(Outcome::Created);
    }
    assert_eq!(machine.next(), &Action::ReadLease);
}
