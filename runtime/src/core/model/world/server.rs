//! What the server answers, and what becomes of the database.

use super::{Late, Lease, Object, Wire, World};
use crate::checksum::step_checksum;
use crate::core::model::steps;
use crate::core::{
    Action, FencingToken, FreeLease, JournalRow, LeaseHolder, LedgerRow, Loaded, Outcome, Refusal,
    RefusalCause, RefusedAt, StepId, Verdict, Write, expectations,
};
use crate::server_error::ServerError;
use dsql_migrate_plan::MigrationKind;
use dsql_migrate_plan::limits::{LONE_RECORD_ROWS, RECORD_ROWS};
use std::collections::BTreeSet;

impl<'a> World<'a> {
    /// A DDL statement acts.
    pub(in crate::core::model) fn ddl(&mut self, id: StepId) -> Outcome {
        assert!(!self.around.had.contains(&id.migration), "{id:?} of a baseline that was there");
        let again = self.objects.contains_key(&id);
        if again && self.is_drop(id) {
            let another = self.around.behind.contains(&id) && self.without.schemas;
            assert!(!another, "{id:?} dropped what is not the set's");
            if !self.is_repeatable(id) {
                return refused("42P01", RefusalCause::Missing);
            }
        }
        if (again && !self.is_repeatable(id)) || self.around.taken.contains(&id) {
            return refused("42P07", RefusalCause::Exists);
        }
        self.assert_in_order(id);
        if self.around.in_vain.contains(&id) {
            return Outcome::Executed(None);
        }
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
        for earlier in steps(self.plan).filter(|earlier| self.order(*earlier) < self.order(id)) {
            let happened = self.objects.contains_key(&earlier)
                || self.rows.contains_key(&earlier)
                || self.around.had.contains(&earlier.migration);
            assert!(happened, "{id:?} before {earlier:?}");
            let waited = earlier.migration != id.migration
                || self.plan.migrations[id.migration].steps[id.step].waits_for.contains(&earlier.step);
            if waited && self.is_job(earlier) {
                assert_eq!(self.objects[&earlier], Object::Valid, "{id:?} has not waited for {earlier:?}");
            }
        }
    }

    /// A record acts, with the rows of a DML step or without; `false` when the lease row is not as it should be.
    pub(in crate::core::model) fn fenced(
        &mut self,
        by: usize,
        token: FencingToken,
        rows: Option<StepId>,
        writes: &[Write],
    ) -> bool {
        let fits = self.lease.holder == Some(by) && self.lease.token == token;
        if !fits && !self.without.fence {
            return false;
        }
        self.lease.token = self.lease.token.next();
        self.lease.expired = false;
        self.lease.quiet = false;
        if let Some(id) = rows {
            assert!(!self.around.had.contains(&id.migration), "rows of a baseline that was there");
            self.assert_in_order(id);
            let times = self.rows.entry(id).or_default();
            *times += 1;
            assert_eq!(*times, 1, "the rows of {id:?} were written twice");
        }
        let mut changed = 1;
        for write in writes {
            changed += self.write(write);
        }
        // What is left for the rows of a step, which may be as many as the planner allows.
        let room = if rows.is_some() { RECORD_ROWS } else { LONE_RECORD_ROWS as u64 };
        assert!(changed <= room, "a record of {changed} rows where there is room for {room}: {writes:?}");
        true
    }

    /// How many rows it changes.
    fn write(&mut self, write: &Write) -> u64 {
        match write {
            Write::Intent(id) => drop(self.journal.insert(*id, (false, None))),
            Write::Submitted(id, job) => drop(self.journal.insert(*id, (false, Some(job.clone())))),
            Write::Done(id) => drop(self.journal.insert(*id, (true, None))),
            Write::Forget(id) => drop(self.journal.remove(id)),
            Write::Complete(migration) => {
                self.complete(*migration);
                if self.without.constant_records {
                    let before = self.journal.len();
                    self.journal.retain(|id, _| id.migration != *migration);
                    return 1 + (before - self.journal.len()) as u64;
                }
            }
            Write::Adopt(migration) => {
                assert!(self.around.had.contains(migration), "{migration} was not there");
                assert!(self.ledger.insert(*migration), "{migration} was recorded twice");
            }
            Write::HookOwed => {
                self.owed = true;
                return 0;
            }
            Write::HookDone => {
                self.owed = false;
                return 0;
            }
            Write::Close(migration) => drop(self.closed.insert(*migration)),
            Write::Sweep { version, from, to, last } => {
                let of_it = |migration: usize| self.plan.migrations[migration].version == *version;
                let swept = |id: &StepId| of_it(id.migration) && (*from..*to).contains(&id.step);
                let before = self.journal.len() + self.closed.len();
                self.journal.retain(|id, _| !swept(id));
                if *last {
                    self.closed.retain(|migration| !of_it(*migration));
                    assert!(!self.journal.keys().any(|id| of_it(id.migration)), "{version} is not swept");
                }
                return (before - self.journal.len() - self.closed.len()) as u64;
            }
        }
        1
    }

