//! What migrations that somebody else has applied must have left: of everything that their statements say, what
//! no later statement takes back.

use super::action::StepId;
use dsql_migrate_plan::{Fact, Job, Migration, Name, Proof, RelationKind, Step, StepKind};
use std::fmt;

/// What the catalog must show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// This holds.
    Fact(Fact),
    /// The job's object is there and valid.
    Made(Job),
}

/// What a claim is about: a later claim about the same takes its place.
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

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(fact) => fact.fmt(f),
            Self::Made(Job::IndexBuild { table, index, .. }) => {
                write!(f, "index {index} of {table} is there and valid")
            }
            Self::Made(Job::ValidateConstraint { table, constraint }) => {
                write!(f, "constraint {constraint} of {table} is validated")
            }
        }
    }
}

impl Claim {
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
            Self::Made(Job::ValidateConstraint { table, constraint }) => {
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
        let named = match self {
            Self::Fact(
                Fact::Relation { name, .. }
                | Fact::Table { name, .. }
                | Fact::Domain { name, .. }
                | Fact::DomainConstraint { domain: name, .. }
                | Fact::Function { name, .. }
                | Fact::Statistics { name, .. },
            ) => Some(name),
            Self::Fact(_) | Self::Made(_) => self.table(),
        };
        named?.schema.as_deref()
    }
}

/// What must hold after these migrations, by the step that says so, and how many of their steps leave nothing
/// that could be looked at.
pub(crate) fn standing(migrations: &[Migration]) -> (Vec<(StepId, Claim)>, usize) {
    // Names that a SET search_path of the file resolves cannot be looked up without it.
    left(migrations.iter(), |step| step.settings.is_empty())
}

/// What must hold after this migration by itself, by the position of the step that says so.
pub(crate) fn claims(migration: &Migration) -> Vec<(usize, Claim)> {
    let (claims, _) = left(std::iter::once(migration), |_| true);
    claims.into_iter().map(|(id, claim)| (id.step, claim)).collect()
}

