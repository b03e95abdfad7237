//! What is sent for refinery's runner.

use super::Verdict::{Likely, Seen};
use super::samples::{HOLDER, LENGTH, changes, plan, statements, tables, token};
use super::{Group, Sender, form};
use crate::core::Write;
use crate::refinery::Bridge;
use crate::sql::ledger::LedgerForm;
use crate::sql::record::{Author, Identities, adopt};
use crate::sql::tables::TableNames;
use refinery_core::traits::r#async::AsyncMigrate;

const TABLE: &str = "refinery_schema_history";

type Any = Bridge<tokio_postgres::Config>;

pub(super) fn group() -> Group {
    let create = Any::assert_migrations_table_query(TABLE);
    let checksums = [("0001".to_owned(), "17034891023741912".to_owned())].into();
    let form_of_table = LedgerForm::Refinery { create, checksums };
    let ours = TableNames { form: form_of_table, ledger: TABLE.to_owned(), ..tables() };
    let create = ours.create(crate::core::Bookkeeping::Ledger);
    let applied = changes(&ours, &[Write::Complete(0)], Identities::Asked);
    let author = Author { tables: &ours, holder: HOLDER, token: token(), length: LENGTH };
    let recorded = adopt(author, &plan(), &[(0, Some("2026-11-30 04:05:06+00".to_owned()))], &[]);
    let recorded: Vec<String> = statements(&recorded.sql).into_iter().skip(2).collect();
    Group {
        title: "refinery's table",
        about: "With the feature `refinery`, what differs from the above.",
        forms: vec![
            form("what is applied", "first message of every run", vec![Any::get_applied_migrations_query(TABLE)])
                .rests_on("ORDER BY … ASC", "refinery's own text. ORDER BY: recorded 2026-09-18.", Seen)
                .if_refused("42P01: there is no table yet, it is made. Else the run ends."),
            form("the last that is applied", "when refinery's runner is asked for it",
                vec![Any::get_last_applied_migration_query(TABLE)])
                .rests_on("a scalar query with MAX in WHERE", "refinery's own text; the parts: recorded 2026-09-18.", Seen),
            form("make the table", "first run, alone", vec![create])
                .rests_on("VARCHAR(255), int4", "refinery's own text; the types: recorded 2026-09-16.", Seen),
            form("read the table as a ledger", "under the lease", vec![ours.read_ledger(true)])
                .rests_on("columns of a table", "As for the ledger.", Seen),
            form("a migration is applied", "with the record of its last step; Target::Fake", applied)
                .rests_on(
                    "now() AT TIME ZONE 'UTC' as text, replace",
                    "AT TIME ZONE: AWS's agent skill names it as the form that works, 2026-10. replace: PostgreSQL's own.",
                    Likely,
                ),
            form("one of another time", "only with a time, which refinery's runner never gives", recorded)
                .rests_on("as above", "As above.", Likely)
.not_reached("refinery's runner never gives a time."),
        ]
        .into_iter()
        .map(|one| one.sent_by(Sender::Refinery))
        .collect(),
    }
}
