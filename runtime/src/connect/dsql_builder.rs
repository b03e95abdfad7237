//! What can be said of a cluster before it is connected to.

use super::database::Secure;
use super::dsql::{ADMIN, Dsql, Inner};
use super::endpoint::Endpoint;
use super::tls::{Roots, Trust};
use super::token::{Claim, Tokens};
use super::{ConnectError, ConnectErrorKind};
use crate::sql::quote;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, SslNegotiation};

/// The longest that a token may be made for.
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// Makes a [`Dsql`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct DsqlBuilder {
    endpoint: Option<String>,
    cluster: Option<String>,
    region: Option<String>,
    /// Where neither is the region said nor does the endpoint tell.
    fallback_region: Option<String>,
    port: Option<u16>,
    address: Option<IpAddr>,
    user: Option<String>,
    database: Option<String>,
    application_name: Option<String>,
    search_path: Vec<String>,
    token_life: Option<Duration>,
    connect_timeout: Option<Duration>,
    keepalive: Option<Duration>,
    roots: Roots,
    authorities: Vec<Authority>,
    direct: bool,
    credentials: Option<SharedCredentialsProvider>,
}

#[derive(Debug, Clone)]
enum Authority {
    File(PathBuf),
    Pem(Vec<u8>),
}

impl DsqlBuilder {
    /// The cluster's endpoint, `CLUSTER.dsql.REGION.on.aws` or its PrivateLink form, with `:PORT` if it is not 5432.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// The cluster's identifier instead of its endpoint; the region has to be said too.
    pub fn cluster(mut self, identifier: impl Into<String>) -> Self {
        self.cluster = Some(identifier.into());
        self
    }

