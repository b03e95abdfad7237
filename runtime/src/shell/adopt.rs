//! Notes migrations as applied that somebody else has applied, and looks what the catalog shows of them.

use super::clock::LeaseClock;
use super::explain::bookkeeping;
use super::line::Reply;
use super::perform::Shell;
#[cfg(feature = "refinery")]
use super::session::Answer;
use super::source::Source;
use crate::baseline::Begun;
use crate::connect::Connector;
use crate::core::{Expected, Loaded, Outcome, Write};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::sql::record::{Author, adopt};
use dsql_migrate_plan::Plan;
use dsql_migrate_plan::limits::LONE_RECORD_ROWS;

/// Positions of migrations in the plan, each with the time when it was applied as the server reads it.
pub(crate) type Adopted = Vec<(usize, Option<String>)>;

/// Records them under the lease, as many in a transaction as it takes, and tells which: what the ledger has by then is
/// left out.
pub(crate) async fn note_applied<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
    adopted: Adopted,
    begun: Begun,
) -> Result<Vec<usize>, Error> {
    let mut shell = Shell::new(source, options, plan);
    let mut noted = Vec::new();
    loop {
        let mut loaded = shell.contend().await?;
        let ended = shell.note(&mut loaded, &adopted, begun, &mut noted).await;
        shell.release(loaded.token, None).await;
        // Without an answer the lease went to somebody else meanwhile: once more.
        if ended? {
            return Ok(noted);
        }
    }
}

/// For each expectation, what the catalog shows instead; `None` where it holds. Never writes.
pub(crate) async fn look_at<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
    expected: &[Expected],
) -> Result<Vec<Option<String>>, Error> {
    let mut shell = Shell::new(source, options, plan);
    let mut found = Vec::new();
    for one in expected {
        found.push(shell.contradicts(one).await?);
    }
    Ok(found)
}

/// One query that no plan knows.
#[cfg(feature = "refinery")]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Query<'q> {
    /// Whatever happens on the way, it is asked again.
    Read(&'q str),
    /// Sent again only when it is surely not done.
    Change(&'q str),
}

/// Sends a query and takes its last answer.
#[cfg(feature = "refinery")]
pub(crate) async fn say<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    query: Query<'_>,
) -> Result<Result<Answer, crate::server_error::ServerError>, Error> {
    let plan = Plan { dialect: "".into(), migrations: Vec::new().into() };
    let mut shell = Shell::new(source, options, &plan);
    let answers = match query {
        Query::Read(sql) => shell.read(sql).await?,
        Query::Change(sql) => loop {
            match shell.line.exchange(sql, options.timings.statement).await? {
                Reply::Answers(answers) => break Ok(answers),
                Reply::Refused(error, _) => break Err(error),
                Reply::Again => {}
                Reply::InDoubt => {
                    return Err(Error::new(ErrorKind::ConnectionEnded, "the answer to a query was lost")
                        .now("nobody knows whether the query was done")
                        .remedy("look, and ask again"));
                }
            }
        },
    };
    Ok(answers.map(|answers| answers.into_iter().next_back().unwrap_or_default()))
}

impl<C: Connector> Shell<'_, C> {
    /// Makes what is missing of the bookkeeping tables, and waits until the lease is ours.
    async fn contend(&mut self) -> Result<Loaded, Error> {
        if let Outcome::Bookkeeping(missing) = self.inspect().await? {
            for one in missing {
                self.create(one).await?;
            }
        }
        loop {
            if let Outcome::Free(free) = self.read_lease().await? {
                match self.take_lease(&free).await? {
                    Outcome::Taken(loaded) => return Ok(loaded),
                    // If that has taken it, it is ours to take once more.
                    Outcome::InDoubt => continue,
                    _ => {}
                }
            }
            self.wait_for_lease().await?;
        }
    }

    /// `false` when the lease is lost on the way. What was `noted` before it was is not noted again.
    async fn note(
        &mut self,
        loaded: &mut Loaded,
        adopted: &Adopted,
        begun: Begun,
        noted: &mut Vec<usize>,
    ) -> Result<bool, Error> {
        loop {
            let open = |position: usize| !noted.contains(&position) && !self.has(loaded, position);
            let wanted: Adopted = adopted.iter().filter(|(position, _)| open(*position)).cloned().collect();
            if begun == Begun::Refuse {
                self.check_untouched(loaded, &wanted)?;
            }
            let Some(slice) = wanted.chunks(LONE_RECORD_ROWS / 4).next() else { return Ok(true) };
            let writes = self.of_the_past(loaded, slice);
            let length = self.lease_length();
            let author = Author { tables: &self.tables, holder: &self.holder, token: loaded.token, length };
            let message = adopt(author, self.plan, slice, &writes);
            let clock = LeaseClock::start(length);
            let positions = slice.iter().map(|(position, _)| *position);
            let mut in_doubt = false;
            match self.exchange(&message.sql).await? {
                Reply::Answers(_) => {
                    self.lease.renewed(clock);
                    noted.extend(positions.clone());
                }
                Reply::Refused(error, answered) if !error.is_changed_lease_row(answered == 0) => {
                    return Err(bookkeeping("what is applied cannot be recorded", error));
                }
                Reply::InDoubt => in_doubt = true,
                Reply::Refused(..) | Reply::Again => {}
            }
            match self.load(loaded.token).await? {
                Outcome::Loaded(Some(now)) => *loaded = now,
                _ => return Ok(false),
            }
            if in_doubt {
                noted.extend(positions.filter(|position| self.has(loaded, *position)).collect::<Vec<_>>());
            }
        }
    }

    /// What the journal has of these migrations is of the past now: it is swept as far as there is room, and else closed.
    fn of_the_past(&self, loaded: &Loaded, adopted: &[(usize, Option<String>)]) -> Vec<Write> {
        let mut room = LONE_RECORD_ROWS / 2;
        let mut writes = Vec::new();
        for (position, _) in adopted {
            let version = &*self.plan.migrations[*position].version;
            let rows = || loaded.journal.iter().filter(|row| row.version == version);
            let Some(last) = rows().map(|row| row.step).max() else { continue };
            let count = rows().count() + 1;
            writes.push(if count <= room {
                room -= count;
                Write::Sweep { version: version.to_owned(), from: 0, to: last + 1, last: true }
            } else {
                Write::Close(*position)
            });
        }
        writes
    }

    /// Whether the ledger has a migration as its file is now.
    fn has(&self, loaded: &Loaded, position: usize) -> bool {
        let migration = &self.plan.migrations[position];
        loaded.ledger.iter().any(|row| *row.version == *migration.version && row.checksum.is_some())
    }

    /// A migration that a run has begun is not one that somebody else has applied.
    fn check_untouched(&self, loaded: &Loaded, wanted: &Adopted) -> Result<(), Error> {
        let begun = wanted
            .iter()
            .map(|(position, _)| &self.plan.migrations[*position])
            .find(|migration| loaded.journal.iter().any(|row| *row.version == *migration.version));
        match begun {
            None => Ok(()),
            Some(migration) => Err(Error::new(
                ErrorKind::Bookkeeping,
                format!("a run has applied {} in part already", migration.file),
            )
            .now("nothing was recorded")
            .remedy("run the migrations, so that it is applied whole; or insist, if all of it is there")),
        }
    }
}
