//! Walks through every state of the model that can be reached.

use super::world::{Late, Object, Wire, World};
use crate::core::{Action, End, Outcome};
use crate::options::Policies;
use dsql_migrate_plan::Plan;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) states: usize,
    pub(super) ends: usize,
    /// A state from which no end can be reached.
    pub(super) stuck: Option<String>,
}

pub(super) fn explore(plan: &Plan, policies: &Policies, faults: u8) -> Found {
    walk(World::new(plan, policies, faults), policies)
}

/// From a world that is not empty.
pub(super) fn explore_from<'a>(start: World<'a>, policies: &'a Policies) -> Found {
    walk(start, policies)
}

pub(super) fn explore_unfenced(plan: &Plan, policies: &Policies, faults: u8) -> Found {
    let mut world = World::new(plan, policies, faults);
    world.unfenced = true;
    walk(world, policies)
}

fn fingerprint(world: &World<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

fn walk<'a>(start: World<'a>, policies: &'a Policies) -> Found {
    let mut numbers = HashMap::from([(fingerprint(&start), 0_usize)]);
    let mut told = vec![tell(&start)];
    let mut reached_from: Vec<Vec<usize>> = vec![Vec::new()];
    let mut ends = Vec::new();
    let mut open = vec![(0_usize, start)];
    while let Some((number, world)) = open.pop() {
        if is_end(&world) {
            assert!(world.is_whole(), "both have ended, and something is left");
            assert!(policies.hook.is_none() || world.is_hooked(), "both have ended, and the hook is owed");
            ends.push(number);
        }
        for next in successors(&world, policies) {
            let fresh = numbers.len();
            let successor = *numbers.entry(fingerprint(&next)).or_insert(fresh);
            if successor == fresh {
                told.push(tell(&next));
                reached_from.push(Vec::new());
                open.push((fresh, next));
            }
            reached_from[successor].push(number);
        }
    }
    let mut can_end = vec![false; told.len()];
    let mut back = ends.clone();
    while let Some(number) = back.pop() {
        if !std::mem::replace(&mut can_end[number], true) {
            back.extend(&reached_from[number]);
        }
    }
    let stuck = can_end.iter().position(|can_end| !can_end).map(|number| told[number].clone());
    Found { states: told.len(), ends: ends.len(), stuck }
}

fn tell(world: &World<'_>) -> String {
    let actions: Vec<_> = world.runners.iter().map(|runner| runner.machine.next()).collect();
    format!("{actions:?}, {} faults left", world.faults)
}

fn is_end(world: &World<'_>) -> bool {
    world.runners.iter().all(|runner| {
        let stopped = runner.machine.next() == Action::Stop;
        if let (true, Some(End::Failed(error))) = (stopped, runner.machine.clone().end()) {
            panic!("a run has failed: {error}");
        }
        stopped
    })
}

/// Every state that can come next.
fn successors<'a>(world: &World<'a>, policies: &'a Policies) -> Vec<World<'a>> {
    let mut found = Vec::new();
    for who in 0..world.runners.len() {
        of_runner(world, who, policies, &mut found);
    }
    of_server(world, &mut found);
    found
}

/// What happens without the runners: late messages arrive or are lost, jobs end, time passes.
fn of_server<'a>(world: &World<'a>, found: &mut Vec<World<'a>>) {
    for position in 0..world.late.len() {
        let mut next = world.clone();
        match next.late.remove(position) {
            Late::Ddl(id) => drop(next.ddl(id)),
            Late::Fenced { by, held, rows, writes } => drop(next.fenced(by, held, rows, &writes)),
        }
        found.push(next);
        let mut lost = world.clone();
        lost.late.remove(position);
        found.push(lost);
    }
    for (id, object) in &world.objects {
        if *object != Object::Building {
            continue;
        }
        let mut next = world.clone();
        next.objects.insert(*id, Object::Valid);
        found.push(next);
        if let Some(mut next) = faulty(world) {
            next.objects.insert(*id, Object::Broken);
            found.push(next);
        }
    }
    // However long it is: a DDL statement may be under way for longer.
    if world.lease.expired && !world.lease.quiet {
        let mut next = world.clone();
        next.lease.quiet = true;
        found.push(next);
    }
    if !world.lease.expired {
        // Time alone ends the lease of a crashed holder; that of a living one ends only when it is held up.
        let dead = (0..world.runners.len()).all(|who| world.runners[who].machine.held().is_none());
        if let Some(mut next) = if dead { Some(world.clone()) } else { faulty(world) } {
            next.lease.expired = true;
            found.push(next);
        }
    }
}

