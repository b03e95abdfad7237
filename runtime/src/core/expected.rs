//! What migrations that somebody else has applied must have left: of everything that their statements say, what
//! no later statement takes back.

use super::ids::StepId;
use dsql_migrate_plan::{Fact, Job, Migration, Name, Proof, RelationKind, Step, StepKind};
use std::collections::BTreeSet;
use std::fmt;

/// What the catalog must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// This holds.
    Fact(Fact),
    /// The job's object is there and valid.
    Made(Job),
}

/// An expectation, whose it is, and where its names are to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The position of the migration among those that were asked about, and its step.
    pub(crate) of: StepId,
    pub(crate) what: Expectation,
    /// Whether its unqualified name is of something that the migrations make themselves: that is in the schema in
    /// which they make things, and nowhere else on the search path.
    pub(crate) own: bool,
}

/// What an expectation is about: a later one about the same takes its place.
#[derive(Debug, PartialEq, Eq)]
enum Subject<'a> {
    Schema(&'a str),
    OwnSchema,
    Relation(Name),
    Column(&'a Name, &'a str),
    Identity(&'a Name, &'a str),
    Generated(&'a Name, &'a str),
    Constraint(&'a Name, &'a str),
    Validation(&'a Name, &'a str),
    Domain(&'a Name),
    DomainConstraint(&'a Name, &'a str),
    Function(&'a Name, Option<&'a str>),
    Role(&'a str),
    Statistics(&'a Name),
    IamMapping(&'a str, &'a str),
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(fact) => fact.fmt(f),
            Self::Made(Job::IndexBuild { table, index, .. }) => {
                write!(f, "index {index} of {table} is there and valid")
            }
            Self::Made(Job::ValidateConstraint { table, constraint, .. }) => {
                write!(f, "constraint {constraint} of {table} is validated")
            }
        }
    }
}

impl Expectation {
    /// Whether it says that something is there, rather than gone.
    pub(crate) const fn is_there(&self) -> bool {
        match self {
            Self::Fact(fact) => fact.is_there(),
            Self::Made(_) => true,
        }
    }

    fn subject(&self) -> Subject<'_> {
        match self {
            Self::Fact(fact) => match fact {
                Fact::Schema { name, .. } => Subject::Schema(name),
                Fact::OwnSchema => Subject::OwnSchema,
                Fact::Relation { name, .. } | Fact::Table { name, .. } => Subject::Relation(name.clone()),
                Fact::Column { table, column, .. } => Subject::Column(table, column),
                Fact::Identity { table, column, .. } => Subject::Identity(table, column),
                Fact::Generated { table, column, .. } => Subject::Generated(table, column),
                Fact::Constraint { table, name, .. } => Subject::Constraint(table, name),
                Fact::Domain { name, .. } => Subject::Domain(name),
                Fact::DomainConstraint { domain, name, .. } => Subject::DomainConstraint(domain, name),
                Fact::Function { name, takes, .. } => Subject::Function(name, takes.as_deref()),
                Fact::Role { name, .. } => Subject::Role(name),
                Fact::Statistics { name, .. } => Subject::Statistics(name),
                Fact::IamMapping { role, arn, .. } => Subject::IamMapping(role, arn),
            },
            Self::Made(Job::IndexBuild { table, index, .. }) => {
                Subject::Relation(Name { schema: table.schema.clone(), name: index.clone() })
            }
            Self::Made(Job::ValidateConstraint { table, constraint, .. }) => {
                Subject::Validation(table, constraint)
            }
        }
    }

    /// The table that it is about a part of.
    fn table(&self) -> Option<&Name> {
        match self {
            Self::Fact(
                Fact::Column { table, .. }
                | Fact::Identity { table, .. }
                | Fact::Generated { table, .. }
                | Fact::Constraint { table, .. },
            )
            | Self::Made(Job::IndexBuild { table, .. } | Job::ValidateConstraint { table, .. }) => {
                Some(table)
            }
            Self::Fact(_) => None,
        }
    }

    /// The schema that it says it is about.
    fn schema(&self) -> Option<&str> {
        self.name()?.schema.as_deref()
    }

    /// What it says that a statement has made, where the statement left the schema to the server.
    fn makes(&self) -> Option<Name> {
        match self {
            Self::Fact(
                Fact::Relation { name, exists: true, .. }
                | Fact::Table { name, .. }
                | Fact::Domain { name, exists: true }
                | Fact::Function { name, exists: true, .. }
                | Fact::Statistics { name, exists: true },
            ) if name.schema.is_none() => Some(name.clone()),
            Self::Fact(_) | Self::Made(_) => None,
        }
    }

    /// The name that it is about, of an object in a schema or of the table that the object belongs to.
    fn name(&self) -> Option<&Name> {
        match self {
            Self::Fact(
                Fact::Relation { name, .. }
                | Fact::Table { name, .. }
                | Fact::Domain { name, .. }
                | Fact::DomainConstraint { domain: name, .. }
                | Fact::Function { name, .. }
                | Fact::Statistics { name, .. },
            ) => Some(name),
            Self::Fact(_) | Self::Made(_) => self.table(),
        }
    }
}

