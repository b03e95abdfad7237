//! The bookkeeping tables and the lease.

use super::Verdict::{Likely, Seen};
use super::samples::{HOLDER, LENGTH, QUIET, abandoned, changes, never_held, of, tables, token};
use super::{Form, Group, form};
use crate::core::{Bookkeeping, FreeLease, Write};
use crate::sql::lease;
use crate::sql::record::Identities;

const NO_TABLE_ENDS: &str = "The run ends with that error before anything is changed.";

pub(super) fn group() -> Group {
    let tables = tables();
    let bare = crate::sql::tables::TableNames { schema: None, ..tables.clone() };
    let inspect = |place| of(&bare.inspect(), &[place]);
    Group {
        title: "The bookkeeping tables",
        about: "A boot that is current sends the first of these and nothing else. A first boot goes through all of \
                them but those for older layouts.",
        forms: vec![
            form("read the ledger", "first message of every run; status; after the lease was taken",
                vec![tables.read_ledger(true)])
                .rests_on(
                    "columns of a table, a timestamptz as text",
                    "Recorded 2026-09-18: plain SELECTs and casts to text (probes q_where, q_cast). That a table which \
 is not there answers 42P01: AWS says so of the parent of a foreign key; of a SELECT there is no record, it is \
 PostgreSQL\'s answer.",
                    Seen,
                )
                .if_refused("42P01: there is no ledger yet, it is made. 42703: another runner made it without \
                             checksums, the next form is sent. Anything else ends the run before anything is changed."),
            form("read a ledger without checksums", "when the first was refused with 42703",
                vec![tables.read_ledger(false)])
                .rests_on("a constant as a column", "As above.", Seen)
                .if_refused(NO_TABLE_ENDS),
            form("where the ledger is", "before tables are made, first in a message of three", inspect(0))
                .rests_on(
                    "a join of two catalogs; to_regclass of a constant",
                    "to_regclass is sent to live clusters by AWS's own aws-blocks; pg_class joined with pg_namespace is \
                     read by dsqlbase (live 2026-10-03) and pistachio (live 2026-07-23).",
                    Seen,
                )
                .if_refused(NO_TABLE_ENDS),
            form("where things are made", "the same message", inspect(1))
                .rests_on("current_schema()", "Recorded 2026-09-16, probe env_current_schema.", Seen)
                .if_refused(NO_TABLE_ENDS),
            form("which columns the tables have", "the same message", inspect(2))
                .rests_on(
                    "a join of three catalogs, IN lists; several SELECTs in one message",
                    "The join is that of dsqlbase's introspection (2026-05-07) and of AWS's SQLAlchemy dialect \
                     (2026-08-17). Several SELECTs in one message: recorded 2026-09-17, probe multi_two_selects.",
                    Seen,
                )
                .if_refused(NO_TABLE_ENDS),
            form("make the lease", "first boot; alone in its message, as DSQL wants DDL",
                vec![tables.create(Bookkeeping::Lease)])
                .rests_on(
                    "CREATE TABLE IF NOT EXISTS with a primary key",
                    "Recorded 2026-09-18 (group supported); live, DSQL-Spike 2026-09-23.",
                    Seen,
                )
                .if_refused("42P07, 23505 or a conflict: another instance was faster, the run goes on. Else it ends."),
            form("make the journal", "first boot, alone", vec![tables.create(Bookkeeping::Journal)])
                .rests_on(
                    "a primary key of two columns, DEFAULT now()",
                    "Keys of several columns: a fork of Temporal made for DSQL (2026-01-27) and AWS's documents. DEFAULT \
                     with a function: recorded 2026-09-18 (gen_random_uuid()); with now(): AWS's samples.",
                    Seen,
                )
                .if_refused("As above."),
            form("make the ledger", "first boot, alone", vec![tables.create(Bookkeeping::Ledger)])
                .rests_on("as above", "As above.", Seen)
                .if_refused("As above."),
            form("give a ledger its checksums", "when another runner's three columns are taken over, alone",
                vec![tables.create(Bookkeeping::LedgerChecksum)])
                .rests_on(
                    "ALTER TABLE … ADD COLUMN IF NOT EXISTS, without anything behind the type",
                    "Live, dsqlbase 2026-10-03; ADD COLUMN recorded 2026-09-18.",
                    Seen,
                ),
            form("give a journal its intents", "when an older version of this crate made it, alone",
                vec![tables.create(Bookkeeping::JournalIntent)])
                .rests_on("as above", "As above.", Seen),
            form("read the journal", "after the lease was taken, with ledger and lease in one message; status",
                vec![tables.read_journal(true), tables.read_journal(false)])
                .rests_on("columns of a table; several SELECTs in one message", "As above.", Seen),
        ],
    }
}

pub(super) fn lease() -> Group {
    Group {
        title: "The lease",
        about: "Three rows that say who may change the database. A statement whose cast fails on purpose ends the \
                transaction of whoever is not the holder any more.",
        forms: reading().into_iter().chain(taking()).chain(keeping()).collect(),
    }
}