    /// The region to sign for. Unless set: what the endpoint says; else, where the credentials come from the default
    /// chain, what the environment or the profile says.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The port: 5432 unless set here or in the endpoint.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Connects to this address under the endpoint's name, as through a tunnel. Unless set, DNS tells it.
    pub fn host_address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// The database role: `admin` unless set.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The database: `postgres` unless set, and DSQL has no other.
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// What `pg_stat_activity` and logs call the connections: `dsql-migrate` unless set.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = Some(name.into());
        self
    }

    /// The schemas to look for names in, in order, as they are written in the catalog. The server's own unless set.
    pub fn search_path<S: Into<String>>(mut self, schemas: impl IntoIterator<Item = S>) -> Self {
        self.search_path = schemas.into_iter().map(Into::into).collect();
        self
    }

    /// How long a token lets a connection begin: 15 minutes unless set, from a second to a week. An open
    /// connection outlives it.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.token_life = Some(life);
        self
    }

    /// How long it may take to get credentials, and again to connect: 10 s each unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// After how long a silence TCP asks whether the other side is there: 30 s unless set.
    pub fn keepalive(mut self, idle: Duration) -> Self {
        self.keepalive = Some(idle);
        self
    }

    /// The authorities to verify the server's certificate with: [`Roots::Bundled`] unless set.
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = roots;
        self
    }

    /// Trusts the authorities of a PEM file too, as for the emulator.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.authorities.push(Authority::File(path.into()));
        self
    }

    /// The same with the text of such a file.
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(Authority::Pem(pem.into()));
        self
    }

    /// Speaks TLS from the first byte (`sslnegotiation=direct`), which saves a round trip. DSQL and the emulator
    /// know it; what stands between may not. Not unless asked for.
    pub fn direct_tls(mut self, direct: bool) -> Self {
        self.direct = direct;
        self
    }

    /// Signs with these credentials instead of those of the default chain.
    pub fn credentials(mut self, provider: impl ProvideCredentials + 'static) -> Self {
        self.credentials = Some(SharedCredentialsProvider::new(provider));
        self
    }

    /// Signs with these keys. For the emulator any will do.
    pub fn static_credentials(
        self,
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: Option<String>,
    ) -> Self {
        self.credentials(Credentials::new(access_key_id, secret_access_key, session_token, None, "given"))
    }

    /// Takes from the environment what has not been set yet: `DSQL_ENDPOINT`, or `DSQL_CLUSTER_ID` with a region;
    /// `DSQL_REGION`; `DSQL_USER`; `DSQL_DATABASE`; `DSQL_SEARCH_PATH` (schemas, divided by commas);
    /// `DSQL_APPLICATION_NAME`; `DSQL_CA` (a PEM file of authorities to trust too). `AWS_REGION` and
    /// `AWS_DEFAULT_REGION` count where the endpoint does not tell its region. Empty ones count as not set.
    pub fn or_env(self) -> Self {
        self.or(|name| std::env::var(name).ok())
    }

    fn or(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(name).filter(|value| !value.is_empty());
        if self.endpoint.is_none() && self.cluster.is_none() {
            self.endpoint = get("DSQL_ENDPOINT");
            if self.endpoint.is_none() {
                self.cluster = get("DSQL_CLUSTER_ID");
            }
        }
        self.region = self.region.or_else(|| get("DSQL_REGION"));
        self.fallback_region = get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION"));
        self.user = self.user.or_else(|| get("DSQL_USER"));
        self.database = self.database.or_else(|| get("DSQL_DATABASE"));
        self.application_name = self.application_name.or_else(|| get("DSQL_APPLICATION_NAME"));
        if self.search_path.is_empty() {
            let path = get("DSQL_SEARCH_PATH").unwrap_or_default();
            self.search_path =
                path.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
        }
        if self.authorities.is_empty() {
            self.authorities.extend(get("DSQL_CA").map(|path| Authority::File(path.into())));
        }
        self
    }

    /// Checks what was set. Nothing is sent yet, and no credentials are looked for.
    ///
    /// # Errors
    /// When there is no endpoint, or a setting cannot be used.
    pub fn build(self) -> Result<Dsql, ConnectError> {
        let wrong = |what: &str| ConnectError::new(ConnectErrorKind::Settings, what);
        let said = self.region.as_ref().or(self.fallback_region.as_ref());
        let endpoint = match (&self.endpoint, &self.cluster, said) {
            (Some(endpoint), None, _) => Endpoint::parse(endpoint)?,
            (None, Some(cluster), Some(region)) => Endpoint::of_cluster(cluster, region)?,
            (None, Some(_), None) => {
                return Err(wrong("a cluster's identifier alone does not tell its region")
                    .remedy("set DSQL_REGION or AWS_REGION, or the endpoint instead"));
            }
            (Some(_), Some(_), _) => {
                return Err(wrong("an endpoint and a cluster's identifier are given: one will do"));
            }
            (None, None, _) => {
                return Err(wrong("no endpoint is given")
                    .remedy("set DSQL_ENDPOINT to the cluster's endpoint, CLUSTER.dsql.REGION.on.aws"));
            }
        };
        let life = self.token_life.unwrap_or(Duration::from_secs(900));
        if life < Duration::from_secs(1) || life > WEEK {
            return Err(wrong("a token lives from one second to one week"));
        }
        let mut trust = Trust::new(self.roots);
        for authority in &self.authorities {
            match authority {
                Authority::File(path) => trust.add_file(path)?,
                Authority::Pem(pem) => trust.add_pem(pem, "the authority given")?,
            }
        }
        let limit = self.connect_timeout.unwrap_or(Duration::from_secs(10));
        let user = self.user.unwrap_or_else(|| ADMIN.to_owned());
        let mut config = Config::new();
        config
            .host(&endpoint.host)
            .port(self.port.or(endpoint.port).unwrap_or(5432))
            .user(&user)
            .dbname(self.database.as_deref().unwrap_or("postgres"))
            .application_name(self.application_name.as_deref().unwrap_or("dsql-migrate"))
            .ssl_mode(SslMode::Require)
            .connect_timeout(limit)
            .keepalives_idle(self.keepalive.unwrap_or(Duration::from_secs(30)))
            .keepalives_interval(Duration::from_secs(10))
            .keepalives_retries(3);
        if let Some(address) = self.address {
            config.hostaddr(address);
        }
        if self.direct {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        if !self.search_path.is_empty() {
            config.options(search_path_option(&self.search_path));
        }
        let secure = Secure::new(trust, &config)?;
        let region = self.region.or_else(|| endpoint.region().map(str::to_owned)).or(self.fallback_region);
        let claim = Claim {
            host: endpoint.host.clone(),
            admin: user == ADMIN,
            region: region.clone(),
            local: endpoint.is_local(),
            life,
        };
        let tokens = Tokens::new(claim, self.credentials);
        Ok(Dsql(Arc::new(Inner { endpoint, config, secure, tokens, limit, region })))
    }
}

