//! What is migrated in a trial, and how its end is told from another one.

use dsql_migrate::Migrations;
use dsql_migrate_tests::catalog;
use dsql_migrate_tests::generated::{Generated, HITS, generated};
use dsql_migrate_tests::sets;
use tokio_postgres::{Client, SimpleQueryMessage};

/// A set, chosen by the number of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// Steps of every kind, by hand.
    EveryKind,
    /// What this seed makes.
    Generated(u64),
}

/// A question and its answer, in order.
pub(crate) type State = Vec<(String, Vec<String>)>;

impl Subject {
    /// From the argument of a child.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "every-kind" => Ok(Self::EveryKind),
            seed => seed.parse().map(Self::Generated).map_err(|error| format!("{seed}: {error}")),
        }
    }

    pub(crate) fn argument(self) -> String {
        match self {
            Self::EveryKind => "every-kind".to_owned(),
            Self::Generated(seed) => seed.to_string(),
        }
    }

    pub(crate) fn migrations(self) -> Result<Migrations, String> {
        match self {
            Self::EveryKind => sets::every_kind(),
            Self::Generated(seed) => {
                let Generated { files, .. } = generated(seed);
                let files: Vec<(&str, &str)> = files.iter().map(|(name, sql)| (&**name, &**sql)).collect();
                sets::set(&files)
            }
        }
    }

    /// Makes what is somebody else's, and tells it by its numbers.
    pub(crate) async fn prepare(self, client: &Client) -> Result<State, String> {
        if let Self::Generated(seed) = self {
            for statement in generated(seed).look_alikes {
                run(client, &statement).await?;
            }
        }
        self.foreign(client).await
    }

    /// Everything that is somebody else's.
    pub(crate) async fn foreign(self, client: &Client) -> Result<State, String> {
        match self {
            Self::EveryKind => Ok(State::new()),
            Self::Generated(_) => {
                let mut queries = catalog::numbered("public");
                for table in rows(client, catalog::TABLES).await? {
                    queries.extend(table.starts_with("public.").then(|| catalog::rows_of(&table)));
                }
                ask(client, queries).await
            }
        }
    }

    /// The answers that tell the whole state. The first counts how often each row step has written.
    pub(crate) async fn state(self, client: &Client) -> Result<State, String> {
        let mut queries = Vec::new();
        match self {
            Self::EveryKind => queries.extend(sets::STATE.map(str::to_owned)),
            Self::Generated(_) => {
                queries.push(HITS.to_owned());
                queries.extend(catalog::STATE.iter().map(|query| (*query).to_owned()));
                // Rows that are closed wait for the next run that writes: a run that finds all applied writes nothing.
                queries.push(
                    "SELECT version, step, state FROM public.schema_migrations_steps s WHERE NOT EXISTS \
                     (SELECT 1 FROM public.schema_migrations_steps c WHERE c.version = s.version AND c.step = -1)"
                        .to_owned(),
                );
                let tables = rows(client, catalog::TABLES).await?;
                queries.extend(tables.iter().map(|table| catalog::rows_of(table)));
            }
        }
        ask(client, queries).await
    }
}

async fn ask(client: &Client, queries: Vec<String>) -> Result<State, String> {
    let mut state = State::new();
    for query in queries {
        let answer = rows(client, &query).await?;
        state.push((query, answer));
    }
    Ok(state)
}

/// The rows of a query, columns joined by `|`. A stale catalog is asked again; a missing table has no rows.
pub(crate) async fn rows(client: &Client, query: &str) -> Result<Vec<String>, String> {
    for _ in 0..50 {
        match client.simple_query(query).await {
            Ok(messages) => return Ok(messages.iter().filter_map(row).collect()),
            Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {}
            Err(error) => return Ok(vec![format!("{error:?}")]),
        }
    }
    Err(format!("conflicts without end: {query}"))
}

async fn run(client: &Client, statement: &str) -> Result<(), String> {
    for _ in 0..50 {
        match client.simple_query(statement).await {
            Ok(_) => return Ok(()),
            Err(error) if error.code().is_some_and(|code| code.code() == "40001") => {}
            Err(error) => return Err(format!("{statement}: {error:?}")),
        }
    }
    Err(format!("conflicts without end: {statement}"))
}

fn row(message: &SimpleQueryMessage) -> Option<String> {
    let SimpleQueryMessage::Row(row) = message else { return None };
    let values: Vec<&str> = (0..row.len()).map(|column| row.get(column).unwrap_or("-")).collect();
    Some(values.join("|"))
}
