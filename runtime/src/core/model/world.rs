//! The model: a database, two runners and the messages between them.

use crate::checksum::step_checksum;
use crate::core::{
    Action, Held, JournalRow, LeaseHolder, LedgerRow, Loaded, Machine, Outcome, StepId, Verdict, Write,
    claims,
};
use crate::options::Policies;
use crate::server::ServerError;
use crate::sql::lease::HOOK_OWED;
use dsql_migrate_plan::{MigrationKind, Plan, Proof, Step, StepKind};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

/// Stands in the lease for a runner that has crashed.
const DEAD: usize = 99;

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Lease {
    holder: Option<usize>,
    fence: i64,
    seq: i64,
    pub(super) expired: bool,
    pub(super) quiet: bool,
}

/// What the catalog has of a DDL step.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Object {
    Valid,
    /// An index whose job is at work.
    Building,
    /// An index whose job has failed.
    Broken,
}

/// A message whose sender does not wait for it any more.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Late {
    Ddl(StepId),
    Fenced { by: usize, held: Held, rows: Option<StepId>, writes: Vec<Write> },
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

#[derive(Clone)]
pub(super) struct World<'a> {
    pub(super) plan: &'a Plan,
    pub(super) runners: Vec<Runner<'a>>,
    pub(super) lease: Lease,
    ledger: BTreeSet<usize>,
    journal: BTreeMap<StepId, (bool, Option<String>)>,
    pub(super) objects: BTreeMap<StepId, Object>,
    rows: BTreeMap<StepId, u32>,
    /// The hook has not been called for everything in the ledger.
    owed: bool,
    /// How many migrations were in the ledger when the hook was last called.
    hooked: usize,
    pub(super) late: Vec<Late>,
    pub(super) faults: u8,
    /// Baselines that the database had before.
    had: BTreeSet<usize>,
    /// What is always applied and was, as its file was before.
    old: BTreeSet<usize>,
    /// Records ask for no lease: to see whether the model would notice.
    pub(super) unfenced: bool,
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
            &self.objects,
            &self.rows,
            &self.late,
            self.faults,
            self.owed,
            self.hooked,
            &self.old,
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
            lease: Lease { holder: None, fence: 0, seq: 0, expired: false, quiet: false },
            ledger: BTreeSet::new(),
            journal: BTreeMap::new(),
            objects: BTreeMap::new(),
            rows: BTreeMap::new(),
            owed: false,
            hooked: 0,
            late: Vec::new(),
            faults,
            had: BTreeSet::new(),
            old: BTreeSet::new(),
            unfenced: false,
        }
    }

    /// The database has all that this baseline makes.
    pub(super) fn having(mut self, baseline: usize) -> Self {
        self.had.insert(baseline);
        for id in super::steps(self.plan).filter(|id| id.migration == baseline) {
            if !matches!(self.step(id).kind, StepKind::Dml { .. }) {
                self.objects.insert(id, Object::Valid);
            }
        }
        self
    }

    /// This migration was applied as its file was before.
    pub(super) fn with_old(mut self, migration: usize) -> Self {
        self.ledger.insert(migration);
        self.old.insert(migration);
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
        self.runners[who] = Runner { machine: Machine::new(self.plan, policies), wire: Wire::Idle };
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

    /// A DDL statement acts.
    pub(super) fn ddl(&mut self, id: StepId) -> Outcome {
        assert!(!self.had.contains(&id.migration), "{id:?} of a baseline that was there");
        if self.objects.contains_key(&id) && !self.is_repeatable(id) {
            let answer = ServerError {
                sqlstate: "42P07".into(),
                message: "relation already exists".into(),
                detail: None,
                hint: None,
            };
            return Outcome::Refused { answer, statement: 0 };
        }
        self.assert_in_order(id);
        let job = self.is_job(id);
        // The catalog is another now: every DDL statement that was on its way is refused for it (OC001), and its
        // sender, if it lives, looks at its lease before it tries again.
        self.late.retain(|late| !matches!(late, Late::Ddl(_)));
        for runner in &mut self.runners {
            if matches!(runner.wire, Wire::Sent(_)) {
                runner.wire = Wire::Stale;
            }
        }
        self.objects.insert(id, if job { Object::Building } else { Object::Valid });
        Outcome::Executed(job.then(|| format!("job of {id:?}")))
    }

    /// Everything before a step has happened, and the jobs that it waits for have ended well.
    fn assert_in_order(&self, id: StepId) {
        for earlier in super::steps(self.plan).filter(|earlier| self.order(*earlier) < self.order(id)) {
            let happened = self.objects.contains_key(&earlier)
                || self.rows.contains_key(&earlier)
                || self.had.contains(&earlier.migration);
            assert!(happened, "{id:?} before {earlier:?}");
            let waited = earlier.migration != id.migration
                || self.plan.migrations[id.migration].steps[id.step].waits_for.contains(&earlier.step);
            if waited && self.is_job(earlier) {
                assert_eq!(
                    self.objects[&earlier] as u8,
                    Object::Valid as u8,
                    "{id:?} has not waited for {earlier:?}"
                );
            }
        }
    }

    /// A record acts, with the rows of a DML step or without; `false` when the lease row is not as it should be.
    pub(super) fn fenced(&mut self, by: usize, held: Held, rows: Option<StepId>, writes: &[Write]) -> bool {
        let lease = &mut self.lease;
        let fits = lease.holder == Some(by) && lease.fence == held.fence && lease.seq == held.seq;
        if !fits && !self.unfenced {
            return false;
        }
        lease.seq += 1;
        lease.expired = false;
        lease.quiet = false;
        if let Some(id) = rows {
            assert!(!self.had.contains(&id.migration), "rows of a baseline that was there");
            self.assert_in_order(id);
            let times = self.rows.entry(id).or_default();
            *times += 1;
            assert_eq!(*times, 1, "the rows of {id:?} were written twice");
        }
        for write in writes {
            match write {
                Write::Intent(id) => drop(self.journal.insert(*id, (false, None))),
                Write::Submitted(id, job) => drop(self.journal.insert(*id, (false, Some(job.clone())))),
                Write::Done(id) => drop(self.journal.insert(*id, (true, None))),
                Write::Forget(id) => drop(self.journal.remove(id)),
                Write::Complete(migration) => self.complete(*migration),
                Write::Adopt(migration) => {
                    assert!(self.had.contains(migration), "{migration} was not there");
                    assert!(self.ledger.insert(*migration), "{migration} was recorded twice");
                }
                Write::HookOwed => self.owed = true,
                Write::HookDone => self.owed = false,
                Write::Sweep(_) => {}
            }
        }
        true
    }

    fn complete(&mut self, migration: usize) {
        for id in super::steps(self.plan).filter(|id| id.migration == migration) {
            let whole = self.rows.contains_key(&id) || self.objects.get(&id) == Some(&Object::Valid);
            assert!(whole, "{migration} is in the ledger without {id:?}");
        }
        let first = self.ledger.insert(migration);
        assert!(first || self.old.remove(&migration), "{migration} was recorded twice");
        self.journal.retain(|id, _| id.migration != migration);
    }

    /// Takes the lease for `who` if the statement for that would.
    pub(super) fn take(&mut self, who: usize) -> Outcome {
        let in_doubt = self.journal.values().any(|(done, job)| !done && job.is_none());
        let free = match self.lease.holder {
            None => true,
            Some(holder) => holder == who || (self.lease.expired && (self.lease.quiet || !in_doubt)),
        };
        if !free {
            let holder = LeaseHolder { holder: String::new(), since: String::new(), seconds_left: 0 };
            return Outcome::Busy(Some(holder));
        }
        let (fence, seq) = (self.lease.fence + 1, self.lease.seq + 1);
        self.lease = Lease { holder: Some(who), fence, seq, expired: false, quiet: false };
        Outcome::Taken(Held { fence, seq })
    }

    /// Whether a holder may send what nothing fences, renewing the lease if its clock says that it may have ended.
    pub(super) fn surely_holds(&mut self, who: usize, held: Held) -> bool {
        let ours = self.lease.holder == Some(who) && self.lease.fence == held.fence;
        if ours {
            self.lease.expired = false;
            self.lease.quiet = false;
        }
        ours
    }

    fn ledger_rows(&self) -> Vec<LedgerRow> {
        let row = |position: &usize| LedgerRow {
            version: self.plan.migrations[*position].version.to_string(),
            name: "m".into(),
            checksum: Some(match self.old.contains(position) {
                true => "old".to_owned(),
                false => self.plan.migrations[*position].checksum.to_string(),
            }),
            applied_at: String::new(),
        };
        self.ledger.iter().map(row).collect()
    }

    fn load(&self, who: usize, expected: Held) -> Outcome {
        if self.lease.holder != Some(who) || self.lease.fence != expected.fence {
            return Outcome::Loaded(None);
        }
        let journal = self.journal.iter().map(|(id, (done, job))| {
            let migration = &self.plan.migrations[id.migration];
            JournalRow {
                version: migration.version.to_string(),
                step: id.step,
                checksum: step_checksum(&migration.steps[id.step]).to_string(),
                done: *done,
                job: job.clone(),
            }
        });
        Outcome::Loaded(Some(Loaded {
            held: Held { fence: expected.fence, seq: self.lease.seq },
            ledger: self.ledger_rows(),
            journal: journal.collect(),
            known: self.owed.then(|| HOOK_OWED.to_owned()).into_iter().collect(),
        }))
    }

    fn verdict(&self, id: StepId, waited_for: bool) -> Verdict {
        if self.is_repeatable(id) {
            return Verdict::Absent;
        }
        match self.objects.get(&id) {
            Some(Object::Valid) => Verdict::Happened { compared: self.is_job(id) },
            Some(Object::Building) => Verdict::Building(format!("job of {id:?}")),
            Some(Object::Broken) => Verdict::Broken(None),
            None if waited_for => Verdict::Broken(None),
            None => Verdict::Absent,
        }
    }

    /// What an action that is no DDL statement comes to; `None` while it has to wait.
    pub(super) fn act(&mut self, who: usize, action: &Action, held: Option<Held>) -> Option<Outcome> {
        Some(match (action, held) {
            (Action::ReadLedger, _) => Outcome::Ledger { rows: self.ledger_rows(), has_checksum: true },
            (Action::Inspect, _) => Outcome::Bookkeeping(Vec::new()),
            (Action::TakeLease, _) => self.take(who),
            (Action::WaitForLease, _) => Outcome::Waited,
            (Action::Load, Some(held)) => self.load(who, held),
            (Action::Record(writes), Some(held)) => self.recorded(who, held, None, writes),
            (Action::Rows(id, writes), Some(held)) => self.recorded(who, held, Some(*id), writes),
            (Action::Survey(migration), _) => {
                let steps = claims(&self.plan.migrations[*migration]).into_iter().map(|(step, _)| step);
                let verdict = |step| self.verdict(StepId { migration: *migration, step }, false);
                Outcome::Surveyed(steps.map(verdict).collect())
            }
            (Action::Prove(id), _) => Outcome::Judged(self.verdict(*id, false)),
            (Action::Clean(id), Some(held)) => {
                if !self.surely_holds(who, held) {
                    return Some(Outcome::LeaseLost);
                }
                match self.objects.get(id) {
                    Some(Object::Broken) | None => {
                        self.objects.remove(id);
                        Outcome::Cleaned
                    }
                    Some(_) => Outcome::Judged(self.verdict(*id, false)),
                }
            }
            (Action::Await(jobs), Some(held)) => {
                if !self.surely_holds(who, held) {
                    return Some(Outcome::LeaseLost);
                }
                let ended: Vec<_> = jobs
                    .iter()
                    .map(|job| (job.step, self.verdict(job.step, true)))
                    .filter(|(_, verdict)| !matches!(verdict, Verdict::Building(_)))
                    .collect();
                if ended.is_empty() {
                    return None;
                }
                Outcome::JobsEnded(ended)
            }
            (Action::ReadOwed, _) => Outcome::Owed(self.owed),
            (Action::Hook, Some(held)) => {
                if !self.surely_holds(who, held) {
                    return Some(Outcome::LeaseLost);
                }
                self.hooked = self.ledger.len();
                Outcome::Hooked
            }
            (Action::Release, Some(held)) => {
                if self.lease.holder == Some(who) && self.lease.fence == held.fence {
                    self.lease.holder = None;
                    self.lease.seq += 1;
                }
                Outcome::Released
            }
            (action, _) => panic!("{action:?} is not for here"),
        })
    }

    fn recorded(&mut self, who: usize, held: Held, rows: Option<StepId>, writes: &[Write]) -> Outcome {
        if self.fenced(who, held, rows, writes) {
            return Outcome::Recorded;
        }
        // Whoever has gone on may have taken away what the rows of a former holder need. The server looks at them
        // before it looks at the lease.
        let gone =
            rows.is_some_and(|id| self.objects.keys().any(|later| self.order(*later) > self.order(id)));
        if gone {
            let answer = ServerError {
                sqlstate: "42703".into(),
                message: "column does not exist".into(),
                detail: None,
                hint: None,
            };
            return Outcome::Refused { answer, statement: 0 };
        }
        Outcome::Doubt
    }

    /// The hook has been called for all that is applied.
    pub(super) fn is_hooked(&self) -> bool {
        !self.owed && self.hooked == self.plan.migrations.len()
    }

    /// Nothing is left to do, and it was done once.
    pub(super) fn is_whole(&self) -> bool {
        self.ledger.len() == self.plan.migrations.len() && self.journal.is_empty() && self.old.is_empty()
    }
}
