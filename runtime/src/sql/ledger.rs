//! The form of the ledger: our own, or that of a runner whose sets are run here.

use super::quote::{literal, optional};
use dsql_migrate_plan::Checksum;
use std::collections::BTreeMap;

/// In whose form the ledger is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum LedgerForm {
    /// Ours.
    #[default]
    Own,
    /// refinery's: its own columns, versions as numbers, times as RFC 3339 in text.
    #[cfg_attr(not(feature = "refinery"), expect(dead_code, reason = "made by the bridge alone"))]
    Refinery {
        /// The statement that makes the table, as refinery writes it.
        create: String,
        /// refinery's checksum of each version.
        checksums: BTreeMap<String, String>,
    },
}

/// A row to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) version: &'a str,
    pub(crate) name: &'a str,
    pub(crate) checksum: &'a Checksum,
    /// When it was applied, as the server reads it; `None` for now.
    pub(crate) at: Option<&'a str>,
}

impl LedgerForm {
    /// The rows: version, name, checksum and time, all as text. Another runner's checksums are its own affair.
    pub(crate) fn read(&self, ledger: &str, with_checksum: bool) -> String {
        match self {
            Self::Own => {
                let checksum = if with_checksum { "checksum" } else { "NULL AS checksum" };
                format!("SELECT version, name, {checksum}, applied_at::text AS applied_at FROM {ledger}")
            }
            Self::Refinery { .. } => format!(
                "SELECT version::text AS version, name, NULL AS checksum, applied_on AS applied_at FROM {ledger}"
            ),
        }
    }

    /// The statement that makes it.
    pub(crate) fn create(&self, ledger: &str) -> String {
        match self {
            Self::Own => format!(
                "CREATE TABLE IF NOT EXISTS {ledger} (version text PRIMARY KEY, name text NOT NULL, \
                 applied_at timestamptz NOT NULL DEFAULT now(), checksum text)"
            ),
            Self::Refinery { create, .. } => create.clone(),
        }
    }

    /// Writes rows, for as many of `held` as there are: one, or none when the lease is not ours. A row that is
    /// there without a checksum keeps its time; one with a checksum is of a file that has been applied again.
    pub(crate) fn insert(&self, ledger: &str, entries: &[Entry<'_>]) -> String {
        let (version, time, at) = match self {
            Self::Own => ("v.version", "applied_at", "v.at"),
            Self::Refinery { .. } => (
                "v.version::bigint",
                "applied_on",
                "replace((v.at AT TIME ZONE 'UTC')::text, ' ', 'T') || 'Z'",
            ),
        };
        let again = match self {
            Self::Own => {
                ", applied_at = CASE WHEN l.checksum IS NULL THEN l.applied_at ELSE excluded.applied_at END"
            }
            Self::Refinery { .. } => "",
        };
        let values: Vec<String> = entries.iter().map(|entry| self.values(entry)).collect();
        format!(
            "INSERT INTO {ledger} AS l (version, name, checksum, {time}) \
             SELECT {version}, v.name, v.checksum, {at} \
             FROM held, (VALUES {}) AS v (version, name, checksum, at) \
             ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum{again}",
            values.join(", ")
        )
    }

    fn values(&self, entry: &Entry<'_>) -> String {
        let checksum = match self {
            Self::Own => Some(entry.checksum.to_string()),
            Self::Refinery { checksums, .. } => checksums.get(entry.version).cloned(),
        };
        format!(
            "({}, {}, {}::text, coalesce({}::timestamptz, now()))",
            literal(entry.version),
            literal(entry.name),
            optional(checksum.as_deref()),
            optional(entry.at)
        )
    }
}