/// As the `options` of a connection: there a backslash keeps a space from dividing.
fn search_path_option(schemas: &[String]) -> String {
    let path = schemas.iter().map(|schema| quote::identifier(schema)).collect::<Vec<_>>().join(",");
    let escaped: String = path
        .chars()
        .flat_map(|c| (c == '\\' || c.is_whitespace()).then_some('\\').into_iter().chain([c]))
        .collect();
    format!("-c search_path={escaped}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINT: &str = "abc.dsql.eu-west-1.on.aws";

    fn of(variables: &[(&str, &str)]) -> Result<Dsql, ConnectError> {
        let find =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Dsql::builder().or(find).build()
    }

    #[test]
    fn the_environment_says_where_and_who() {
        let dsql = of(&[
            ("DSQL_ENDPOINT", "abc.dsql.eu-west-1.on.aws:6000"),
            ("DSQL_USER", "app"),
            ("DSQL_SEARCH_PATH", "app, public"),
            ("DSQL_APPLICATION_NAME", "shop"),
            ("AWS_REGION", "us-east-1"),
        ])
        .unwrap();
        assert_eq!((dsql.host(), dsql.config().get_ports()), (ENDPOINT, &[6000][..]));
        assert_eq!((dsql.config().get_user(), dsql.config().get_dbname()), (Some("app"), Some("postgres")));
        assert_eq!(dsql.config().get_options(), Some("-c search_path=\"app\",\"public\""));
        assert_eq!(dsql.config().get_application_name(), Some("shop"));
        assert_eq!(dsql.config().get_ssl_mode(), SslMode::Require);
        // The endpoint knows better than the machine.
        assert_eq!(dsql.0.region.as_deref(), Some("eu-west-1"));
    }

    #[test]
    fn the_region_is_what_was_said_then_what_the_endpoint_says_then_the_machines() {
        for (variables, region) in [
            (
                &[("DSQL_ENDPOINT", ENDPOINT), ("DSQL_REGION", "us-west-2"), ("AWS_REGION", "a")][..],
                Some("us-west-2"),
            ),
            (&[("DSQL_ENDPOINT", "db.internal"), ("AWS_REGION", "us-west-2")], Some("us-west-2")),
            (&[("DSQL_ENDPOINT", "db.internal"), ("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "b")], Some("b")),
            (&[("DSQL_CLUSTER_ID", "abc"), ("AWS_REGION", "us-west-2")], Some("us-west-2")),
            (&[("DSQL_ENDPOINT", "db.internal")], None),
        ] {
            assert_eq!(of(variables).unwrap().0.region.as_deref(), region, "{variables:?}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (variables, part) in [
            (&[][..], "DSQL_ENDPOINT"),
            (&[("DSQL_ENDPOINT", "")], "DSQL_ENDPOINT"),
            (&[("DSQL_CLUSTER_ID", "abc")], "DSQL_REGION"),
            (&[("DSQL_ENDPOINT", ENDPOINT), ("DSQL_CA", "/no/such.pem")], "/no/such.pem"),
            (&[("DSQL_ENDPOINT", "a b")], "host name"),
        ] {
            let error = of(variables).unwrap_err();
            assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Settings, false));
            assert!(error.to_string().contains(part), "{variables:?}: {error}");
        }
        let both = Dsql::builder().endpoint(ENDPOINT).cluster("abc").region("us-east-1").build();
        assert!(both.unwrap_err().to_string().contains("one will do"));
        let brief = Dsql::builder().endpoint(ENDPOINT).token_life(Duration::ZERO).build();
        assert!(brief.unwrap_err().to_string().contains("one second"));
        let empty = Dsql::builder().endpoint(ENDPOINT).ca_pem("no certificate").build();
        assert!(empty.unwrap_err().to_string().contains("no certificate in"));
    }

    #[test]
    fn a_schema_of_any_name_is_one_word_of_the_options() {
        let path = ["it\"s a".to_owned(), "b\\c".to_owned()];
        assert_eq!(search_path_option(&path), "-c search_path=\"it\"\"s\\ a\",\"b\\\\c\"");
    }
}
