//! The model: a database, two runners and the messages between them.

mod server;

use super::faults::Without;
use crate::core::{FencingToken, Machine, Outcome, Policies, StepId, Write};
use dsql_migrate_plan::{MigrationKind, Plan, Proof, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

/// Stands in the lease for a runner that has crashed.
const DEAD: usize = 99;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Lease {
    holder: Option<usize>,
    token: FencingToken,
    /// By both of its ends.
    pub(super) expired: bool,
    pub(super) quiet: bool,
}

/// What the catalog has of a DDL step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Object {
    Valid,
    /// An index whose job is at work.
    Building,
    /// An index whose job is at work and shown nowhere.
    Forgotten,
    /// An index whose job has failed.
    Broken,
}

/// A message whose sender does not wait for it any more.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Late {
    Ddl(StepId),
    Fenced { by: usize, token: FencingToken, rows: Option<StepId>, writes: Vec<Write> },
}

/// Where a runner's DDL statement is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Wire {
    Idle,
    Sent(StepId),
    /// It will be refused: the catalog has changed meanwhile.
    Stale,
    Answered(Outcome),
}

#[derive(Clone)]
pub(super) struct Runner<'a> {
    pub(super) machine: Machine<'a>,
    pub(super) wire: Wire,
}

/// What the database had before, and who else is there.
#[derive(Clone, Default)]
pub(super) struct Surroundings {
    /// Baselines that the database has.
    pub(super) had: BTreeSet<usize>,
    /// What is always applied and was, as its file was before.
    pub(super) old: BTreeSet<usize>,
    /// Steps of whose name there is another object, in a schema further down the search path.
    pub(super) behind: BTreeSet<StepId>,
    /// Steps that make something of which there is one already, made by somebody else.
    pub(super) taken: BTreeSet<StepId>,
    /// Steps that the server takes and that do nothing: something else has the name.
    pub(super) in_vain: BTreeSet<StepId>,
    /// Versions of files that were always applied, and are gone.
    pub(super) gone: Vec<String>,
}

#[derive(Clone)]
pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) runners: Vec<Runner<'a>>,
    pub(super) lease: Lease,
    ledger: BTreeSet<usize>,
    journal: BTreeMap<StepId, (bool, Option<String>)>,
    closed: BTreeSet<usize>,
    pub(super) objects: BTreeMap<StepId, Object>,
    rows: BTreeMap<StepId, u32>,
    /// The hook has not been called for everything in the ledger.
    owed: bool,
    /// How many migrations were in the ledger when the hook was last called.
    hooked: usize,
    pub(super) late: Vec<Late>,
    pub(super) faults: u8,
    around: Surroundings,
    pub(super) without: Without,
}

impl Hash for World<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for runner in &self.runners {
            runner.machine.hash_state(state);
            runner.wire.hash(state);
        }
        (
            &self.lease,
            &self.ledger,
            &self.journal,
            &self.closed,
            &self.objects,
            &self.rows,
            &self.late,
            self.faults,
            self.owed,
            self.hooked,
            &self.around.old,
        )
            .hash(state);
    }
}

impl<'a> World<'a> {
    pub(super) fn new(plan: &'a Plan, policies: &'a Policies, faults: u8) -> Self {
        let runner = Runner { machine: Machine::new(plan, policies), wire: Wire::Idle };
        Self {
            plan,
            runners: vec![runner; 2],
            lease: Lease {
                holder: None,
                token: FencingToken { fence: 0, seq: 0 },
                expired: false,
                quiet: false,
            },
            ledger: BTreeSet::new(),
            journal: BTreeMap::new(),
            closed: BTreeSet::new(),
            objects: BTreeMap::new(),
            rows: BTreeMap::new(),
            owed: false,
            hooked: 0,
            late: Vec::new(),
            faults,
            around: Surroundings::default(),
            without: Without::default(),
        }
    }

    /// The same in such a database.
    pub(super) fn among(mut self, around: Surroundings) -> Self {
        for id in super::steps(self.plan).filter(|id| around.had.contains(&id.migration)) {
            if !matches!(self.step(id).kind, StepKind::Dml { .. }) {
                self.objects.insert(id, Object::Valid);
            }
        }
        self.ledger.extend(&around.old);
        self.around = around;
        self
    }

    /// The same without what keeps a fault away.
    pub(super) fn without(mut self, without: Without) -> Self {
        self.without = without;
        for runner in &mut self.runners {
            runner.machine.without = without.of_machine();
        }
        self
    }

    fn step(&self, id: StepId) -> &'a Step {
        &self.plan.migrations[id.migration].steps[id.step]
    }

    /// Sorts steps as they are to be run.
    fn order(&self, id: StepId) -> (bool, StepId) {
        (self.plan.migrations[id.migration].kind == MigrationKind::Always, id)
    }

    /// A runner dies; another process takes its place. Its statement, if one is under way, may still act.
    pub(super) fn crash(&mut self, who: usize, policies: &'a Policies) {
        if let Wire::Sent(id) = self.runners[who].wire {
            self.late.push(Late::Ddl(id));
        }
        let mut machine = Machine::new(self.plan, policies);
        machine.without = self.without.of_machine();
        self.runners[who] = Runner { machine, wire: Wire::Idle };
        if self.lease.holder == Some(who) {
            self.lease.holder = Some(DEAD);
        }
    }

    fn is_job(&self, id: StepId) -> bool {
        matches!(self.step(id).kind, StepKind::AsyncDdl { .. })
    }

    fn is_repeatable(&self, id: StepId) -> bool {
        matches!(self.step(id).kind, StepKind::Ddl { proof: Proof::Repeatable(_), .. })
    }

    /// Whether it takes something away.
    fn is_drop(&self, id: StepId) -> bool {
        match &self.step(id).kind {
            StepKind::Ddl { proof: Proof::Facts(facts) | Proof::Repeatable(facts), .. } => {
                !facts.is_empty() && facts.iter().all(|fact| !fact.is_there())
            }
            _ => false,
        }
    }

    /// The hook has been called for all that is applied.
    pub(super) fn is_hooked(&self) -> bool {
        !self.owed && self.hooked == self.plan.migrations.len()
    }

    /// Nothing is left to do, and it was done once.
    pub(super) fn is_whole(&self) -> bool {
        // A run that died between its last record and the sweep leaves rows that say that they are of the past.
        let is_past = |id: &StepId| self.closed.contains(&id.migration);
        self.ledger.len() == self.plan.migrations.len()
            && self.journal.keys().all(is_past)
            && self.around.old.is_empty()
    }

    /// Nothing has been recorded of a step that was refused.
    pub(super) fn is_clean(&self) -> bool {
        !self.ledger.iter().any(|migration| {
            let of_it = |id: &&StepId| id.migration == *migration;
            self.around.taken.iter().any(|id| of_it(&id)) || self.around.in_vain.iter().any(|id| of_it(&id))
        })
    }
}
