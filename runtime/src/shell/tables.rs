//! Reads the runtime's own tables, makes them, and takes and gives back the lease.

use super::clock::LeaseClock;
use super::explain::{another_tools_table, bookkeeping, lease_timeout, no_home};
use super::lease_rows::LeaseRows;
use super::line::Reply;
use super::perform::Shell;
use super::session::{Answer, Row};
use crate::connect::Connector;
use crate::core::{
    Bookkeeping, FencingToken, FreeLease, JournalRow, LeaseHolder, LedgerRow, Loaded, Outcome, Write,
};
use crate::error::Error;
use crate::progress::Event;
use crate::server::{INSUFFICIENT_PRIVILEGE, UNDEFINED_COLUMN, UNDEFINED_TABLE};
use crate::sql::identity::Intent;
use crate::sql::lease;
use crate::sql::ledger::read_checksum;
use crate::sql::record::{CLOSED, sweep_sql};
use crate::status::Tables;
use std::time::{Duration, Instant};

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
                    return Err(another_tools_table(&self.tables.ledger(), error));
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
        let missing = match self.inspect().await? {
            Outcome::Bookkeeping(missing) => missing,
            _ => Vec::new(),
        };
        let with_intent = !missing.contains(&Bookkeeping::JournalIntent);
        let journal = self.read_if_there(&self.tables.read_journal(with_intent)).await?;
        let quiet = self.options.timings.quiet;
        let (lease, readable) = match self.read(&lease::show(&self.tables, quiet)).await? {
            Ok(answers) => (LeaseRows::read(answers.first()), true),
            // Nobody has run here yet.
            Err(error) if error.sqlstate == UNDEFINED_TABLE => (LeaseRows::default(), true),
            Err(error) if error.sqlstate == INSUFFICIENT_PRIVILEGE => (LeaseRows::default(), false),
            Err(error) => return Err(bookkeeping("the bookkeeping tables cannot be read", error)),
        };
        Ok(Tables {
            ledger,
            journal: journal.rows.iter().filter_map(journal_row).collect(),
            lease: lease.holder(),
            known: readable.then(|| lease.known()),
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
        let home = |position: usize| answers.get(position).and_then(|answer| answer.first("home"));
        // Where the ledger is found on the search path, the others belong beside it; a migration may change the
        // search path later, so from here on every name is written with its schema.
        let home = self.tables.schema.as_deref().or(home(0)).or(home(1));
        let Some(home) = home.map(str::to_owned) else { return Err(no_home()) };
        let columns = answers.get(2).map(|answer| answer.rows.as_slice()).unwrap_or_default();
        let found: Vec<[String; 3]> =
            columns.iter().filter_map(|row| Some([text(row, 0)?, text(row, 1)?, text(row, 2)?])).collect();
        let missing = self.tables.missing(&home, &found);
        self.tables.schema = Some(home);
        Ok(Outcome::Bookkeeping(missing))
    }

    pub(super) async fn create(&mut self, missing: Bookkeeping) -> Result<Outcome, Error> {
        let sql = self.tables.create(missing);
        loop {
            match self.exchange(&sql).await? {
                Reply::Answers(_) => return Ok(Outcome::Created),
                Reply::Refused(error, _) if error.is_creation_race() => return Ok(Outcome::Created),
                Reply::Refused(error, _) => {
                    return Err(bookkeeping("a bookkeeping table cannot be made", error));
                }
                Reply::Again | Reply::InDoubt => {}
            }
        }
    }

    pub(super) async fn read_lease(&mut self) -> Result<Outcome, Error> {
        let sql = lease::read(&self.tables, self.options.timings.quiet);
        let answers =
            self.read(&sql).await?.map_err(|error| bookkeeping("the lease cannot be read", error))?;
        let rows = LeaseRows::read(answers.first());
        let begun = answers.get(1).is_some_and(|answer| !answer.rows.is_empty());
        Ok(match rows.free_for(&self.holder, begun) {
            Some(free) => Outcome::Free(free),
            None => {
                self.line.progress();
                self.tell_of_waiting(rows.holder());
                Outcome::Busy(rows.holder())
            }
        })
    }

    fn tell_of_waiting(&mut self, holder: Option<LeaseHolder>) {
        let since = *self.waiting.since.get_or_insert_with(Instant::now);
        let Some(it) = holder else { return };
        let event = Event::LeaseWaiting {
            holder: it.holder.clone(),
            since: it.since,
            seconds_left: it.seconds_left,
            elapsed: since.elapsed(),
        };
        // Another holder than at the last look is news.
        if self.waiting.told_of.as_ref() == Some(&it.holder) {
            self.repeat(event);
        } else {
            self.waiting.told_of = Some(it.holder);
            self.tell(event);
        }
    }

    pub(super) async fn take_lease(&mut self, free: &FreeLease) -> Result<Outcome, Error> {
        let length = self.lease_length();
        let sql = lease::take(&self.tables, &self.holder, free, length);
        let clock = LeaseClock::start(length);
        loop {
            match self.exchange(&sql).await? {
                Reply::Answers(answers) => {
                    let first = answers.len().saturating_sub(3);
                    let Some(loaded) = self.loaded(&answers[first..]) else {
                        return Err(Error::internal("a lease that was taken is not ours"));
                    };
                    let renewal = lease::renew(&self.tables, &self.holder, loaded.token.fence, length);
                    self.lease.taken(renewal, length, clock);
                    self.line.progress();
                    let elapsed = self.waiting.since.take().map(|since| since.elapsed()).unwrap_or_default();
                    // What an answer that was lost had taken is not taken over.
                    let from = free.abandoned_by.as_ref().map(|before| before.holder.clone());
                    let from = from.filter(|from| *from != self.holder);
                    self.tell(Event::LeaseTaken { from, elapsed });
                    return Ok(Outcome::Taken(loaded));
                }
                // Somebody was faster.
                Reply::Refused(error, answered) if error.is_changed_lease_row(answered <= 2) => {
                    return Ok(Outcome::Busy(None));
                }
                Reply::Refused(error, _) => return Err(bookkeeping("the lease cannot be taken", error)),
                Reply::InDoubt => return Ok(Outcome::InDoubt),
                Reply::Again => {}
            }
        }
    }

    pub(super) async fn wait_for_lease(&mut self) -> Result<Outcome, Error> {
        let timings = self.options.timings;
        if self.waiting.since.is_some_and(|since| since.elapsed() >= timings.lock_timeout) {
            let answers = self.read(&lease::show(&self.tables, timings.quiet)).await?.unwrap_or_default();
            return Err(lease_timeout(LeaseRows::read(answers.first()).holder(), timings.lock_timeout));
        }
        // A lease that is shorter than usual is to be taken over sooner than usual, too.
        let pause = timings.lease_poll.min(timings.lease / 4);
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        self.line.progress();
        Ok(Outcome::Waited)
    }

    pub(super) async fn load(&mut self, expected: FencingToken) -> Result<Outcome, Error> {
        let sql = self.tables.load();
        let answers = self
            .read(&sql)
            .await?
            .map_err(|error| bookkeeping("the bookkeeping tables cannot be read", error))?;
        let loaded = self.loaded(&answers).filter(|loaded| loaded.token.fence == expected.fence);
        Ok(Outcome::Loaded(loaded))
    }

    /// What [`crate::sql::tables::TableNames::load`] has answered, if the lease is ours.
    fn loaded(&mut self, answers: &[Answer]) -> Option<Loaded> {
        let [ledger, journal, lease] = answers else { return None };
        let rows = LeaseRows::read(Some(lease));
        let fence = rows.fence.as_ref().filter(|row| row.holder.as_deref() == Some(&*self.holder))?;
        let token = fence.token;
        let ledger = ledger_rows(ledger);
        for row in &journal.rows {
            if let [Some(version), Some(step), Some(checksum), .., Some(intent)] = row.as_slice()
                && self.is_of_this_step(version, step, checksum)
            {
                self.note_intent(version, step, intent);
            }
        }
        self.noted = rows.known();
        self.known = ledger.iter().map(|row| row.version.clone()).collect();
        Some(Loaded {
            token,
            ledger,
            journal: journal.rows.iter().filter_map(journal_row).collect(),
            closed: journal.rows.iter().filter_map(closed_version).collect(),
            known: self.noted.clone(),
            hook_owed: rows.hook_owed(),
        })
    }

    /// Whether an earlier run ended before its hook did. A lease that is not there, or that this role may not read,
    /// owes nothing: who may not hold it cannot call the hook under it.
    pub(super) async fn read_hook_owed(&mut self) -> Result<Outcome, Error> {
        let lease = self.read_if_there(&lease::show(&self.tables, Duration::ZERO)).await?;
        Ok(Outcome::HookOwed(LeaseRows::read(Some(&lease)).hook_owed()))
    }

    /// The lease is free at once for whoever waits. If it cannot be given back, it expires.
    pub(super) async fn release(&mut self, token: FencingToken, sweep: Option<&Write>) -> Outcome {
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let known = (self.known != self.noted).then(|| known.join(" "));
        let sweep = sweep.and_then(|write| sweep_sql(&self.tables, write));
        let sql = lease::release(&self.tables, &self.holder, token, known.as_deref(), sweep);
        loop {
            let error = match self.line.exchange(&sql, self.options.timings.lease).await {
                Ok(Reply::Answers(_)) => {
                    tracing::debug!(target: "dsql_migrate", fence = token.fence, "released the lease");
                    break;
                }
                // Released by what had no answer, or another's.
                Ok(Reply::Refused(error, answered)) if error.is_changed_lease_row(answered == 0) => break,
                // Releasing twice does no harm: the lease is ours or the message does nothing.
                Ok(Reply::Again | Reply::InDoubt) => continue,
                Ok(Reply::Refused(error, _)) => bookkeeping("the lease cannot be given back", error),
                Err(error) => error,
            };
            tracing::warn!(
                target: "dsql_migrate",
                "the lease is not released, it expires: {}",
                error.for_logs()
            );
            break;
        }
        self.lease.forget();
        Outcome::Released
    }
}

fn text(row: &Row, position: usize) -> Option<String> {
    row.get(position).cloned().flatten()
}

pub(super) fn ledger_rows(answer: &Answer) -> Vec<LedgerRow> {
    let read = |row: &Row| {
        let checksum = text(row, 2);
        let (checksum, always) = match checksum.as_deref().map(read_checksum) {
            Some((checksum, always)) => (Some(checksum.to_owned()), always),
            None => (None, false),
        };
        Some(LedgerRow {
            version: text(row, 0)?,
            name: text(row, 1)?,
            checksum,
            always,
            applied_at: text(row, 3).unwrap_or_default(),
        })
    };
    answer.rows.iter().filter_map(read).collect()
}

fn journal_row(row: &Row) -> Option<JournalRow> {
    Some(JournalRow {
        version: text(row, 0)?,
        step: text(row, 1)?.parse().ok()?,
        checksum: text(row, 2)?,
        file_checksum: text(row, 5).map(|intent| Intent::parse(&intent).file_checksum),
        done: text(row, 3)? == "done",
        job: text(row, 4),
    })
}

/// The version whose journal this row closes.
fn closed_version(row: &Row) -> Option<String> {
    (text(row, 1)? == CLOSED.to_string()).then(|| text(row, 0)).flatten()
}
