//! Where the database is: the flags that every command with a database takes.

use std::io;
use std::path::PathBuf;

use dsql_migrate::{ConnectError, Connection, Connector, Database};
#[cfg(feature = "iam")]
use dsql_migrate::{Dsql, DsqlBuilder};

/// The database: a URL, or the endpoint of a cluster.
#[derive(clap::Args)]
pub(crate) struct Place {
    /// postgres://user:password@host:port/postgres; remote hosts are verified in full unless it says sslmode=disable
    /// [env: DATABASE_URL]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The cluster's endpoint, CLUSTER.dsql.REGION.on.aws, to connect with IAM tokens [env: DSQL_ENDPOINT]
    #[cfg(feature = "iam")]
    #[arg(long, value_name = "HOST[:PORT]", conflicts_with = "url")]
    endpoint: Option<String>,
    /// The region to sign tokens for, where the endpoint does not tell it [env: DSQL_REGION, AWS_REGION]
    #[cfg(feature = "iam")]
    #[arg(long, conflicts_with = "url")]
    region: Option<String>,
    /// The database role [env: DSQL_USER] [default: admin]
    #[cfg(feature = "iam")]
    #[arg(long, value_name = "ROLE", conflicts_with = "url")]
    user: Option<String>,
    /// A PEM file of authorities to trust as well, such as the emulator's [env: DSQL_CA, for an endpoint]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// A database to connect to.
#[derive(Debug)]
pub(crate) enum Way {
    Url(Box<Database>),
    #[cfg(feature = "iam")]
    Endpoint(Dsql),
}

impl Connector for Way {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        match self {
            Self::Url(database) => database.connect().await,
            #[cfg(feature = "iam")]
            Self::Endpoint(dsql) => dsql.connect().await,
        }
    }
}

impl Place {
    /// The way there, which nothing has been sent on yet. What flags say goes before the environment.
    pub(crate) fn way(&self) -> io::Result<Way> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        #[cfg(feature = "iam")]
        {
            if self.endpoint.is_some() || self.region.is_some() || self.user.is_some() {
                return self.endpoint();
            }
            let endpoint = variable("DSQL_ENDPOINT").or_else(|| variable("DSQL_CLUSTER_ID")).is_some();
            match (&self.url, variable("DATABASE_URL"), endpoint) {
                (None, Some(_), true) => {
                    return Err(wrong(
                        "both DATABASE_URL and DSQL_ENDPOINT are set: say which by --url or --endpoint",
                    ));
                }
                (None, None, true) => return self.endpoint(),
                _ => {}
            }
        }
        match self.url.clone().or_else(|| variable("DATABASE_URL")) {
            Some(url) => self.url(&url),
            None => Err(wrong(NOWHERE)),
        }
    }

    fn url(&self, url: &str) -> io::Result<Way> {
        let database = Database::from_url(url).map_err(|error| wrong(format!("--url: {error}")))?;
        let database = match &self.ca {
            Some(path) => database.ca_file(path).map_err(|error| wrong(format!("--ca: {error}")))?,
            None => database,
        };
        Ok(Way::Url(Box::new(database)))
    }

    #[cfg(feature = "iam")]
    fn endpoint(&self) -> io::Result<Way> {
        type Setter<T> = fn(DsqlBuilder, T) -> DsqlBuilder;
        fn set<T: Clone>(builder: DsqlBuilder, value: Option<&T>, setter: Setter<T>) -> DsqlBuilder {
            value.cloned().into_iter().fold(builder, setter)
        }
        let builder = set(Dsql::builder(), self.endpoint.as_ref(), DsqlBuilder::endpoint);
        let builder = set(builder, self.region.as_ref(), DsqlBuilder::region);
        let builder = set(builder, self.user.as_ref(), DsqlBuilder::user);
        let builder = set(builder, self.ca.as_ref(), DsqlBuilder::ca_file);
        builder.or_env().build().map(Way::Endpoint).map_err(wrong)
    }
}

#[cfg(feature = "iam")]
const NOWHERE: &str =
    "no database is given: --endpoint or DSQL_ENDPOINT for a cluster, --url or DATABASE_URL for a URL";
#[cfg(not(feature = "iam"))]
const NOWHERE: &str = "no database is given: --url or DATABASE_URL";

fn wrong(what: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what.to_string())
}
