//! Walks through every state of the model that can be reached.

use super::world::{Late, Object, Wire, World};
use crate::core::{Action, End, FencingToken, Outcome, Policies};
use crate::error::ErrorKind;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How every run must end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Both well, with all applied.
    Whole,
    /// With an error of this kind, and with nothing recorded of what could not be done.
    Refused(ErrorKind),
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) states: usize,
    pub(super) ends: usize,
    /// A state from which no end can be reached.
    pub(super) stuck: Option<String>,
    /// A state from which the runners come back to it without a wait and without anything being counted down.
    pub(super) circle: Option<String>,
}

/// A state that can come next, and whether that takes a wait, or something from outside of the runners.
struct Next<'a> {
    world: World<'a>,
    waits: bool,
}

/// A state that was reached.
struct Reached {
    told: String,
    from: Vec<usize>,
    /// Where it leads without a wait.
    at_once: Vec<usize>,
}

fn fingerprint(world: &World<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn explore<'a>(start: World<'a>, policies: &'a Policies, ends_as: Ends) -> Found {
    let reach = |world: &World<'_>| Reached { told: tell(world), from: Vec::new(), at_once: Vec::new() };
    let mut numbers = HashMap::from([(fingerprint(&start), 0_usize)]);
    let mut reached = vec![reach(&start)];
    let mut ends = Vec::new();
    let mut open = vec![(0_usize, start)];
    while let Some((number, world)) = open.pop() {
        if is_end(&world, ends_as) {
            match ends_as {
                Ends::Whole => {
                    assert!(world.is_whole(), "both have ended, and something is left");
                    let hooked = policies.hook.is_none() || world.is_hooked();
                    assert!(hooked, "both have ended, and the hook is owed");
                }
                Ends::Refused(_) => assert!(world.is_clean(), "what could not be done is recorded"),
            }
            ends.push(number);
        }
        for next in successors(&world, policies) {
            let fresh = reached.len();
            let successor = *numbers.entry(fingerprint(&next.world)).or_insert(fresh);
            if successor == fresh {
                reached.push(reach(&next.world));
                open.push((fresh, next.world));
            }
            reached[successor].from.push(number);
            if !next.waits {
                reached[number].at_once.push(successor);
            }
        }
    }
    let stuck = stuck(&reached, &ends).map(|number| reached[number].told.clone());
    let circle = circle(&reached).map(|number| reached[number].told.clone());
    Found { states: reached.len(), ends: ends.len(), stuck, circle }
}

/// A state from which no end can be reached.
fn stuck(reached: &[Reached], ends: &[usize]) -> Option<usize> {
    let mut can_end = vec![false; reached.len()];
    let mut back = ends.to_vec();
    while let Some(number) = back.pop() {
        if !std::mem::replace(&mut can_end[number], true) {
            back.extend(&reached[number].from);
        }
    }
    can_end.iter().position(|can_end| !can_end)
}

/// A state on a circle of steps none of which waits: of such, taking away those that lead nowhere leaves some.
fn circle(reached: &[Reached]) -> Option<usize> {
    let mut leads: Vec<usize> = reached.iter().map(|state| state.at_once.len()).collect();
    let mut led_to_by: Vec<Vec<usize>> = vec![Vec::new(); reached.len()];
    for (number, state) in reached.iter().enumerate() {
        for next in &state.at_once {
            led_to_by[*next].push(number);
        }
    }
    let mut nowhere: Vec<usize> = (0..reached.len()).filter(|number| leads[*number] == 0).collect();
    while let Some(number) = nowhere.pop() {
        for before in &led_to_by[number] {
            leads[*before] -= 1;
            if leads[*before] == 0 {
                nowhere.push(*before);
            }
        }
    }
    leads.iter().position(|leads| *leads > 0)
}

fn tell(world: &World<'_>) -> String {
    let actions: Vec<_> = world.runners.iter().map(|runner| runner.machine.next()).collect();
    format!("{actions:?}, {} faults left", world.faults)
}

fn is_end(world: &World<'_>, ends_as: Ends) -> bool {
    world.runners.iter().all(|runner| {
        let stopped = *runner.machine.next() == Action::Stop;
        if stopped {
            match (runner.machine.clone().end(), ends_as) {
                (Some(End::Failed(error)), Ends::Refused(kind)) if error.kind() == kind => {}
                (Some(End::Failed(error)), _) => panic!("a run has failed: {error}"),
                (_, Ends::Refused(_)) => panic!("a run has ended well"),
                _ => {}
            }
        }
        stopped
    })
}

/// Every state that can come next.
fn successors<'a>(world: &World<'a>, policies: &'a Policies) -> Vec<Next<'a>> {
    let mut found = Vec::new();
    for who in 0..world.runners.len() {
        of_runner(world, who, policies, &mut found);
    }
    of_server(world, &mut found);
    found
}

fn outside<'a>(found: &mut Vec<Next<'a>>, world: World<'a>) {
    found.push(Next { world, waits: true });
}

