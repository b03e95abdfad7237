//! An emulator that wants TLS and tokens, and connectors to it.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use dsql_local::{Cluster, Endpoint, Options as LocalOptions};
use dsql_migrate::{Connection, Connector, Dsql, DsqlBuilder};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();

/// Never to be seen again.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI-hunter2";

/// An empty emulator of the test's own.
pub(crate) async fn endpoint() -> Endpoint {
    endpoint_with(|options| options).await
}

/// The same with other options.
pub(crate) async fn endpoint_with(change: impl Fn(LocalOptions) -> LocalOptions) -> Endpoint {
    let base = || LocalOptions::new().insecure(false).job_time(Duration::from_millis(50));
    let cluster =
        CLUSTER.get_or_init(|| async { Cluster::start(base()).await.expect("an emulator starts") }).await;
    cluster.new_endpoint_with(change(base())).await.expect("an endpoint opens")
}

pub(crate) fn address(endpoint: &Endpoint) -> String {
    format!("{}:{}", endpoint.host(), endpoint.port())
}

/// With the emulator's authority and any keys.
pub(crate) fn builder(endpoint: &Endpoint) -> DsqlBuilder {
    Dsql::builder()
        .endpoint(address(endpoint))
        .ca_pem(endpoint.ca_pem().expect("an authority"))
        .static_credentials("AKIDEXAMPLE", SECRET, None)
}

pub(crate) fn dsql(endpoint: &Endpoint) -> Dsql {
    builder(endpoint).build().expect("the settings are right")
}

/// The first value of a query.
pub(crate) async fn value(connection: &Connection, sql: &str) -> String {
    connection.client().query_one(sql, &[]).await.expect("the query runs").get(0)
}

/// Statements, each by itself, as admin.
pub(crate) async fn run(endpoint: &Endpoint, statements: &[&str]) {
    let connection = dsql(endpoint).connect().await.expect("admin connects");
    for sql in statements {
        connection.client().batch_execute(sql).await.expect(sql);
    }
}

/// Credentials that are counted, each new: what a role gives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) given: Arc<AtomicUsize>,
    /// How long each lives; `None` is for ever.
    pub(crate) life: Option<Duration>,
    /// None at all.
    pub(crate) missing: bool,
}

impl Counted {
    pub(crate) fn count(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for Counted {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let number = self.given.fetch_add(1, Ordering::SeqCst);
        if self.missing {
            return future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("nothing here")));
        }
        let end = self.life.map(|life| std::time::SystemTime::now() + life);
        let credentials =
            Credentials::new(format!("AKID{number}"), SECRET, Some("SESSION".into()), end, "counted");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}
