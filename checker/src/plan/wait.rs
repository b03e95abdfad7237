//! Which jobs must have ended before a step starts.
//!
//! A wait stands only where a later statement needs what a job makes, which its effects tell. Where a statement does not
//! tell what it does, it waits: that costs a moment, and a job whose table is gone costs a person's attention.

use std::collections::{BTreeSet, HashMap};

use crate::effect::{Effects, Job, Object};

/// The jobs of a migration so far, with the positions of their steps, by their tables. A long file has thousands: only
/// those are looked at whose tables a statement is about.
#[derive(Default)]
pub(super) struct Jobs {
    by_table: HashMap<Object, Vec<(usize, Job)>>,
    /// Those of which it is not known what they are about.
    unknown: Vec<usize>,
}

impl Jobs {
    /// Notes the job of the step at a position.
    pub(super) fn note(&mut self, position: usize, job: Option<Job>) {
        match job.and_then(|job| Some((job.object.owner()?, job))) {
            Some((table, job)) => self.by_table.entry(table).or_default().push((position, job)),
            None => self.unknown.push(position),
        }
    }

    /// Positions of the earlier steps whose jobs these statements wait for.
    pub(super) fn needed_by<'e>(&self, statements: impl Iterator<Item = &'e Effects>) -> Vec<usize> {
        let mut needed: BTreeSet<usize> = self.unknown.iter().copied().collect();
        if self.by_table.is_empty() {
            return needed.into_iter().collect();
        }
        for effects in statements {
            let mut look = |jobs: &Vec<(usize, Job)>| {
                needed
                    .extend(jobs.iter().filter(|(_, job)| effects.need(job)).map(|(position, _)| *position));
            };
            match effects.tables() {
                Some(tables) => tables.iter().filter_map(|table| self.by_table.get(table)).for_each(look),
                None => self.by_table.values().for_each(&mut look),
            }
        }
        needed.into_iter().collect()
    }
}
