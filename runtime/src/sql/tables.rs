//! The three tables that the runtime keeps, and how it finds and makes them.

use super::ledger::LedgerForm;
use super::quote;

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

/// One of the bookkeeping tables, or the column that another runner's ledger lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Missing {
    /// `schema_migrations`.
    Ledger,
    /// `schema_migrations.checksum`, in a table that another runner made.
    Checksum,
    /// `schema_migrations_steps`.
    Journal,
    /// `schema_migrations_lease`.
    Lease,
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

    /// What has been applied: the only thing that a boot reads when nothing is pending.
    pub(crate) fn read_ledger(&self, with_checksum: bool) -> String {
        self.form.read(&self.ledger(), with_checksum)
    }

    /// One row: the schema in which the tables are or are to be, and for each whether it is there.
    ///
    /// Where the ledger is found on the search path, the others belong beside it; a migration may change the
    /// search path later, so from here on every name is written with its schema.
    pub(crate) fn inspect(&self) -> String {
        let home = match &self.schema {
            Some(schema) => quote::literal(schema),
            None => format!(
                "coalesce((SELECT n.nspname::text FROM pg_catalog.pg_class c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.oid = to_regclass({})), current_schema()::text)",
                quote::literal(&quote::identifier(&self.ledger))
            ),
        };
        let there = |table: &str, column: &str| {
            format!(
                "EXISTS (SELECT 1 FROM pg_catalog.pg_class c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped \
                 WHERE n.nspname = home.name AND c.relname = {} AND a.attname = {})",
                quote::literal(table),
                quote::literal(column)
            )
        };
        format!(
            "WITH home AS (SELECT {home} AS name) SELECT home.name AS home, {} AS ledger, {} AS checksum, \
             {} AS journal, {} AS lease FROM home",
            there(&self.ledger, "version"),
            there(&self.ledger, "checksum"),
            there(&self.journal_name(), "version"),
            there(&self.lease_name(), "fence"),
        )
    }

    /// The statement that makes what is missing. Each is sent alone: DSQL takes one DDL a transaction.
    pub(crate) fn create(&self, missing: Missing) -> String {
        match missing {
            Missing::Ledger => self.form.create(&self.ledger()),
            Missing::Checksum => {
                format!("ALTER TABLE {} ADD COLUMN IF NOT EXISTS checksum text", self.ledger())
            }
            Missing::Journal => format!(
                "CREATE TABLE IF NOT EXISTS {} (version text NOT NULL, step integer NOT NULL, \
                 statement_checksum text NOT NULL, state text NOT NULL, job_id text, fence bigint NOT NULL, \
                 started_at timestamptz NOT NULL DEFAULT now(), done_at timestamptz, PRIMARY KEY (version, step))",
                self.journal()
            ),
            Missing::Lease => format!(
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
            "{}; {}; SELECT holder, fence, seq, known FROM {} WHERE id = 1",
            self.read_ledger(true),
            self.read_journal(),
            self.lease()
        )
    }

    /// What is under way.
    pub(crate) fn read_journal(&self) -> String {
        format!("SELECT version, step, statement_checksum, state, job_id FROM {}", self.journal())
    }
}