/// What must hold after these migrations, and how many of their steps leave nothing that could be looked at.
pub(crate) fn expected(migrations: &[Migration]) -> (Vec<Expected>, usize) {
    // Names that a SET search_path of the file resolves cannot be looked up without it.
    left(migrations.iter(), |step| step.settings.is_empty())
}

/// What must hold of what a baseline leaves, when the migrations that come `after` it are applied as well. Whose it is
/// counts the baseline as the first.
pub(crate) fn expected_of_baseline<'m>(
    baseline: &'m Migration,
    after: impl Iterator<Item = &'m Migration>,
) -> Vec<Expected> {
    let (mut expected, _) = left(std::iter::once(baseline).chain(after), |_| true);
    expected.retain(|one| one.of.migration == 0);
    expected
}

fn left<'m>(
    migrations: impl Iterator<Item = &'m Migration>,
    can_be_asked: impl Fn(&Step) -> bool,
) -> (Vec<Expected>, usize) {
    let mut expected: Vec<(StepId, Expectation)> = Vec::new();
    let mut made = BTreeSet::new();
    let mut silent = 0;
    for (migration, one) in migrations.enumerate() {
        for (step, work) in one.steps.iter().enumerate() {
            let of = StepId { migration, step };
            let new: Vec<Expectation> = match &work.kind {
                _ if !can_be_asked(work) => Vec::new(),
                StepKind::Ddl { proof, .. } => {
                    proof.afterwards().iter().cloned().map(Expectation::Fact).collect()
                }
                StepKind::AsyncDdl { job, .. } => vec![Expectation::Made(job.clone())],
                StepKind::Dml { .. } => Vec::new(),
            };
            silent += usize::from(new.is_empty());
            let keeps = keeps_what_is_there(work);
            for what in new {
                made.extend(what.makes());
                // IF NOT EXISTS: what an earlier statement has made is as that one made it.
                let is_made = |old: &Expectation| old.is_there() && old.subject() == what.subject();
                if keeps && what.is_there() && expected.iter().any(|(_, old)| is_made(old)) {
                    continue;
                }
                supersede(&mut expected, &what);
                expected.push((of, what));
            }
        }
    }
    let placed = expected.into_iter().map(|(of, what)| {
        let own = what.name().is_some_and(|name| made.contains(name));
        Expected { of, what, own }
    });
    (placed.collect(), silent)
}

/// Whether the step leaves alone what is there already under the name of what it makes.
fn keeps_what_is_there(step: &Step) -> bool {
    match &step.kind {
        StepKind::Ddl { proof, .. } => matches!(proof, Proof::Repeatable(_)),
        StepKind::AsyncDdl { job: Job::IndexBuild { if_not_exists, .. }, .. } => *if_not_exists,
        StepKind::AsyncDdl { .. } | StepKind::Dml { .. } => false,
    }
}

/// Takes out what does not hold any more once `new` does.
fn supersede(expected: &mut Vec<(StepId, Expectation)>, new: &Expectation) {
    expected.retain(|(_, old)| old.subject() != new.subject());
    match new {
        Expectation::Fact(Fact::Relation { name, exists: false, .. }) => {
            expected.retain(|(_, old)| old.table() != Some(name));
        }
        Expectation::Fact(Fact::Domain { name, exists: false }) => {
            expected.retain(|(_, old)| {
                !matches!(old, Expectation::Fact(Fact::DomainConstraint { domain, .. }) if domain == name)
            });
        }
        Expectation::Fact(Fact::Schema { name, exists: false }) => {
            expected.retain(|(_, old)| old.schema() != Some(&**name));
        }
        Expectation::Fact(Fact::Column { table, column, exists }) => {
            // The columns are no longer those of its CREATE TABLE; that it is there still holds.
            for (_, old) in expected.iter_mut() {
                if let Expectation::Fact(Fact::Table { name, .. }) = old
                    && name == table
                {
                    *old = Expectation::Fact(Fact::Relation {
                        name: name.clone(),
                        kind: RelationKind::Table,
                        exists: true,
                    });
                }
            }
            if !exists {
                // Indexes and constraints over a column go with it, or are named after another one.
                expected.retain(|(_, old)| match old {
                    Expectation::Fact(
                        Fact::Identity { table: of, column: it, .. }
                        | Fact::Generated { table: of, column: it, .. },
                    ) => of != table || it != column,
                    Expectation::Fact(Fact::Constraint { table: of, exists: true, .. }) => of != table,
                    Expectation::Made(_) => old.table() != Some(table),
                    Expectation::Fact(_) => true,
                });
            }
        }
        Expectation::Fact(Fact::Constraint { table, name, exists, validated }) => {
            expected.retain(|(_, old)| match old {
                Expectation::Made(Job::ValidateConstraint { table: of, constraint, .. }) => {
                    !(of == table && constraint == name && !exists)
                }
                // UNIQUE USING INDEX, which needs no validation, gives the index the constraint's name.
                Expectation::Made(Job::IndexBuild { table: of, definition, .. }) => {
                    !(of == table && definition.unique && *exists && *validated)
                }
                Expectation::Fact(_) => true,
            });
        }
        Expectation::Fact(_) | Expectation::Made(_) => {}
    }
}

#[cfg(test)]
mod tests;