fn reading() -> Vec<Form> {
    let read = lease::read(&tables(), QUIET);
    vec![
        form("read the lease", "before it is taken, and while it is waited for; status", of(&read, &[0]))
            .rests_on(
                "now() plus and minus an interval in milliseconds, extract(epoch FROM …)::bigint, CASE WHEN",
                "now() and arithmetic with intervals: AWS's Hibernate dialect, 2026-08-17, which also sends \
                 extract(epoch FROM …) of a difference. CASE WHEN: recorded 2026-09-18, probe q_case. A function with \
                 its schema: AWS's SQLAlchemy dialect, 2026-08-17. The word milliseconds in an interval: no record; \
                 it is read by the same function as microsecond, which Hibernate sends.",
                Likely,
            ),
        form("whether a DDL step is begun", "the same message", of(&read, &[1]))
            .rests_on("LIMIT 1", "Recorded 2026-09-18, probe q_limit.", Seen),
        form("read the rows of the lease", "after it was taken, with ledger and journal in one message",
            of(&tables().load(), &[2]))
            .rests_on("columns of a table", "As for the ledger.", Seen),
    ]
}

fn taking() -> Vec<Form> {
    let take = |free: &FreeLease| lease::take(&tables(), HOLDER, free, LENGTH);
    let (first, dead) = (take(&never_held()), take(&abandoned("")));
    let old = take(&abandoned("0001 after_migrate"));
    let (record, _) = lease::fence(&tables(), HOLDER, token(), LENGTH, lease::HookWord::Keep);
    let release = lease::release(&tables(), HOLDER, token(), Some("0001 0002"), None);
    vec![
        form("make the rows of the lease", "first boot, first in the message that takes the lease", of(&first, &[0]))
            .rests_on(
                "INSERT of several rows, ON CONFLICT (id) DO NOTHING",
                "ON CONFLICT … DO UPDATE: recorded 2026-09-18, probe q_upsert. Rows in one VALUES: the same recordings. \
                 DO NOTHING: no probe of its own; it asks less of the server than DO UPDATE.",
                Likely,
            ),
        form("whether the lease is as it was read", "first in every message that takes the lease, records or gives back",
            [of(&first, &[1]), vec![record], of(&release, &[0])].concat())
            .rests_on(
                "a cast that fails on purpose: a CASE over count(*), whose text is no integer unless one row matches",
                "CASE WHEN, count(*) and casts: recorded 2026-09-18 (probes q_case, q_aggregates, q_cast). That a text \
                 which is no number is refused with 22P02: AWS's CI for postgres.js, 2026-08-19. That the message has \
                 the text in it, as PostgreSQL's has: no record. That the failed statement undoes its whole message: \
                 follows from the recordings of 2026-09-17 (one message is one transaction).",
                Likely,
            )
            .if_refused("22P02 is what the statement is for: the lease is read again. It is known by the text, and by \
                         its place in the message where a server leaves the text out."),
        form("whether a dead holder is still silent", "second in the message that takes a lease over", of(&dead, &[1]))
            .rests_on("as above", "As above.", Likely)
            .if_refused("As above."),
        form("move the versions of an older layout", "when a database of an older version of this crate is taken over, \
             and when a run ends that has applied something",
            [of(&old, &[3]), of(&release, &[3])].concat())
            .rests_on("UPDATE of one row", "Recorded 2026-09-18, probe q_update_returning.", Seen),
        form("take the lease", "in the message that takes it", [of(&first, &[2]), of(&old, &[4])].concat())
            .rests_on(
                "UPDATE of one row, now() plus an interval; writes and SELECTs in one message without BEGIN",
                "The parts as above. Several writes in one message: recorded 2026-09-17 with BEGIN and COMMIT in the \
                 message (probe multi_dml_in_txn), and two DDL statements without them, which were refused as one \
                 transaction. Writes without BEGIN: no probe of its own, it follows from those two.",
                Likely,
            ),
        form("take the heartbeat", "the same message", of(&first, &[3]))
            .rests_on("as above", "As above.", Likely),
    ]
}

fn keeping() -> Vec<Form> {
    let (tables, token) = (tables(), token());
    let renew = lease::renew(&tables, HOLDER, token.fence, LENGTH);
    let release = lease::release(&tables, HOLDER, token, None, None);
    let count = |word| lease::fence(&tables, HOLDER, token, LENGTH, word).1;
    let words = [lease::HookWord::Keep, lease::HookWord::Set, lease::HookWord::Clear];
    let sweep = Write::Sweep { version: "0001".to_owned(), from: 0, to: 2, last: false };
    vec![
        form("count a record", "in every record", words.map(count).to_vec()).rests_on(
            "UPDATE of one row",
            "As above.",
            Seen,
        ),
        form(
            "renew the lease",
            "every third of its length, over a second connection while a statement runs",
            of(&renew, &[0]),
        )
        .rests_on("UPDATE … RETURNING", "Recorded 2026-09-18, probe q_update_returning.", Seen)
        .if_refused(
            "The run ends before the lease does. Over the second connection the refusal is only logged, and \
                         nothing is sent any more once our own clock says that the lease may be over.",
        ),
        form("whether the lease is still ours", "the same message", of(&renew, &[1]))
            .rests_on("columns of a table", "As above.", Seen)
            .if_refused("As above."),
        form("give the lease back", "when a run ends", of(&release, &[1, 2]))
            .rests_on("UPDATE of one row", "As above.", Seen)
            .if_refused("It is logged, and the lease expires by itself."),
        form(
            "sweep the journal",
            "in the records after a migration was completed, and when a run ends",
            changes(&tables, &[sweep], Identities::Asked),
        )
        .rests_on(
            "DELETE by a part of the key",
            "DELETE: recorded 2026-09-18, probe q_delete_returning.",
            Seen,
        )
        .if_refused("When a run ends: it is logged. In a record: the run ends."),
    ]
}
