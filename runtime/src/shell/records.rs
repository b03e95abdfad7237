//! Reads and writes the runtime's own tables.

use super::clock::LeaseClock;
use super::explain::bookkeeping;
use super::perform::Shell;
use super::send::Sent;
use super::session::{Answer, Row};
use crate::connect::Connector;
use crate::core::{Held, JournalRow, LeaseHolder, LedgerRow, Loaded, Outcome};
use crate::error::{Error, ErrorKind};
use crate::progress::Event;
use crate::server::{INSUFFICIENT_PRIVILEGE, UNDEFINED_COLUMN, UNDEFINED_TABLE};
use crate::sql::lease::{self, LeaseTimes};
use crate::sql::tables::Missing;
use crate::status::Tables;
use std::collections::BTreeSet;
use std::time::Instant;

impl<C: Connector> Shell<'_, C> {
    /// One round trip where the ledger is ours; a second where another runner made it without checksums.
    pub(super) async fn read_ledger(&mut self) -> Result<Outcome, Error> {
        for has_checksum in [true, false] {
            let sql = self.tables.read_ledger(has_checksum);
            match self.read(&sql).await? {
                Ok(answers) => {
                    let rows = answers.first().map(ledger_rows).unwrap_or_default();
                    return Ok(Outcome::Ledger { rows, has_checksum });
                }
                Err(error) if error.sqlstate == UNDEFINED_TABLE => return Ok(Outcome::NoLedger),
                Err(error) if error.sqlstate == UNDEFINED_COLUMN && has_checksum => {}
                Err(error) if error.sqlstate == UNDEFINED_COLUMN => {
                    return Err(Error::new(
                        ErrorKind::Bookkeeping,
                        format!("{} is the table of another tool", self.tables.ledger()),
                    )
                    .server(error)
                    .remedy(
                        "keep the records under another name (`Options::table`, `table = \"…\"` in embed_migrations!, \
                         --table); `dsql-migrate adopt` takes over what the other tool has applied",
                    ));
                }
                Err(error) => return Err(bookkeeping("the ledger cannot be read", error)),
            }
        }
        Err(Error::internal("the ledger was neither read nor refused"))
    }

    /// The ledger's rows, none where there is no ledger.
    pub(super) async fn ledger_only(&mut self) -> Result<Vec<LedgerRow>, Error> {
        match self.read_ledger().await? {
            Outcome::Ledger { rows, .. } => Ok(rows),
            _ => Ok(Vec::new()),
        }
    }

    /// Everything that the tables tell; a table that is not there, or that this role may not read, tells nothing.
    pub(super) async fn tables(&mut self) -> Result<Tables, Error> {
        let ledger = self.ledger_only().await?;
        // Beside the ledger, wherever that is.
        self.inspect().await?;
        let journal = self.read_if_there(&self.tables.read_journal()).await?;
        let (lease, known) = match self.read(&lease::show(&self.tables)).await? {
            Ok(answers) => {
                let lease = answers.into_iter().next().unwrap_or_default();
                let known = lease.first("known").unwrap_or_default();
                let known = known.split_whitespace().map(str::to_owned).collect();
                (lease, Some(known))
            }
            // Nobody has run here yet.
            Err(error) if error.sqlstate == UNDEFINED_TABLE => (Answer::default(), Some(BTreeSet::new())),
            Err(error) if error.sqlstate == INSUFFICIENT_PRIVILEGE => (Answer::default(), None),
            Err(error) => return Err(bookkeeping("the bookkeeping tables cannot be read", error)),
        };
        Ok(Tables {
            ledger,
            journal: journal.rows.iter().filter_map(journal_row).collect(),
            lease: holder(&lease),
            known,
        })
    }

    pub(super) async fn read_if_there(&mut self, sql: &str) -> Result<Answer, Error> {
        match self.read(sql).await? {
            Ok(answers) => Ok(answers.into_iter().next().unwrap_or_default()),
            Err(error) if [UNDEFINED_TABLE, INSUFFICIENT_PRIVILEGE].contains(&error.sqlstate.as_str()) => {
                Ok(Answer::default())
            }
            Err(error) => Err(bookkeeping("the bookkeeping tables cannot be read", error)),
        }
    }

    pub(super) async fn inspect(&mut self) -> Result<Outcome, Error> {
        let sql = self.tables.inspect();
        let answers =
            self.read(&sql).await?.map_err(|error| bookkeeping("the catalog cannot be read", error))?;
        let answer = answers.into_iter().next().unwrap_or_default();
        let Some(home) = answer.first("home") else {
            return Err(Error::new(ErrorKind::Bookkeeping, "the search path names no schema that exists")
                .remedy("set a search_path, or name the schema (`Options::schema`)"));
        };
        self.tables.schema = Some(home.to_owned());
        let lacks = |column: &str| answer.first(column) != Some("t");
        let mut missing = Vec::new();
        if lacks("lease") {
            missing.push(Missing::Lease);
        }
        if lacks("journal") {
            missing.push(Missing::Journal);
        }
        if lacks("ledger") {
            missing.push(Missing::Ledger);
        } else if lacks("checksum") {
            missing.push(Missing::Checksum);
        }
        Ok(Outcome::Bookkeeping(missing))
    }

    pub(super) async fn create(&mut self, missing: Missing) -> Result<Outcome, Error> {
        let sql = self.tables.create(missing);
        loop {
            match self.send(&sql, self.options.timings.answer, None).await? {
                Sent::Answers(_) => return Ok(Outcome::Created),
                Sent::Refused(error, _) if error.is_creation_race() => return Ok(Outcome::Created),
                Sent::Refused(error, _) => {
                    return Err(bookkeeping("a bookkeeping table cannot be made", error));
                }
                Sent::Doubt => {}
            }
        }
    }

    pub(super) async fn take_lease(&mut self) -> Result<Outcome, Error> {
        let length = self.lease_length();
        let times = LeaseTimes { length, quiet: self.options.timings.quiet };
        let sql = lease::take(&self.tables, &self.holder, times);
        let clock = LeaseClock::start(length);
        let answer = match self.send(&sql, self.options.timings.answer, None).await? {
            Sent::Answers(answers) => answers.into_iter().next().unwrap_or_default(),
            Sent::Refused(error, _) => return Err(bookkeeping("the lease cannot be taken", error)),
            Sent::Doubt => return Ok(Outcome::Doubt),
        };
        self.progress();
        let before = holder(&answer);
        let number = |column: &str| answer.first(column).and_then(|number| number.parse().ok());
        match (number("fence"), number("seq")) {
            (Some(fence), Some(seq)) => {
                self.keeper.renewed(clock);
                let elapsed = self.waiting_since.take().map(|since| since.elapsed()).unwrap_or_default();
                // What an answer that was lost had taken is not taken over.
                let from = before.map(|before| before.holder).filter(|from| *from != self.holder);
                self.tell(Event::LeaseTaken { from, elapsed });
                Ok(Outcome::Taken(Held { fence, seq }))
            }
            _ => {
                let since = *self.waiting_since.get_or_insert_with(Instant::now);
                if let Some(it) = &before {
                    let event = Event::LeaseWaiting {
                        holder: it.holder.clone(),
                        since: it.since.clone(),
                        seconds_left: it.seconds_left,
                        elapsed: since.elapsed(),
                    };
                    // Another holder than at the last look is news.
                    if self.waiting_for.as_ref() == Some(&it.holder) {
                        self.repeat(event);
                    } else {
                        self.waiting_for = Some(it.holder.clone());
                        self.tell(event);
                    }
                }
                Ok(Outcome::Busy(before))
            }
        }
    }

    pub(super) async fn wait_for_lease(&mut self) -> Result<Outcome, Error> {
        let timings = self.options.timings;
        if self.waiting_since.is_some_and(|since| since.elapsed() >= timings.lock_timeout) {
            let sql = lease::show(&self.tables);
            let answers = self.read(&sql).await?.unwrap_or_default();
            let who = answers.first().and_then(holder).map_or_else(
                || "another instance".to_owned(),
                |it| format!("{}, since {} (server time),", it.holder, it.since),
            );
            return Err(Error::new(
                ErrorKind::LeaseTimeout,
                format!("{who} is migrating this database, for longer than {:?}", timings.lock_timeout),
            )
            .now("this instance has changed nothing")
            .remedy("start again when it is ready, or wait longer (`Options::lock_timeout`)"));
        }
        // A lease that is shorter than usual is to be taken over sooner than usual, too.
        let pause = timings.lease_poll.min(timings.lease / 4);
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        self.progress();
        Ok(Outcome::Waited)
    }

    pub(super) async fn load(&mut self, expected: Held) -> Result<Outcome, Error> {
        let sql = self.tables.load();
        let answers = self
            .read(&sql)
            .await?
            .map_err(|error| bookkeeping("the bookkeeping tables cannot be read", error))?;
        let [ledger, journal, lease] = answers.as_slice() else {
            return Err(Error::internal("three questions have not had three answers"));
        };
        let number = |column: &str| lease.first(column).and_then(|number| number.parse().ok());
        let ours = lease.first("holder") == Some(&*self.holder) && number("fence") == Some(expected.fence);
        let (true, Some(seq)) = (ours, number("seq")) else { return Ok(Outcome::Loaded(None)) };
        let known = lease.first("known").unwrap_or_default();
        Ok(Outcome::Loaded(Some(Loaded {
            held: Held { fence: expected.fence, seq },
            ledger: ledger_rows(ledger),
            journal: journal.rows.iter().filter_map(journal_row).collect(),
            known: known.split_whitespace().map(str::to_owned).collect(),
        })))
    }

    /// The lease is free at once for whoever waits. If it cannot be given back, it expires.
    pub(super) async fn release(&mut self, held: Held) -> Outcome {
        let sql = lease::release(&self.tables, &self.holder, held);
        loop {
            match self.send(&sql, self.options.timings.lease, None).await {
                Ok(Sent::Answers(_)) => {
                    tracing::debug!(target: "dsql_migrate", fence = held.fence, "released the lease")
                }
                // Releasing twice does no harm: the fence is ours or the statement does nothing.
                Ok(Sent::Doubt) => continue,
                Ok(Sent::Refused(error, _)) => {
                    tracing::warn!(target: "dsql_migrate", "the lease is not released, it expires: {error}")
                }
                Err(error) => {
                    tracing::warn!(target: "dsql_migrate", "the lease is not released, it expires: {error}")
                }
            }
            break;
        }
        self.keeper.forget();
        Outcome::Released
    }
}

fn text(row: &Row, position: usize) -> Option<String> {
    row.get(position).cloned().flatten()
}

pub(super) fn ledger_rows(answer: &Answer) -> Vec<LedgerRow> {
    let read = |row: &Row| {
        Some(LedgerRow {
            version: text(row, 0)?,
            name: text(row, 1)?,
            checksum: text(row, 2),
            applied_at: text(row, 3).unwrap_or_default(),
        })
    };
    answer.rows.iter().filter_map(read).collect()
}

pub(super) fn journal_row(row: &Row) -> Option<JournalRow> {
    Some(JournalRow {
        version: text(row, 0)?,
        step: text(row, 1)?.parse().ok()?,
        checksum: text(row, 2)?,
        done: text(row, 3)? == "done",
        job: text(row, 4),
    })
}

pub(super) fn holder(answer: &Answer) -> Option<LeaseHolder> {
    Some(LeaseHolder {
        holder: answer.first("holder")?.to_owned(),
        since: answer.first("since").unwrap_or_default().to_owned(),
        seconds_left: answer
            .first("seconds_left")
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or_default(),
    })
}
