//! What the rows of the lease say: who has it, until when, and whether it can be taken.

use super::session::Answer;
use crate::core::{FencingToken, FreeLease, LeaseHolder};
use crate::sql::lease::{self, HOOK_OWED};
use std::collections::BTreeSet;

/// A row of the lease.
#[derive(Debug, Clone)]
pub(super) struct LeaseRow {
    pub(super) holder: Option<String>,
    pub(super) token: FencingToken,
    since: String,
    known: String,
    over: bool,
    quiet: bool,
    seconds_left: i64,
}

/// The rows of the lease.
#[derive(Debug, Clone, Default)]
pub(super) struct LeaseRows {
    pub(super) fence: Option<LeaseRow>,
    heartbeat: Option<LeaseRow>,
    known: Option<LeaseRow>,
}

impl LeaseRows {
    pub(super) fn read(answer: Option<&Answer>) -> Self {
        let mut rows = Self::default();
        let Some(answer) = answer else { return rows };
        for at in 0..answer.rows.len() {
            let text = |column: &str| answer.value(at, column);
            let number = |column: &str| text(column).and_then(|number| number.parse().ok());
            let row = LeaseRow {
                holder: text("holder").map(str::to_owned),
                token: FencingToken {
                    fence: number("fence").unwrap_or_default(),
                    seq: number("seq").unwrap_or_default(),
                },
                since: text("since").unwrap_or_default().to_owned(),
                known: text("known").unwrap_or_default().to_owned(),
                over: text("over") == Some("t"),
                quiet: text("quiet") == Some("t"),
                seconds_left: number("seconds_left").unwrap_or_default(),
            };
            match text("id").and_then(|id| id.parse().ok()) {
                Some(lease::FENCE) => rows.fence = Some(row),
                Some(lease::HEARTBEAT) => rows.heartbeat = Some(row),
                Some(lease::KNOWN) => rows.known = Some(row),
                _ => {}
            }
        }
        rows
    }

    /// The heartbeat of whoever has the lease.
    fn beating(&self) -> Option<&LeaseRow> {
        let fence = self.fence.as_ref()?;
        self.heartbeat
            .as_ref()
            .filter(|beat| beat.token.fence == fence.token.fence && beat.holder == fence.holder)
    }

    /// Who has it, and how long by the later of both ends.
    pub(super) fn holder(&self) -> Option<LeaseHolder> {
        let fence = self.fence.as_ref()?;
        let beat = self.beating().map_or(i64::MIN, |beat| beat.seconds_left);
        Some(LeaseHolder {
            holder: fence.holder.clone()?,
            since: fence.since.clone(),
            seconds_left: fence.seconds_left.max(beat),
        })
    }

    /// The lease as it can be taken; `None` while it is another's. `begun`: whether a DDL step is begun and not done.
    pub(super) fn free_for(&self, me: &str, begun: bool) -> Option<FreeLease> {
        let Some(fence) = &self.fence else {
            return Some(FreeLease {
                token: None,
                has_companions: false,
                abandoned_by: None,
                known: String::new(),
            });
        };
        let beat = self.beating();
        let over = fence.over && beat.is_none_or(|beat| beat.over);
        let quiet = fence.quiet && beat.is_none_or(|beat| beat.quiet);
        let free = fence.holder.as_deref().is_none_or(|holder| holder == me) || quiet || (over && !begun);
        free.then(|| FreeLease {
            token: Some(fence.token),
            has_companions: self.heartbeat.is_some() && self.known.is_some(),
            abandoned_by: self.holder(),
            known: self.to_be_moved(fence),
        })
    }

    /// What an older version of this crate keeps in the first row, together with what stands where it belongs.
    fn to_be_moved(&self, fence: &LeaseRow) -> String {
        if fence.known.split_whitespace().all(|word| word == HOOK_OWED) {
            return String::new();
        }
        let hook = self.hook_owed().then(|| HOOK_OWED.to_owned());
        self.known().into_iter().chain(hook).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn hook_owed(&self) -> bool {
        self.fence.as_ref().is_some_and(|row| row.known.split_whitespace().any(|word| word == HOOK_OWED))
    }

    /// The versions that were applied when the last run ended, wherever an older version of this crate has put them.
    pub(super) fn known(&self) -> BTreeSet<String> {
        let rows = self.fence.iter().chain(&self.known);
        let words = rows.flat_map(|row| row.known.split_whitespace());
        words.filter(|word| *word != HOOK_OWED).map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `id|holder|fence|over|quiet`, `-` for no holder.
    fn rows(lines: &[&str]) -> LeaseRows {
        let columns = ["id", "holder", "fence", "over", "quiet", "seq", "known"].map(str::to_owned).to_vec();
        let rows = lines.iter().map(|line| {
            let cells = line.split('|').map(|cell| (cell != "-").then(|| cell.to_owned()));
            cells.chain([Some("4".to_owned()), Some(String::new())]).collect()
        });
        LeaseRows::read(Some(&Answer { columns, rows: rows.collect() }))
    }

    /// The whole table: by both ends, whose it is, and whether a statement may be under way.
    #[test]
    fn when_the_lease_is_free() {
        for (lines, begun, free) in [
            (vec![], false, true),
            (vec!["1|-|3|f|f", "2|-|3|f|f", "3|-|0|t|t"], true, true),
            (vec!["1|me|3|f|f", "2|me|3|f|f"], true, true),
            (vec!["1|it|3|f|f", "2|it|3|f|f"], false, false),
            // A heartbeat holds it, and so does a record.
            (vec!["1|it|3|t|t", "2|it|3|f|f"], false, false),
            (vec!["1|it|3|f|f", "2|it|3|t|t"], false, false),
            (vec!["1|it|3|t|f", "2|it|3|t|f"], false, true),
            (vec!["1|it|3|t|f", "2|it|3|t|f"], true, false),
            (vec!["1|it|3|t|t", "2|it|3|t|f"], true, false),
            (vec!["1|it|3|t|t", "2|it|3|t|t"], true, true),
            // The heartbeat of a former holder holds nothing.
            (vec!["1|it|4|t|t", "2|was|3|f|f"], true, true),
            (vec!["1|it|4|t|t", "2|it|3|f|f"], true, true),
            // An older version of this crate keeps one row.
            (vec!["1|it|3|f|f"], false, false),
            (vec!["1|it|3|t|f"], false, true),
            (vec!["1|it|3|t|f"], true, false),
        ] {
            let found = rows(&lines).free_for("me", begun);
            assert_eq!(found.is_some(), free, "{lines:?}, begun: {begun}");
            if let Some(found) = found {
                assert_eq!(found.has_companions, lines.len() == 3, "{lines:?}");
            }
        }
    }

    #[test]
    fn the_known_versions_are_found_where_any_version_has_put_them() {
        let mut found = rows(&["1|-|3|t|t", "3|-|0|t|t"]);
        if let Some(row) = &mut found.fence {
            row.known = " 0001 0002 after_migrate".into();
        }
        assert!(found.hook_owed());
        assert_eq!(found.known().into_iter().collect::<Vec<_>>(), ["0001", "0002"]);
        if let Some(row) = &mut found.known {
            row.known = "0003".into();
        }
        assert_eq!(found.known().len(), 3);
        assert!(!rows(&["1|-|3|t|t"]).hook_owed());
    }
}
