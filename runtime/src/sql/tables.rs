//! The three tables that the runtime keeps, and how it finds, makes and reads them.

use super::ledger::LedgerForm;
use super::quote::{self, literal};
use crate::core::Bookkeeping;

/// The names of the bookkeeping tables, without their schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableNames {
    /// The schema that holds them; `None` until it is known, which is then the search path's affair.
    pub(crate) schema: Option<String>,
    /// The ledger. The others are named after it.
    pub(crate) ledger: String,
    /// In whose form the ledger is kept.
    pub(crate) form: LedgerForm,
}

impl TableNames {
    /// The ledger, for SQL.
    pub(crate) fn ledger(&self) -> String {
        quote::qualified(self.schema.as_deref(), &self.ledger)
    }

    /// The journal, for SQL.
    pub(crate) fn journal(&self) -> String {
        quote::qualified(self.schema.as_deref(), &self.journal_name())
    }

    /// The lease, for SQL.
    pub(crate) fn lease(&self) -> String {
        quote::qualified(self.schema.as_deref(), &self.lease_name())
    }

    fn journal_name(&self) -> String {
        format!("{}_steps", self.ledger)
    }

    fn lease_name(&self) -> String {
        format!("{}_lease", self.ledger)
    }

    /// Whether a server's message names one of them.
    pub(crate) fn are_named_in(&self, message: &str) -> bool {
        let mut names =
            [&self.ledger, &self.journal_name(), &self.lease_name()].map(String::clone).into_iter();
        names.any(|name| {
            message.split(|c: char| !(c.is_alphanumeric() || "_$".contains(c))).any(|word| word == name)
                || message.contains(&format!("\"{name}\""))
        })
    }

    /// What has been applied: the only thing that a boot reads when nothing is pending.
    pub(crate) fn read_ledger(&self, with_checksum: bool) -> String {
        self.form.read(&self.ledger(), with_checksum)
    }

    /// Three questions in one message, for [`Found::read`]: where the ledger is found on the search path, in which
    /// schema things are made, and which columns tables of these names have in any schema.
    pub(crate) fn inspect(&self) -> String {
        let names = [&self.ledger, &self.journal_name(), &self.lease_name()].map(|name| literal(name));
        format!(
            "SELECT n.nspname::text AS home FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass({}); \
             SELECT current_schema()::text AS home; \
             SELECT n.nspname::text AS home, c.relname::text AS name, a.attname::text AS column_name \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
             WHERE c.relname IN ({}) AND a.attname IN ('version', 'checksum', 'intent', 'fence') \
             AND a.attnum > 0 AND NOT a.attisdropped",
            literal(&quote::identifier(&self.ledger)),
            names.join(", ")
        )
    }

    /// What is missing in `home`, of what [`Self::inspect`] has found: schema, table and column.
    pub(crate) fn missing(&self, home: &str, found: &[[String; 3]]) -> Vec<Bookkeeping> {
        let has = |table: &str, column: &str| {
            found.iter().any(|[schema, name, it]| schema == home && name == table && it == column)
        };
        let mut missing = Vec::new();
        if !has(&self.lease_name(), "fence") {
            missing.push(Bookkeeping::Lease);
        }
        if !has(&self.journal_name(), "version") {
            missing.push(Bookkeeping::Journal);
        } else if !has(&self.journal_name(), "intent") {
            missing.push(Bookkeeping::JournalIntent);
        }
        if !has(&self.ledger, "version") {
            missing.push(Bookkeeping::Ledger);
        } else if !has(&self.ledger, "checksum") {
            missing.push(Bookkeeping::LedgerChecksum);
        }
        missing
    }

    /// The statement that makes what is missing. Each is sent alone: DSQL takes one DDL a transaction.
    pub(crate) fn create(&self, missing: Bookkeeping) -> String {
        match missing {
            Bookkeeping::Ledger => self.form.create(&self.ledger()),
            Bookkeeping::LedgerChecksum => {
                format!("ALTER TABLE {} ADD COLUMN IF NOT EXISTS checksum text", self.ledger())
            }
            Bookkeeping::Journal => format!(
                "CREATE TABLE IF NOT EXISTS {} (version text NOT NULL, step integer NOT NULL, \
                 statement_checksum text NOT NULL, state text NOT NULL, job_id text, fence bigint NOT NULL, \
                 started_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz, intent text, \
                 PRIMARY KEY (version, step))",
                self.journal()
            ),
            Bookkeeping::JournalIntent => {
                format!("ALTER TABLE {} ADD COLUMN IF NOT EXISTS intent text", self.journal())
            }
            Bookkeeping::Lease => format!(
                "CREATE TABLE IF NOT EXISTS {} (id integer PRIMARY KEY, holder text, fence bigint NOT NULL, \
                 seq bigint NOT NULL, since timestamptz NOT NULL, expires_at timestamptz NOT NULL, \
                 known text NOT NULL)",
                self.lease()
            ),
        }
    }

    /// Everything that a holder goes on from, as of one moment: ledger, journal and lease, one result each.
    pub(crate) fn load(&self) -> String {
        format!(
            "{}; {}; SELECT id, holder, fence, seq, known FROM {}",
            self.read_ledger(true),
            self.read_journal(true),
            self.lease()
        )
    }

    /// What is under way.
    pub(crate) fn read_journal(&self, with_intent: bool) -> String {
        let intent = if with_intent { "intent" } else { "NULL AS intent" };
        format!("SELECT version, step, statement_checksum, state, job_id, {intent} FROM {}", self.journal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> TableNames {
        TableNames { schema: None, ledger: "mig".into(), form: LedgerForm::Own }
    }

    #[test]
    fn what_is_missing_is_missing_at_home() {
        let row = |schema: &str, table: &str, column: &str| [schema, table, column].map(str::to_owned);
        let all = [
            row("a", "mig", "version"),
            row("a", "mig", "checksum"),
            row("a", "mig_steps", "version"),
            row("a", "mig_steps", "intent"),
            row("a", "mig_lease", "fence"),
        ];
        assert_eq!(names().missing("a", &all), []);
        use Bookkeeping::{Journal, JournalIntent, Lease, Ledger, LedgerChecksum};
        assert_eq!(names().missing("b", &all), [Lease, Journal, Ledger]);
        let without = |gone: usize| {
            let rest: Vec<_> = (0..5).filter(|at| *at != gone).map(|at| all[at].clone()).collect();
            names().missing("a", &rest)
        };
        assert_eq!(without(1), [LedgerChecksum]);
        assert_eq!(without(3), [JournalIntent]);
        assert_eq!(without(4), [Lease]);
    }

    #[test]
    fn a_message_is_about_our_tables_when_it_names_one() {
        assert!(names().are_named_in("permission denied for table mig_steps"));
        assert!(names().are_named_in("relation \"app.mig\" does not exist"));
        assert!(!names().are_named_in("permission denied for table migs"));
        let odd = TableNames { ledger: "My table".into(), ..names() };
        assert!(odd.are_named_in("relation \"My table\" does not exist"));
        assert!(!odd.are_named_in("relation \"table\" does not exist"));
    }
}
