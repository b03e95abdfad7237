//! A set of steps of one migration that mostly are the first ones: small and quick to copy, however many they are.

use std::collections::BTreeSet;

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct StepSet {
    /// All steps before this one are in it.
    prefix: usize,
    /// So are these behind it.
    more: BTreeSet<usize>,
}

impl StepSet {
    pub(super) fn insert(&mut self, step: usize) {
        if step >= self.prefix {
            self.more.insert(step);
            while self.more.remove(&self.prefix) {
                self.prefix += 1;
            }
        }
    }

    pub(super) fn contains(&self, step: usize) -> bool {
        step < self.prefix || self.more.contains(&step)
    }

    pub(super) fn len(&self) -> usize {
        self.prefix + self.more.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first step that is not in it.
    pub(super) fn first_missing(&self) -> usize {
        self.prefix
    }

    /// Takes out the first run of steps that follow each other, at most `limit`: from the first to before the last.
    pub(super) fn take_run(&mut self, limit: usize) -> Option<(usize, usize)> {
        if self.prefix > 0 {
            // What is left of the prefix stands by itself, since the set cannot begin in the middle.
            let to = self.prefix.min(limit);
            let rest = to..std::mem::take(&mut self.prefix);
            self.more.extend(rest);
            return Some((0, to));
        }
        let from = self.more.first().copied()?;
        let mut to = from;
        while to - from < limit && self.more.remove(&to) {
            to += 1;
        }
        Some((from, to))
    }
}

impl Extend<usize> for StepSet {
    fn extend<T: IntoIterator<Item = usize>>(&mut self, steps: T) {
        for step in steps {
            self.insert(step);
        }
    }
}

impl FromIterator<usize> for StepSet {
    fn from_iter<T: IntoIterator<Item = usize>>(steps: T) -> Self {
        let mut set = Self::default();
        set.extend(steps);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the order and the gaps: it holds what was put in, and its runs are just that.
    #[test]
    fn it_is_the_set_that_was_put_in() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..500 {
            let put: BTreeSet<usize> = (0..random.usize(0..12)).map(|_| random.usize(0..12)).collect();
            let mut order: Vec<usize> = put.iter().copied().collect();
            random.shuffle(&mut order);
            let set: StepSet = order.into_iter().collect();
            assert_eq!((0..14).filter(|step| set.contains(*step)).collect::<BTreeSet<_>>(), put);
            assert_eq!((set.len(), set.is_empty()), (put.len(), put.is_empty()));
            assert_eq!(Some(set.first_missing()), (0..).find(|step| !put.contains(step)));
            let (mut rest, mut taken) = (set, BTreeSet::new());
            let limit = random.usize(1..5);
            while let Some((from, to)) = rest.take_run(limit) {
                assert!(from < to && to - from <= limit, "{from}..{to} of at most {limit}");
                assert!((from..to).all(|step| taken.insert(step)), "{from}..{to} is taken twice");
            }
            assert_eq!(taken, put);
        }
    }
}
