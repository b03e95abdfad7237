//! Where the database is.

use crate::settings::variable;
use dsql_local::Cluster;
use dsql_migrate::{ConnectError, Connection, Connector, Database, Dsql};
use std::error::Error;
use tracing::info;

/// Any of the databases that the environment can name.
#[derive(Clone)]
pub(crate) enum Source {
    Url(Box<Database>),
    Cluster(Dsql),
}

impl Source {
    /// As `DSQL_ENDPOINT`, `DSQL_CLUSTER_ID` or `DATABASE_URL` says, or an emulator, which lives as long as it is held.
    pub(crate) async fn from_env() -> Result<(Self, Option<Cluster>), Box<dyn Error>> {
        if ["DSQL_ENDPOINT", "DSQL_CLUSTER_ID"].into_iter().any(|name| variable(name).is_some()) {
            return Ok((Self::Cluster(Dsql::from_env()?), None));
        }
        if let Some(url) = variable("DATABASE_URL") {
            return Ok((Self::Url(Box::new(Database::from_url(&url)?)), None));
        }
        info!(target: "service", "no DSQL_ENDPOINT, DSQL_CLUSTER_ID or DATABASE_URL: starting a local emulator (not Amazon Aurora DSQL)");
        let emulator = Cluster::start(dsql_local::Options::default()).await?;
        let url = emulator.url();
        info!(target: "service", "local emulator: DATABASE_URL='{url}'");
        Ok((Self::Url(Box::new(Database::from_url(&url)?)), Some(emulator)))
    }
}

impl Connector for Source {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        match self {
            Self::Url(database) => database.connect().await,
            Self::Cluster(cluster) => cluster.connect().await,
        }
    }
}
