//! Notes migrations as applied that somebody else has applied, and looks what the catalog shows of them.

use super::clock::LeaseClock;
use super::explain::bookkeeping;
use super::perform::Shell;
use super::send::Sent;
#[cfg(feature = "refinery")]
use super::session::Answer;
use super::source::Source;
use crate::connect::Connector;
use crate::core::{Claim, Held, Loaded, Outcome, Verdict};
use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::sql::catalog::{self, Made};
use crate::sql::proof;
use crate::sql::record::{Author, adopt};
use dsql_migrate_plan::Plan;

/// Positions of migrations in the plan, each with the time when it was applied as the server reads it.
pub(crate) type Adopted = Vec<(usize, Option<String>)>;

/// Records them in one transaction under the lease, and tells which: what the ledger has by then is left out.
pub(crate) async fn note_applied<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
    adopted: Adopted,
    although_begun: bool,
) -> Result<Vec<usize>, Error> {
    let mut shell = Shell::new(source, options, plan);
    loop {
        let mut held = shell.contend().await?;
        let noted = shell.note(&mut held, &adopted, although_begun).await;
        shell.release(held).await;
        // Without an answer the lease went to somebody else meanwhile: once more.
        if let Some(noted) = noted? {
            return Ok(noted);
        }
    }
}

/// For each claim, what the catalog shows instead; `None` where it holds. Never writes.
pub(crate) async fn look_at<C: Connector>(
    source: Source<'_, C>,
    options: &Options,
    plan: &Plan,
    claims: &[Claim],
) -> Result<Vec<Option<String>>, Error> {
    let mut shell = Shell::new(source, options, plan);
    let mut found = Vec::new();
    for claim in claims {
        found.push(shell.contradicts(claim).await?);
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
) -> Result<Result<Answer, crate::server::ServerError>, Error> {
    let plan = Plan { dialect: "".into(), migrations: Vec::new().into() };
    let mut shell = Shell::new(source, options, &plan);
    let answers = match query {
        Query::Read(sql) => shell.read(sql).await?,
        Query::Change(sql) => match shell.send(sql, options.timings.statement, None).await? {
            Sent::Answers(answers) => Ok(answers),
            Sent::Refused(error, _) => Err(error),
            Sent::Doubt => {
                return Err(Error::new(ErrorKind::ConnectionEnded, "the answer to a query was lost")
                    .now("nobody knows whether the query was done")
                    .remedy("look, and ask again"));
            }
        },
    };
    Ok(answers.map(|answers| answers.into_iter().next_back().unwrap_or_default()))
}

impl<C: Connector> Shell<'_, C> {
    /// Makes what is missing of the bookkeeping tables, and waits until the lease is ours.
    async fn contend(&mut self) -> Result<Held, Error> {
        if let Outcome::Bookkeeping(missing) = self.inspect().await? {
            for one in missing {
                self.create(one).await?;
            }
        }
        loop {
            match self.take_lease().await? {
                Outcome::Taken(held) => return Ok(held),
                Outcome::Busy(_) => {
                    self.wait_for_lease().await?;
                }
                _ => {}
            }
        }
    }

    async fn note(
        &mut self,
        held: &mut Held,
        adopted: &Adopted,
        although_begun: bool,
    ) -> Result<Option<Vec<usize>>, Error> {
        loop {
            let Outcome::Loaded(Some(loaded)) = self.load(*held).await? else { return Ok(None) };
            *held = loaded.held;
            let wanted: Adopted =
                adopted.iter().filter(|(position, _)| !self.has(&loaded, *position)).cloned().collect();
            if !although_begun {
                self.check_untouched(&loaded, &wanted)?;
            }
            let positions = wanted.iter().map(|(position, _)| *position).collect();
            if wanted.is_empty() {
                return Ok(Some(positions));
            }
            let length = self.lease_length();
            let author = Author { tables: &self.tables, holder: &self.holder, held: *held, length };
            let sql = adopt(author, self.plan, &wanted);
            let clock = LeaseClock::start(length);
            match self.send(&sql, self.options.timings.answer, None).await? {
                Sent::Answers(_) => {
                    self.keeper.renewed(clock);
                    held.seq += 1;
                    return Ok(Some(positions));
                }
                Sent::Refused(error, _) if error.is_changed_lease_row() => {}
                Sent::Refused(error, _) => {
                    return Err(bookkeeping("what is applied cannot be recorded", error));
                }
                Sent::Doubt => {}
            }
        }
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

    async fn contradicts(&mut self, claim: &Claim) -> Result<Option<String>, Error> {
        let verdict = match claim {
            Claim::Fact(fact) => {
                let facts = std::slice::from_ref(fact);
                self.ask_facts(facts, None).await?.map(|answers| proof::judge(facts, &answers))
            }
            Claim::Made(job) => self.ask(&catalog::object(job), None).await?.map(|rows| {
                let made = rows.first().and_then(|row| Made::read(row));
                catalog::judge(job, made.as_ref(), &[], None)
            }),
        };
        let verdict = match verdict {
            Ok(verdict) => verdict,
            // Whoever knows better can insist, which an error would not let them.
            Err(error) => return Ok(Some(format!("the catalog does not answer whether {claim}: {error}"))),
        };
        Ok(match verdict {
            Verdict::Happened { .. } => None,
            Verdict::Absent => Some(match claim {
                Claim::Fact(fact) => format!("the catalog does not show that {fact}"),
                Claim::Made(_) => "the catalog does not show it".to_owned(),
            }),
            Verdict::Building(_) | Verdict::Broken(_) => {
                Some("it is there and not valid, or not yet".to_owned())
            }
            Verdict::Different { expected, found } => Some(format!("expected {expected}, found {found}")),
        })
    }
}
