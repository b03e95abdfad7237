//! The form of the ledger: our own, or that of a runner whose sets are run here.

use super::quote::{identifier, literal, optional};
use dsql_migrate_plan::Checksum;
use std::collections::BTreeMap;

/// Stands before the checksum of a file that is always applied, so that the ledger knows what it is when the file is
/// gone.
const ALWAYS: &str = "always:";

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
    /// Whether it is of a file that is always applied.
    pub(crate) always: bool,
    /// When it was applied, as the server reads it; `None` for now.
    pub(crate) at: Option<&'a str>,
}

/// What a row's checksum says: the checksum, and whether it is of a file that is always applied.
pub(crate) fn read_checksum(text: &str) -> (&str, bool) {
    match text.strip_prefix(ALWAYS) {
        Some(checksum) => (checksum, true),
        None => (text, false),
    }
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

    /// Writes rows. One that is there without a checksum keeps its time; one with a checksum is of a file that has
    /// been applied again. `name` is that of the table without its schema, as the server wants it after `ON CONFLICT`.
    pub(crate) fn insert(&self, ledger: &str, name: &str, entries: &[Entry<'_>]) -> String {
        let time = match self {
            Self::Own => "applied_at",
            Self::Refinery { .. } => "applied_on",
        };
        let again = match self {
            Self::Own => {
                let own = identifier(name);
                format!(
                    ", applied_at = CASE WHEN {own}.checksum IS NULL THEN {own}.applied_at ELSE excluded.applied_at END"
                )
            }
            Self::Refinery { .. } => String::new(),
        };
        let values: Vec<String> = entries.iter().map(|entry| self.values(entry)).collect();
        format!(
            "INSERT INTO {ledger} (version, name, checksum, {time}) VALUES {} \
             ON CONFLICT (version) DO UPDATE SET name = excluded.name, checksum = excluded.checksum{again}",
            values.join(", ")
        )
    }

    fn values(&self, entry: &Entry<'_>) -> String {
        let at = match entry.at {
            Some(at) => format!("{}::timestamp with time zone", literal(at)),
            None => "pg_catalog.now()".to_owned(),
        };
        match self {
            Self::Own => {
                let mark = if entry.always { ALWAYS } else { "" };
                format!(
                    "({}, {}, {}, {at})",
                    literal(entry.version),
                    literal(entry.name),
                    literal(&format!("{mark}{}", entry.checksum))
                )
            }
            Self::Refinery { checksums, .. } => format!(
                "({}::bigint, {}, {}, pg_catalog.replace(({at} AT TIME ZONE 'UTC')::pg_catalog.text, ' ', 'T') || 'Z')",
                literal(entry.version),
                literal(entry.name),
                optional(checksums.get(entry.version).map(String::as_str))
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_knows_what_is_always_applied() {
        let checksum = Checksum::new([7; 16]);
        for always in [false, true] {
            let entry = Entry { version: "1", name: "n", checksum: &checksum, always, at: None };
            let sql = LedgerForm::Own.insert("\"s\".\"t\"", "t", &[entry]);
            let written = sql.split('\'').find(|part| part.contains("0707")).unwrap();
            assert_eq!(read_checksum(written), (checksum.to_string().as_str(), always));
        }
    }
}