/// What happens without the runners: late messages arrive or are lost, jobs end, time passes.
fn of_server<'a>(world: &World<'a>, found: &mut Vec<Next<'a>>) {
    for position in 0..world.late.len() {
        let mut next = world.clone();
        match next.late.remove(position) {
            Late::Ddl(id) => drop(next.ddl(id)),
            Late::Fenced { by, token, rows, writes } => drop(next.fenced(by, token, rows, &writes)),
        }
        outside(found, next);
        let mut lost = world.clone();
        lost.late.remove(position);
        outside(found, lost);
    }
    for (id, object) in &world.objects {
        if !matches!(object, Object::Building | Object::Forgotten) {
            continue;
        }
        let mut next = world.clone();
        next.objects.insert(*id, Object::Valid);
        outside(found, next);
        for object in [Object::Broken, Object::Forgotten] {
            if let Some(mut next) = faulty(world) {
                next.objects.insert(*id, object);
                outside(found, next);
            }
        }
    }
    // However long it is: a DDL statement may be under way for longer.
    if world.lease.expired && !world.lease.quiet {
        let mut next = world.clone();
        next.lease.quiet = true;
        outside(found, next);
    }
    if !world.lease.expired {
        // Time alone ends the lease of a crashed holder; that of a living one ends only when it is held up.
        let dead = (0..world.runners.len()).all(|who| world.runners[who].machine.token().is_none());
        if let Some(mut next) = if dead { Some(world.clone()) } else { faulty(world) } {
            next.lease.expired = true;
            outside(found, next);
        }
    }
}

fn faulty<'a>(world: &World<'a>) -> Option<World<'a>> {
    let mut next = world.clone();
    next.faults = next.faults.checked_sub(1)?;
    Some(next)
}

fn of_runner<'a>(world: &World<'a>, who: usize, policies: &'a Policies, found: &mut Vec<Next<'a>>) {
    let machine = &world.runners[who].machine;
    let (action, token) = (machine.next().clone(), machine.token());
    if action == Action::Stop {
        return;
    }
    if let Some(mut next) = faulty(world) {
        next.crash(who, policies);
        outside(found, next);
    }
    let mut push = |world: World<'a>| found.push(Next { world, waits: false });
    match (&world.runners[who].wire, &action) {
        (Wire::Answered(outcome), _) => {
            let mut next = world.clone();
            next.runners[who].wire = Wire::Idle;
            next.runners[who].machine.observe(outcome.clone());
            push(next);
            lose(world, who, None, found);
        }
        (Wire::Sent(id), _) => {
            let mut next = world.clone();
            next.runners[who].wire = Wire::Idle;
            next.runners[who].wire = Wire::Answered(next.ddl(*id));
            push(next);
            lose(world, who, Some(Late::Ddl(*id)), found);
        }
        (Wire::Stale, _) => {
            let mut next = world.clone();
            next.runners[who].wire = Wire::Idle;
            next.runners[who].machine.observe(Outcome::Conflicted);
            outside(found, next);
        }
        (Wire::Idle, Action::Execute(id)) => {
            let mut next = world.clone();
            let Some(token) = token else { panic!("a statement without a lease") };
            if next.surely_holds(who, token) {
                next.runners[who].wire = Wire::Sent(*id);
            } else {
                next.runners[who].machine.observe(Outcome::LeaseLost);
            }
            push(next);
        }
        (Wire::Idle, action) => {
            let mut next = world.clone();
            let Some(outcome) = next.act(who, action, token) else { return };
            let acted = next.clone();
            // A record that does not fit is decided anew after a wait.
            let waits = *action == Action::WaitForLease || outcome == Outcome::InDoubt;
            next.runners[who].machine.observe(outcome);
            found.push(Next { world: next, waits });
            of_lost_answer(world, acted, who, action, token, found);
        }
    }
}

/// The answer to a message that changes something is lost: it has acted, it never will, or it will yet.
fn of_lost_answer<'a>(
    world: &World<'a>,
    acted: World<'a>,
    who: usize,
    action: &Action,
    token: Option<FencingToken>,
    found: &mut Vec<Next<'a>>,
) {
    let late = match (action, token) {
        (Action::Record(writes), Some(token)) => {
            Some(Late::Fenced { by: who, token, rows: None, writes: writes.clone() })
        }
        (Action::Rows(id, writes), Some(token)) => {
            Some(Late::Fenced { by: who, token, rows: Some(*id), writes: writes.clone() })
        }
        (Action::TakeLease(_), _) => None,
        _ => return,
    };
    lose(&acted, who, None, found);
    lose(world, who, None, found);
    if late.is_some() {
        lose(world, who, late, found);
    }
}

/// The runner gets no answer, and `late` may act yet.
fn lose<'a>(world: &World<'a>, who: usize, late: Option<Late>, found: &mut Vec<Next<'a>>) {
    let Some(mut next) = faulty(world) else { return };
    next.late.extend(late);
    next.runners[who].wire = Wire::Idle;
    next.runners[who].machine.observe(Outcome::InDoubt);
    outside(found, next);
}