    fn complete(&mut self, migration: usize) {
        for id in steps(self.plan).filter(|id| id.migration == migration) {
            let whole = self.rows.contains_key(&id) || self.objects.get(&id) == Some(&Object::Valid);
            assert!(whole, "{migration} is in the ledger without {id:?}");
        }
        let first = self.ledger.insert(migration);
        assert!(first || self.around.old.remove(&migration), "{migration} was recorded twice");
    }

    /// What `who` reads of the lease.
    fn read_lease(&self, who: usize) -> Outcome {
        let in_doubt = self.journal.values().any(|(done, _)| !done);
        let free = match self.lease.holder {
            None => true,
            Some(holder) => holder == who || (self.lease.expired && (self.lease.quiet || !in_doubt)),
        };
        let holder = self.lease.holder.map(|holder| LeaseHolder {
            holder: holder.to_string(),
            since: String::new(),
            seconds_left: 0,
        });
        if !free {
            return Outcome::Busy(holder);
        }
        Outcome::Free(FreeLease {
            token: Some(self.lease.token),
            has_companions: true,
            abandoned_by: holder,
            known: String::new(),
        })
    }

    /// Takes the lease for `who` if it is still as it was read, and its holder has given no sign of life since.
    fn take(&mut self, who: usize, free: &FreeLease) -> Outcome {
        let before = free.abandoned_by.as_ref().map(|it| it.holder.clone());
        let same = free.token == Some(self.lease.token)
            && before == self.lease.holder.map(|holder| holder.to_string());
        let silent = self.lease.holder.is_none_or(|holder| holder == who || self.lease.expired);
        if !same || !silent {
            return Outcome::Busy(None);
        }
        let FencingToken { fence, seq } = self.lease.token;
        let token = FencingToken { fence: fence + 1, seq: seq + 1 };
        self.lease = Lease { holder: Some(who), token, expired: false, quiet: false };
        Outcome::Taken(self.loaded())
    }

    /// Whether a holder may send what nothing fences, renewing the lease if its clock says that it may have ended.
    pub(in crate::core::model) fn surely_holds(&mut self, who: usize, token: FencingToken) -> bool {
        let ours = self.lease.holder == Some(who) && self.lease.token.fence == token.fence;
        if ours {
            self.lease.expired = false;
            self.lease.quiet = false;
        }
        ours
    }

    fn ledger_rows(&self) -> Vec<LedgerRow> {
        let always = |kind| kind == MigrationKind::Always && !self.without.kinds;
        let row = |position: &usize| {
            let migration = &self.plan.migrations[*position];
            LedgerRow {
                version: migration.version.to_string(),
                name: "m".into(),
                checksum: Some(match self.around.old.contains(position) {
                    true => "old".to_owned(),
                    false => migration.checksum.to_string(),
                }),
                always: always(migration.kind),
                applied_at: String::new(),
            }
        };
        let gone = self.around.gone.iter().map(|version| LedgerRow {
            version: version.clone(),
            name: "gone".into(),
            checksum: Some("gone".into()),
            always: always(MigrationKind::Always),
            applied_at: String::new(),
        });
        self.ledger.iter().map(row).chain(gone).collect()
    }

    fn load(&self, who: usize, expected: FencingToken) -> Outcome {
        let ours = self.lease.holder == Some(who) && self.lease.token.fence == expected.fence;
        Outcome::Loaded(ours.then(|| self.loaded()))
    }

    fn loaded(&self) -> Loaded {
        let journal = self.journal.iter().map(|(id, (done, job))| {
            let migration = &self.plan.migrations[id.migration];
            JournalRow {
                version: migration.version.to_string(),
                step: id.step,
                checksum: step_checksum(&migration.steps[id.step]).to_string(),
                file_checksum: Some(migration.checksum.to_string()),
                done: *done,
                job: job.clone(),
            }
        });
        Loaded {
            token: self.lease.token,
            ledger: self.ledger_rows(),
            journal: journal.collect(),
            closed: self.closed.iter().map(|it| self.plan.migrations[*it].version.to_string()).collect(),
            known: BTreeSet::new(),
            hook_owed: self.owed,
        }
    }

