//! Which file belongs to which row, and what follows: pure, and the same for every tool.

use std::collections::BTreeSet;

use serde::Serialize;

use super::files::File;
use super::tool::Past;

/// What taking over would mean.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Mapping {
    /// Files that are to be recorded as applied.
    pub(crate) record: Vec<Match>,
    /// Files that our own records have already.
    pub(crate) recorded: Vec<String>,
    /// Rows that no file belongs to.
    pub(crate) unmatched: Vec<Unmatched>,
    /// Files that no row belongs to: a run would apply them.
    pub(crate) pending: Vec<Pending>,
    /// Rows that must be put right first.
    pub(crate) refused: Vec<Refused>,
}

/// A file and the row that says that it is applied.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Match {
    pub(crate) version: String,
    pub(crate) file: String,
    pub(crate) row: String,
    pub(crate) applied_at: Option<String>,
    pub(crate) note: Option<String>,
}

/// A row without a file.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Unmatched {
    pub(crate) row: String,
    pub(crate) note: Option<String>,
}

/// A file without a row.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Pending {
    pub(crate) version: String,
    pub(crate) file: String,
    /// Whether it stands before files that are applied: a run refuses such a file.
    pub(crate) late: bool,
}

/// A row that stands in the way.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Refused {
    pub(crate) row: String,
    pub(crate) why: String,
}

/// Files in order, what was applied in any order, and the versions that our own records have.
pub(crate) fn map(files: &[File], past: Vec<Past>, own: &BTreeSet<String>) -> Mapping {
    let mut mapping = Mapping::default();
    let mut of_file: Vec<Option<Past>> = files.iter().map(|_| None).collect();
    for one in past {
        if let Some(why) = one.refused {
            mapping.refused.push(Refused { row: one.label, why });
            continue;
        }
        match one.file.and_then(|position| of_file.get_mut(position)) {
            Some(place) => *place = Some(one),
            None => mapping.unmatched.push(Unmatched { row: one.label, note: one.note }),
        }
    }
    let newest = of_file.iter().rposition(Option::is_some);
    for (position, (file, past)) in files.iter().zip(of_file).enumerate() {
        let version = file.version.clone();
        match past {
            _ if own.contains(&version) => mapping.recorded.push(version),
            Some(past) => mapping.record.push(Match {
                version,
                file: file.file.clone(),
                row: past.label,
                applied_at: past.at,
                note: past.note,
            }),
            None => mapping.pending.push(Pending {
                version,
                file: file.file.clone(),
                late: newest.is_some_and(|newest| position < newest),
            }),
        }
    }
    mapping
}