fn faulty<'a>(world: &World<'a>) -> Option<World<'a>> {
    let mut next = world.clone();
    next.faults = next.faults.checked_sub(1)?;
    Some(next)
}

fn of_runner<'a>(world: &World<'a>, who: usize, policies: &'a Policies, found: &mut Vec<World<'a>>) {
    if let Some(mut next) = faulty(world).filter(|_| world.runners[who].machine.next() != Action::Stop) {
        next.crash(who, policies);
        found.push(next);
    }
    let (action, held) = (world.runners[who].machine.next(), world.runners[who].machine.held());
    match (&world.runners[who].wire, &action) {
        (_, Action::Stop) => {}
        (Wire::Answered(outcome), _) => {
            let mut next = world.clone();
            next.runners[who].wire = Wire::Idle;
            next.runners[who].machine.observe(outcome.clone());
            found.push(next);
            lose(world, who, None, found);
        }
        (Wire::Sent(id), _) => {
            let mut next = world.clone();
            next.runners[who].wire = Wire::Idle;
            next.runners[who].wire = Wire::Answered(next.ddl(*id));
            found.push(next);
            lose(world, who, Some(Late::Ddl(*id)), found);
        }
        (Wire::Stale, _) => {
            let mut next = world.clone();
            let Some(held) = held else { panic!("a statement without a lease") };
            let Action::Execute(id) = &action else { panic!("a statement that nobody sent") };
            next.runners[who].wire = Wire::Idle;
            if next.surely_holds(who, held) {
                next.runners[who].wire = Wire::Sent(*id);
            } else {
                next.runners[who].machine.observe(Outcome::LeaseLost);
            }
            found.push(next);
        }
        (Wire::Idle, Action::Execute(id)) => {
            let mut next = world.clone();
            let Some(held) = held else { panic!("a statement without a lease") };
            if next.surely_holds(who, held) {
                next.runners[who].wire = Wire::Sent(*id);
            } else {
                next.runners[who].machine.observe(Outcome::LeaseLost);
            }
            found.push(next);
        }
        (Wire::Idle, action) => {
            let mut next = world.clone();
            let Some(outcome) = next.act(who, action, held) else { return };
            let acted = next.clone();
            next.runners[who].machine.observe(outcome);
            found.push(next);
            of_lost_answer(world, acted, who, action, held, found);
        }
    }
}

/// The answer to a message that changes something is lost: it has acted, it never will, or it will yet.
fn of_lost_answer<'a>(
    world: &World<'a>,
    acted: World<'a>,
    who: usize,
    action: &Action,
    held: Option<crate::core::Held>,
    found: &mut Vec<World<'a>>,
) {
    let late = match (action, held) {
        (Action::Record(writes), Some(held)) => {
            Some(Late::Fenced { by: who, held, rows: None, writes: writes.clone() })
        }
        (Action::Rows(id, writes), Some(held)) => {
            Some(Late::Fenced { by: who, held, rows: Some(*id), writes: writes.clone() })
        }
        (Action::TakeLease, _) => None,
        _ => return,
    };
    lose(&acted, who, None, found);
    lose(world, who, None, found);
    if late.is_some() {
        lose(world, who, late, found);
    }
}

/// The runner gets no answer, and `late` may act yet.
fn lose<'a>(world: &World<'a>, who: usize, late: Option<Late>, found: &mut Vec<World<'a>>) {
    let Some(mut next) = faulty(world) else { return };
    next.late.extend(late);
    next.runners[who].wire = Wire::Idle;
    next.runners[who].machine.observe(Outcome::Doubt);
    found.push(next);
}