fn left<'m>(
    migrations: impl Iterator<Item = &'m Migration>,
    can_be_asked: impl Fn(&Step) -> bool,
) -> (Vec<(StepId, Claim)>, usize) {
    let mut claims: Vec<(StepId, Claim)> = Vec::new();
    let mut silent = 0;
    for (migration, one) in migrations.enumerate() {
        for (step, work) in one.steps.iter().enumerate() {
            let id = StepId { migration, step };
            let new: Vec<Claim> = match &work.kind {
                _ if !can_be_asked(work) => Vec::new(),
                StepKind::Ddl { proof, .. } => proof.afterwards().iter().cloned().map(Claim::Fact).collect(),
                StepKind::AsyncDdl { job, .. } => vec![Claim::Made(job.clone())],
                StepKind::Dml { .. } => Vec::new(),
            };
            silent += usize::from(new.is_empty());
            let keeps = keeps_what_is_there(work);
            for claim in new {
                // IF NOT EXISTS: what an earlier statement has made is as that one made it.
                let is_made = |old: &Claim| old.is_there() && old.subject() == claim.subject();
                if keeps && claim.is_there() && claims.iter().any(|(_, old)| is_made(old)) {
                    continue;
                }
                supersede(&mut claims, &claim);
                claims.push((id, claim));
            }
        }
    }
    (claims, silent)
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
fn supersede(claims: &mut Vec<(StepId, Claim)>, new: &Claim) {
    claims.retain(|(_, old)| old.subject() != new.subject());
    match new {
        Claim::Fact(Fact::Relation { name, exists: false, .. }) => {
            claims.retain(|(_, old)| old.table() != Some(name));
        }
        Claim::Fact(Fact::Domain { name, exists: false }) => {
            claims.retain(|(_, old)| {
                !matches!(old, Claim::Fact(Fact::DomainConstraint { domain, .. }) if domain == name)
            });
        }
        Claim::Fact(Fact::Schema { name, exists: false }) => {
            claims.retain(|(_, old)| old.schema() != Some(&**name));
        }
        Claim::Fact(Fact::Column { table, column, exists }) => {
            // The columns are no longer those of its CREATE TABLE; that it is there still holds.
            for (_, old) in claims.iter_mut() {
                if let Claim::Fact(Fact::Table { name, .. }) = old
                    && name == table
                {
                    *old = Claim::Fact(Fact::Relation {
                        name: name.clone(),
                        kind: RelationKind::Table,
                        exists: true,
                    });
                }
            }
            if !exists {
                // Indexes and constraints over a column go with it, or are named after another one.
                claims.retain(|(_, old)| match old {
                    Claim::Fact(
                        Fact::Identity { table: of, column: it, .. }
                        | Fact::Generated { table: of, column: it, .. },
                    ) => of != table || it != column,
                    Claim::Fact(Fact::Constraint { table: of, exists: true, .. }) => of != table,
                    Claim::Made(_) => old.table() != Some(table),
                    Claim::Fact(_) => true,
                });
            }
        }
        Claim::Fact(Fact::Constraint { table, name, exists, validated }) => {
            claims.retain(|(_, old)| match old {
                Claim::Made(Job::ValidateConstraint { table: of, constraint }) => {
                    !(of == table && constraint == name && !exists)
                }
                // UNIQUE USING INDEX, which needs no validation, gives the index the constraint's name.
                Claim::Made(Job::IndexBuild { table: of, definition, .. }) => {
                    !(of == table && definition.unique && *exists && *validated)
                }
                Claim::Fact(_) => true,
            });
        }
        Claim::Fact(_) | Claim::Made(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ddl, index, name, plan};
    use dsql_migrate_plan::Column;

    fn says(sql: &'static str, facts: Vec<Fact>) -> Step {
        let mut step = ddl(sql);
        if let StepKind::Ddl { proof, .. } = &mut step.kind {
            *proof = Proof::Facts(facts.into());
        }
        step
    }

    fn repeatable(sql: &'static str, facts: Vec<Fact>) -> Step {
        let mut step = ddl(sql);
        if let StepKind::Ddl { proof, .. } = &mut step.kind {
            *proof = Proof::Repeatable(facts.into());
        }
        step
    }

    fn relation(table: &'static str, exists: bool) -> Fact {
        Fact::Relation { name: name(table), kind: RelationKind::Table, exists }
    }

    fn column(table: &'static str, column: &'static str, exists: bool) -> Fact {
        Fact::Column { table: name(table), column: column.into(), exists }
    }

    fn items() -> Step {
        let columns = vec![Column { name: "a".into(), data_type: None }];
        says("CREATE TABLE items (a int)", vec![Fact::Table { name: name("items"), columns: columns.into() }])
    }

    fn claims(steps: Vec<Step>) -> Vec<Claim> {
        standing(&plan(vec![("1", steps)]).migrations).0.into_iter().map(|(_, claim)| claim).collect()
    }

    #[test]
    fn what_is_dropped_takes_its_parts_along() {
        let steps = vec![
            items(),
            index("CREATE INDEX ASYNC i ON items (a)", &[]),
            says("ALTER TABLE items ADD b int", vec![column("items", "b", true)]),
            says("DROP TABLE items", vec![relation("items", false)]),
        ];
        assert_eq!(claims(steps), [Claim::Fact(relation("items", false))]);
    }

    #[test]
    fn a_table_with_other_columns_now_is_only_there() {
        let steps = vec![items(), says("ALTER TABLE items ADD b int", vec![column("items", "b", true)])];
        assert_eq!(
            claims(steps),
            [Claim::Fact(relation("items", true)), Claim::Fact(column("items", "b", true))]
        );
    }

    #[test]
    fn what_can_be_repeated_leaves_as_much() {
        let gone = || repeatable("DROP TABLE IF EXISTS items", vec![relation("items", false)]);
        assert_eq!(claims(vec![items(), gone()]), [Claim::Fact(relation("items", false))]);
        let columns = vec![Column { name: "other".into(), data_type: None }];
        let other = Fact::Table { name: name("items"), columns: columns.into() };
        let again = || repeatable("CREATE TABLE IF NOT EXISTS items (other int)", vec![other.clone()]);
        assert_eq!(claims(vec![again()]), [Claim::Fact(other.clone())]);
        // What is there stays as it is.
        assert_eq!(claims(vec![items(), again()]), claims(vec![items()]));
        assert_eq!(claims(vec![items(), gone(), again()]), [Claim::Fact(other.clone())]);
    }

    #[test]
    fn what_nobody_takes_back_must_be_there() {
        let steps = vec![items(), index("CREATE INDEX ASYNC i ON items (a)", &[])];
        let found = claims(steps.clone());
        assert!(matches!(found.as_slice(), [Claim::Fact(Fact::Table { .. }), Claim::Made(_)]), "{found:?}");
        let recreated = vec![items(), says("DROP TABLE items", vec![relation("items", false)]), items()];
        assert!(matches!(claims(recreated).as_slice(), [Claim::Fact(Fact::Table { .. })]));
        let silent = vec![crate::testing::dml(&["DELETE FROM items"])];
        assert_eq!(standing(&plan(vec![("1", silent)]).migrations), (vec![], 1));
    }
}
