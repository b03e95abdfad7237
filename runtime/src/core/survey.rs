//! Does a database have a baseline already?

use super::action::Verdict;
use super::standing::{Claim, claims};
use crate::error::{Error, ErrorKind, Place};
use dsql_migrate_plan::Migration;

/// How many things a message lists.
const LISTED: usize = 10;

/// Whether the database has all of a baseline, so that it is recorded and not run, or nothing of it, so that it is
/// run. `verdicts` are about [`claims`], in their order. An error where it has a part.
pub(super) fn is_there(baseline: &Migration, verdicts: &[Verdict]) -> Result<bool, Error> {
    let claims = claims(baseline);
    let judged = || claims.iter().map(|(_, claim)| claim).zip(verdicts);
    let holds = |verdict: &Verdict| matches!(verdict, Verdict::Happened { .. });
    // What must be gone is gone from a new database, too: it does not tell one from the other.
    if judged().filter(|(claim, _)| claim.is_there()).all(|(_, verdict)| *verdict == Verdict::Absent) {
        return Ok(false);
    }
    if judged().all(|(_, verdict)| holds(verdict)) {
        return Ok(true);
    }
    let (there, missing): (Vec<_>, Vec<_>) = judged().partition(|(_, verdict)| holds(verdict));
    let there = there.into_iter().filter(|(claim, _)| claim.is_there()).map(|(claim, _)| claim.to_string());
    let missing = missing.into_iter().map(|(claim, verdict)| wanted(claim, verdict));
    Err(Error::new(
        ErrorKind::PartialBaseline,
        format!("the database has a part of this baseline: {}", list(there)),
    )
    .at(Place::of(baseline))
    .now(format!("nothing was changed; not as the baseline says: {}", list(missing)))
    .remedy(
        "make the baseline what this database has, or this database what the baseline says: then it is recorded; \
         in a database that has nothing of it, it is run",
    ))
}

fn wanted(claim: &Claim, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Different { expected, found } => {
            format!("{claim}, but the baseline says {expected} and the database has {found}")
        }
        Verdict::Building(job) => format!("{claim} (job {job} is at it)"),
        Verdict::Broken(_) => format!("{claim} (it is there and not valid)"),
        Verdict::Happened { .. } | Verdict::Absent => claim.to_string(),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    let shown = items.iter().take(LISTED).cloned().collect::<Vec<_>>().join("; ");
    match items.len().checked_sub(LISTED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown}; and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{index, plan, table};

    #[test]
    fn all_nothing_or_an_error() {
        let baseline =
            plan(vec![("0000", vec![table("a"), index("CREATE INDEX ASYNC i ON items (a)", &[])])]);
        let baseline = &baseline.migrations[0];
        let happened = Verdict::Happened { compared: true };
        assert_eq!(is_there(baseline, &[Verdict::Absent, Verdict::Absent]), Ok(false));
        assert_eq!(is_there(baseline, &[happened.clone(), happened.clone()]), Ok(true));
        for verdicts in [
            [happened.clone(), Verdict::Absent],
            [Verdict::Absent, happened.clone()],
            [happened.clone(), Verdict::Broken(None)],
            [Verdict::Absent, Verdict::Building("j".into())],
            [Verdict::Different { expected: "(a)".into(), found: "(b)".into() }, happened],
        ] {
            let error = is_there(baseline, &verdicts).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PartialBaseline);
        }
    }
}