    fn verdict(&self, id: StepId, waited_for: bool) -> Verdict {
        let object = self.objects.get(&id);
        if self.is_drop(id) {
            let there = self.without.identities && self.around.behind.contains(&id);
            return if object.is_some() && !there { Verdict::Happened } else { Verdict::Absent };
        }
        if self.is_repeatable(id) {
            return Verdict::Absent;
        }
        match object {
            Some(Object::Valid) => Verdict::Happened,
            Some(Object::Building) => Verdict::Building(format!("job of {id:?}")),
            // Nobody is shown at work, which must be so for a while.
            Some(Object::Forgotten) if !self.without.time_for_jobs => {
                Verdict::Building(format!("job of {id:?}"))
            }
            Some(Object::Forgotten | Object::Broken) => Verdict::Broken(None),
            None if waited_for => Verdict::Broken(None),
            None if self.without.identities && self.around.behind.contains(&id) => Verdict::Happened,
            None if self.without.refusals && self.around.taken.contains(&id) => Verdict::Happened,
            None => Verdict::Absent,
        }
    }

    /// What an action that is no DDL statement comes to; `None` while it has to wait.
    pub(in crate::core::model) fn act(
        &mut self,
        who: usize,
        action: &Action,
        token: Option<FencingToken>,
    ) -> Option<Outcome> {
        let holds = |world: &mut Self| token.is_some_and(|token| world.surely_holds(who, token));
        Some(match (action, token) {
            (Action::ReadLedger, _) => Outcome::Ledger { rows: self.ledger_rows(), has_checksum: true },
            (Action::Inspect, _) => Outcome::Bookkeeping(Vec::new()),
            (Action::ReadLease, _) => self.read_lease(who),
            (Action::TakeLease(free), _) => self.take(who, free),
            (Action::WaitForLease, _) => Outcome::Waited,
            (Action::Load, Some(token)) => self.load(who, token),
            (Action::Record(writes), Some(token)) => self.recorded(who, token, None, writes),
            (Action::Rows(id, writes), Some(token)) => self.recorded(who, token, Some(*id), writes),
            (Action::CheckBaseline(migration, applied), _) => {
                let expected = expectations(self.plan, *migration, applied);
                let verdict = |step| self.verdict(StepId { migration: *migration, step }, false);
                Outcome::BaselineChecked(expected.iter().map(|one| verdict(one.of.step)).collect())
            }
            (Action::Prove(id), _) => Outcome::Judged(self.verdict(*id, false)),
            (Action::Clean(_) | Action::Await(_) | Action::Hook, _) if !holds(self) => Outcome::LeaseLost,
            (Action::Clean(id), _) => match self.objects.get(id) {
                Some(Object::Forgotten) if self.without.time_for_jobs => {
                    panic!("{id:?} was dropped while it was built")
                }
                Some(Object::Broken) | None => {
                    self.objects.remove(id);
                    Outcome::Cleaned
                }
                Some(_) => Outcome::Judged(self.verdict(*id, false)),
            },
            (Action::Await(jobs), _) => {
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
            (Action::ReadHookOwed, _) => Outcome::HookOwed(self.owed),
            (Action::Hook, _) => {
                self.hooked = self.ledger.len();
                Outcome::Hooked
            }
            (Action::Release(sweep), Some(token)) => {
                if self.lease.holder == Some(who) && self.lease.token.fence == token.fence {
                    if let Some(sweep) = sweep {
                        self.write(sweep);
                    }
                    self.lease.holder = None;
                    self.lease.token = self.lease.token.next();
                }
                Outcome::Released
            }
            (action, _) => panic!("{action:?} is not for here"),
        })
    }

    fn recorded(
        &mut self,
        who: usize,
        token: FencingToken,
        rows: Option<StepId>,
        writes: &[Write],
    ) -> Outcome {
        if self.fenced(who, token, rows, writes) {
            return Outcome::Recorded;
        }
        // Whoever has gone on may have taken away what the rows of a former holder need, and the server may look at
        // that before it looks at the lease.
        let gone =
            rows.is_some_and(|id| self.objects.keys().any(|later| self.order(*later) > self.order(id)));
        if gone { refused("42703", RefusalCause::Missing) } else { Outcome::InDoubt }
    }
}

fn refused(sqlstate: &str, cause: RefusalCause) -> Outcome {
    let answer =
        ServerError { sqlstate: sqlstate.into(), message: "as it is".into(), detail: None, hint: None };
    Outcome::Refused(Refusal { answer, cause, at: RefusedAt::Statement(0) })
}
