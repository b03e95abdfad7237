//! What travels in one record: as much as can be said now, and no more than a transaction takes.

use super::action::{Action, Write};
use super::ids::StepId;
use super::state::RunState;
use dsql_migrate_plan::limits::{LONE_RECORD_ROWS, RECORD_ROWS};
use dsql_migrate_plan::{Plan, Proof, StepKind};

/// How many rows an intent beside the rows of a step may look up, so that its size is bounded as well.
const FACTS_BESIDE_ROWS: usize = 64;

/// Changes that are to be committed together, perhaps with the rows of a step.
#[derive(Debug, Default)]
pub(super) struct Batch {
    rows: Option<StepId>,
    writes: Vec<Write>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Begins with the rows of a step: that they are written is part of it.
    pub(super) fn of_rows(id: StepId) -> Self {
        Self { rows: Some(id), writes: vec![Write::Done(id)] }
    }

    /// Whether one more change has room in it. `before` is the state before all that is in it.
    pub(super) fn takes(&self, plan: &Plan, before: &RunState, write: &Write) -> bool {
        let limit = if self.rows.is_some() { record_rows() } else { LONE_RECORD_ROWS };
        // A completed migration whose journal is not swept in the same record is closed in it.
        let closing = |migration: &usize| before.has_rows(*migration);
        let fits = self.cost(Some(write)) + self.completed().filter(closing).count() <= limit;
        match write {
            // Beside rows of the user's there is room for a record of constant size, not for old rows of ours.
            Write::Sweep { .. } => fits && self.rows.is_none(),
            Write::Intent(id) => {
                fits && !self.sweeps(&plan.migrations[id.migration].version)
                    && self.rows.is_none_or(|rows| goes_with(plan, rows, *id))
            }
            Write::Done(id) => fits && !self.sweeps(&plan.migrations[id.migration].version),
            _ => fits,
        }
    }

    pub(super) fn push(&mut self, write: Write) {
        self.writes.push(write);
    }

    fn completed(&self) -> impl Iterator<Item = usize> + '_ {
        self.writes.iter().filter_map(|write| match write {
            Write::Complete(migration) | Write::Adopt(migration) => Some(*migration),
            _ => None,
        })
    }

    fn sweeps(&self, of: &str) -> bool {
        self.writes.iter().any(|write| matches!(write, Write::Sweep { version, .. } if version == of))
    }

    /// How many rows of ours it changes, the lease among them.
    fn cost(&self, more: Option<&Write>) -> usize {
        let writes = || self.writes.iter().chain(more);
        let completed = |id: &StepId| writes().any(|write| completes(write, id.migration));
        let cost = |write: &Write| match write {
            Write::Submitted(id, _) | Write::Done(id) if completed(id) => 0,
            Write::Intent(_) | Write::Submitted(..) | Write::Done(_) | Write::Forget(_) => 1,
            Write::Complete(_) | Write::Close(_) | Write::Adopt(_) => 1,
            // Both are changes to the lease row, which every record touches anyway.
            Write::HookOwed | Write::HookDone => 0,
            Write::Sweep { from, to, last, .. } => to - from + usize::from(*last),
        };
        1 + writes().map(cost).sum::<usize>()
    }

    /// The action that commits it. What a completed migration's steps have left needs no rows of its own; a record
    /// that travels alone takes old rows along as far as there is room.
    pub(super) fn into_action(mut self, plan: &Plan, state: &RunState) -> Action {
        let completed: Vec<usize> = self.completed().collect();
        self.writes.retain(|write| match write {
            Write::Submitted(id, _) | Write::Done(id) => !completed.contains(&id.migration),
            _ => true,
        });
        let mut after = state.clone();
        self.writes.iter().for_each(|write| after.apply(plan, write));
        if self.rows.is_none() {
            self.sweep(plan, &mut after, completed.len());
        }
        let open = completed.into_iter().filter(|&it| after.has_stale(&plan.migrations[it].version));
        self.writes.extend(open.map(Write::Close));
        match self.rows {
            Some(id) => Action::Rows(id, self.writes),
            None => Action::Record(self.writes),
        }
    }

    /// Takes old rows along, and leaves room for as many others.
    fn sweep(&mut self, plan: &Plan, after: &mut RunState, others: usize) {
        let begun: Vec<&str> = self
            .writes
            .iter()
            .filter_map(|write| match write {
                Write::Intent(id) | Write::Done(id) | Write::Submitted(id, _) => {
                    Some(&*plan.migrations[id.migration].version)
                }
                _ => None,
            })
            .collect();
        loop {
            let room = LONE_RECORD_ROWS.saturating_sub(self.cost(None) + others);
            let Some(sweep) = after.sweep(room, |version| begun.contains(&version)) else { return };
            after.apply(plan, &sweep);
            self.writes.push(sweep);
        }
    }
}

