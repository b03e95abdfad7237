//! A database for a test, and the questions that tests ask of it.

use dsql_local::{Cluster, Endpoint, Options as LocalOptions};
use dsql_migrate::{Migrations, Options};
use dsql_migrate_tests::relay::Relay;
use dsql_migrate_tests::sets;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// An emulated cluster of the test's own, behind a relay that counts.
pub(crate) struct Database {
    endpoint: Endpoint,
    pub(crate) relay: Relay,
}

/// An empty database.
pub(crate) async fn database() -> Database {
    database_with(|options| options).await
}

/// An empty database of an emulator with other options.
pub(crate) async fn database_with(change: impl Fn(LocalOptions) -> LocalOptions) -> Database {
    // RUST_LOG=dsql_migrate=debug shows what a failing test did.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_test_writer()
        .try_init();
    let base = LocalOptions::default().job_time(Duration::from_millis(50));
    let cluster = CLUSTER
        .get_or_init(|| async { Cluster::start(LocalOptions::default()).await.expect("an emulator starts") })
        .await;
    let endpoint = cluster.new_endpoint_with(change(base)).await.expect("an endpoint opens");
    let relay = Relay::start(endpoint.port()).await.expect("a relay starts");
    Database { endpoint, relay }
}

impl Database {
    /// Makes things go wrong at the emulator.
    pub(crate) fn control(&self) -> dsql_local::Control {
        self.endpoint.control()
    }

    /// What a service would connect with.
    pub(crate) fn config(&self) -> Config {
        self.config_of("admin")
    }

    /// The same past the relay.
    pub(crate) fn direct(&self) -> Config {
        self.endpoint.url().parse().expect("the emulator's URL is one")
    }

    /// The same for another role.
    pub(crate) fn config_of(&self, role: &str) -> Config {
        let config = self.direct();
        let mut through_relay = Config::new();
        through_relay
            .host("127.0.0.1")
            .port(self.relay.port())
            .user(role)
            .password(config.get_password().unwrap_or_default())
            .dbname("postgres")
            .ssl_mode(tokio_postgres::config::SslMode::Disable);
        through_relay
    }

    /// A connection past the relay, for the test's own questions.
    pub(crate) async fn client(&self) -> Client {
        let (client, connection) =
            self.direct().connect(NoTls).await.expect("the emulator takes a connection");
        tokio::spawn(connection);
        client
    }

    /// Runs statements one by one, each with as many tries as a stale catalog asks for.
    pub(crate) async fn run(&self, statements: &[&str]) {
        self.run_over(&self.client().await, statements).await;
    }

    /// The same over a connection of the test's.
    pub(crate) async fn run_over(&self, client: &Client, statements: &[&str]) {
        for sql in statements {
            while let Err(error) = client.simple_query(sql).await {
                let code = error.code().map(tokio_postgres::error::SqlState::code);
                assert_eq!(code, Some("40001"), "{sql}: {error:?}");
            }
        }
    }

    /// The rows of a query, columns joined by `|`, NULL as `-`.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        self.rows_over(&self.client().await, sql).await
    }

    /// The same over a connection of the test's.
    pub(crate) async fn rows_over(&self, client: &Client, sql: &str) -> Vec<String> {
        let mut tries = 0;
        let messages = loop {
            match client.simple_query(sql).await {
                Ok(messages) => break messages,
                Err(error) if tries < 20 && error.code().is_some_and(|code| code.code() == "40001") => {
                    tries += 1
                }
                Err(error) => panic!("{sql}: {error:?}"),
            }
        };
        messages
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => {
                    let values: Vec<&str> = (0..row.len()).map(|i| row.get(i).unwrap_or("-")).collect();
                    Some(values.join("|"))
                }
                _ => None,
            })
            .collect()
    }

    /// The versions in the ledger, in order.
    pub(crate) async fn ledger(&self) -> Vec<String> {
        self.rows("SELECT version FROM schema_migrations ORDER BY version").await
    }

    /// Nothing is left of a run but its result: an empty journal, a free lease.
    pub(crate) async fn assert_at_rest(&self) {
        self.assert_empty_journal().await;
        let lease = self
            .rows("SELECT id, holder FROM schema_migrations_lease WHERE id = 1 OR holder IS NOT NULL")
            .await;
        assert_eq!(lease, ["1|-"], "the lease is free");
    }

    /// No migration is under way.
    pub(crate) async fn assert_empty_journal(&self) {
        let journal = self.rows("SELECT version, step, state FROM schema_migrations_steps").await;
        assert_eq!(journal, Vec::<String>::new(), "the journal is empty");
    }
}

/// A set that the checker accepts.
pub(crate) fn set(files: &[(&str, &str)]) -> Migrations {
    sets::set(files).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// Short leases and polls, so that a test of a take-over does not take a minute.
pub(crate) fn quick() -> Options {
    Options::default()
        .lease(Duration::from_secs(1), Duration::from_millis(200))
        .job_silence(Duration::from_millis(500))
}

/// What a subscriber writes.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