fn record_rows() -> usize {
    usize::try_from(RECORD_ROWS).unwrap_or(usize::MAX)
}

fn completes(write: &Write, migration: usize) -> bool {
    matches!(write, Write::Complete(it) | Write::Adopt(it) if *it == migration)
}

/// Whether an intent can be recorded with the rows of another step: it says what names mean, so it needs the same search
/// path, and it has to be short.
fn goes_with(plan: &Plan, rows: StepId, intent: StepId) -> bool {
    let step = |id: StepId| &plan.migrations[id.migration].steps[id.step];
    step(rows).settings == step(intent).settings && facts(plan, intent) <= FACTS_BESIDE_ROWS
}

fn facts(plan: &Plan, id: StepId) -> usize {
    match &plan.migrations[id.migration].steps[id.step].kind {
        StepKind::Ddl { proof: Proof::Facts(facts) | Proof::Repeatable(facts), .. } => facts.len(),
        StepKind::Ddl { .. } | StepKind::Dml { .. } => 0,
        StepKind::AsyncDdl { .. } => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::step_checksum;
    use crate::core::ids::FencingToken;
    use crate::core::policies::Policies;
    use crate::core::review::review;
    use crate::core::tables::{JournalRow, Loaded};
    use crate::testing::{ddl, dml, index, plan, under};
    use dsql_migrate_plan::Step;
    use std::collections::{BTreeMap, BTreeSet};

    fn id(migration: usize, step: usize) -> StepId {
        StepId { migration, step }
    }

    /// The journal's row of a step that is done.
    fn done_row(version: &str, step: usize, checksum: String) -> JournalRow {
        JournalRow { version: version.into(), step, checksum, file_checksum: None, done: true, job: None }
    }

    /// A holder's state with these steps done in the journal, of a plan in which all is pending.
    fn state(plan: &Plan, done: &[StepId]) -> RunState {
        let row = |id: &StepId| {
            let migration = &plan.migrations[id.migration];
            let checksum = step_checksum(&migration.steps[id.step]).to_string();
            done_row(&migration.version, id.step, checksum)
        };
        loaded(plan, done.iter().map(row).collect(), BTreeSet::new())
    }

    fn loaded(plan: &Plan, journal: Vec<JournalRow>, closed: BTreeSet<String>) -> RunState {
        let loaded = Loaded {
            token: FencingToken { fence: 1, seq: 1 },
            ledger: Vec::new(),
            journal,
            closed,
            known: BTreeSet::new(),
            hook_owed: false,
        };
        let policies = Policies::default();
        let review = review(plan, &policies, &[], None).unwrap();
        RunState::new(plan, &review, &loaded, BTreeMap::new(), &policies).unwrap()
    }

    fn batch(rows: Option<StepId>, writes: &[Write]) -> Batch {
        let mut batch = rows.map_or_else(Batch::default, Batch::of_rows);
        writes.iter().for_each(|write| batch.push(write.clone()));
        batch
    }

    fn sweep(version: &str, from: usize, to: usize, last: bool) -> Write {
        Write::Sweep { version: version.into(), from, to, last }
    }

    #[test]
    fn beside_rows_there_is_room_for_an_end_and_a_beginning() {
        let plan = plan(vec![("1", vec![dml(&["a"])]), ("2", vec![ddl("b")])]);
        let state = state(&plan, &[]);
        let mut batch = batch(Some(id(0, 0)), &[]);
        assert!(batch.takes(&plan, &state, &Write::Complete(0)));
        batch.push(Write::Complete(0));
        assert!(batch.takes(&plan, &state, &Write::Intent(id(1, 0))));
        assert!(batch.takes(&plan, &state, &Write::HookOwed));
        assert!(!batch.takes(&plan, &state, &sweep("0", 0, 1, true)));
        batch.push(Write::Intent(id(1, 0)));
        assert!(!batch.takes(&plan, &state, &Write::Forget(id(1, 0))));
        // What is completed needs no row of its own.
        let writes = vec![Write::Complete(0), Write::Intent(id(1, 0))];
        assert_eq!(batch.into_action(&plan, &state), Action::Rows(id(0, 0), writes));
    }

    #[test]
    fn what_completes_beside_rows_closes_its_journal() {
        let plan = plan(vec![("1", vec![ddl("a"), dml(&["b"])]), ("2", vec![ddl("c")])]);
        let state = state(&plan, &[id(0, 0)]);
        let mut batch = batch(Some(id(0, 1)), &[Write::Complete(0)]);
        // Lease, ledger and the row that closes it: there is no room for more.
        assert!(!batch.takes(&plan, &state, &Write::Intent(id(1, 0))));
        assert!(batch.takes(&plan, &state, &Write::HookOwed));
        batch.push(Write::HookOwed);
        let writes = vec![Write::Complete(0), Write::HookOwed, Write::Close(0)];
        assert_eq!(batch.into_action(&plan, &state), Action::Rows(id(0, 1), writes));
    }

    #[test]
    fn what_travels_alone_takes_old_rows_along() {
        let plan = plan(vec![("1", vec![ddl("a"), ddl("b")]), ("2", vec![ddl("c")])]);
        let state = state(&plan, &[id(0, 0)]);
        let batch = batch(None, &[Write::Done(id(0, 1)), Write::Complete(0), Write::Intent(id(1, 0))]);
        let writes = vec![Write::Complete(0), Write::Intent(id(1, 0)), sweep("1", 0, 1, true)];
        assert_eq!(batch.into_action(&plan, &state), Action::Record(writes));
    }

    /// More rows than a record has room for: as many as fit go, and the rest is closed.
    #[test]
    fn what_is_too_much_is_closed() {
        let steps: Vec<Step> = (0..LONE_RECORD_ROWS + 5).map(|_| ddl("a")).collect();
        let plan = plan(vec![("1", steps)]);
        let done: Vec<StepId> = (0..LONE_RECORD_ROWS + 5).map(|step| id(0, step)).collect();
        let state = state(&plan, &done);
        let Action::Record(writes) = batch(None, &[Write::Complete(0)]).into_action(&plan, &state) else {
            panic!("it has no rows")
        };
        let [Write::Complete(0), Write::Sweep { from: 0, to, last: false, .. }, Write::Close(0)] = writes[..]
        else {
            panic!("{writes:?}")
        };
        // Lease, ledger, closing row and what is swept.
        assert_eq!(to, LONE_RECORD_ROWS - 4);
    }

    #[test]
    fn a_lone_record_is_bounded() {
        let steps: Vec<Step> = (0..LONE_RECORD_ROWS + 5).map(|_| ddl("a")).collect();
        let plan = plan(vec![("1", steps)]);
        let state = state(&plan, &[]);
        let mut batch = Batch::default();
        let mut taken = 0;
        while batch.takes(&plan, &state, &Write::Done(id(0, taken))) {
            batch.push(Write::Done(id(0, taken)));
            taken += 1;
        }
        assert_eq!(taken, LONE_RECORD_ROWS - 1, "the lease is a row, too");
        assert!(!batch.takes(&plan, &state, &Write::Submitted(id(0, 0), "j".into())));
    }

    #[test]
    fn a_version_that_is_swept_begins_in_another_record() {
        let plan = plan(vec![("1", vec![ddl("a")]), ("2", vec![ddl("b")])]);
        let state = state(&plan, &[]);
        let batch = batch(None, &[sweep("1", 0, 1, true)]);
        assert!(!batch.takes(&plan, &state, &Write::Intent(id(0, 0))));
        assert!(!batch.takes(&plan, &state, &Write::Done(id(0, 0))));
        assert!(batch.takes(&plan, &state, &Write::Intent(id(1, 0))));
        assert!(batch.takes(&plan, &state, &Write::Done(id(1, 0))));
    }

    /// It says what names mean, so it needs the search path of its own step.
    #[test]
    fn an_intent_goes_with_rows_only_under_the_same_settings() {
        let of = |rows: Step, next: Step| {
            let plan = plan(vec![("1", vec![rows]), ("2", vec![next])]);
            let state = state(&plan, &[]);
            batch(Some(id(0, 0)), &[Write::Complete(0)]).takes(&plan, &state, &Write::Intent(id(1, 0)))
        };
        assert!(of(dml(&["a"]), ddl("b")));
        assert!(of(under("SET x = 1", dml(&["a"])), under("SET x = 1", ddl("b"))));
        assert!(!of(dml(&["a"]), under("SET x = 1", ddl("b"))));
        assert!(!of(under("SET x = 1", dml(&["a"])), ddl("b")));
        assert!(of(dml(&["a"]), index("CREATE INDEX", &[])));
    }

    #[test]
    fn what_is_swept_counts_row_by_row() {
        let steps: Vec<Step> = (0..LONE_RECORD_ROWS).map(|_| ddl("a")).collect();
        let plan = plan(vec![("1", steps)]);
        let state = state(&plan, &[]);
        // The lease, 988 rows, and the one that says that they are of the past.
        let mut batch = batch(None, &[sweep("0", 5, 993, true)]);
        let mut taken = 0;
        while batch.takes(&plan, &state, &Write::Done(id(0, taken))) {
            batch.push(Write::Done(id(0, taken)));
            taken += 1;
        }
        assert_eq!(taken, LONE_RECORD_ROWS - 990);
        assert!(!batch.takes(&plan, &state, &sweep("2", 0, 1, false)));
    }

    #[test]
    fn old_rows_never_go_with_rows_of_the_user() {
        let plan = plan(vec![("1", vec![dml(&["a"])])]);
        let state = state(&plan, &[]);
        assert!(!batch(Some(id(0, 0)), &[]).takes(&plan, &state, &sweep("0", 0, 1, false)));
        assert!(batch(None, &[]).takes(&plan, &state, &sweep("0", 0, 1, false)));
    }

    /// The rows of a version that begins in the same record are its new ones.
    #[test]
    fn a_version_that_begins_is_not_swept() {
        let plan = plan(vec![("1", vec![ddl("a")])]);
        let forgotten = done_row("1", 0, String::new());
        let state = loaded(&plan, vec![forgotten], BTreeSet::from(["1".to_owned()]));
        for begins in [Write::Intent(id(0, 0)), Write::Done(id(0, 0)), Write::Submitted(id(0, 0), "j".into())]
        {
            let action = batch(None, std::slice::from_ref(&begins)).into_action(&plan, &state);
            assert_eq!(action, Action::Record(vec![begins]));
        }
        let action = batch(None, &[Write::HookOwed]).into_action(&plan, &state);
        assert_eq!(action, Action::Record(vec![Write::HookOwed, sweep("1", 0, 1, true)]));
    }

    #[test]
    fn a_long_intent_goes_by_itself() {
        let fact = |at: usize| dsql_migrate_plan::Fact::Role { name: format!("r{at}").into(), exists: true };
        let of = |facts: usize| {
            let mut step = ddl("b");
            if let StepKind::Ddl { proof, .. } = &mut step.kind {
                *proof = Proof::Facts((0..facts).map(fact).collect::<Vec<_>>().into());
            }
            let plan = plan(vec![("1", vec![dml(&["a"])]), ("2", vec![step])]);
            let state = state(&plan, &[]);
            batch(Some(id(0, 0)), &[Write::Complete(0)]).takes(&plan, &state, &Write::Intent(id(1, 0)))
        };
        assert!(of(FACTS_BESIDE_ROWS));
        assert!(!of(FACTS_BESIDE_ROWS + 1));
    }
}
