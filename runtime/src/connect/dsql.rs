//! A cluster by its endpoint, with a token for each connection.

use super::database::{Secure, place};
use super::dsql_builder::DsqlBuilder;
use super::endpoint::Endpoint;
use super::token::{Token, Tokens};
use super::{ConnectError, ConnectErrorKind, Connection, Connector};
use crate::sql::quote;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Config;

pub(super) const ADMIN: &str = "admin";

/// An Amazon Aurora DSQL cluster: TLS that is verified in full, and for each connection a token of its own, signed
/// with the AWS credentials of this process.
///
/// ```no_run
/// # async fn boot(migrations: dsql_migrate::Migrations) -> Result<(), Box<dyn std::error::Error>> {
/// use dsql_migrate::Dsql;
/// migrations.run(&Dsql::from_env()?).await?;
/// # Ok(()) }
/// ```
///
/// Credentials come from AWS's default chain (environment, profile, SSO, web identity, ECS, EKS, Lambda, EC2)
/// unless the builder is given others. They are looked for at the first connection and kept while they are good
/// for another five minutes. `admin` gets a token for `dsql:DbConnectAdmin`, every other role one for `dsql:DbConnect`.
#[derive(Clone)]
pub struct Dsql(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) endpoint: Endpoint,
    pub(super) config: Config,
    pub(super) secure: Secure,
    pub(super) tokens: Tokens,
    pub(super) limit: Duration,
    pub(super) region: Option<String>,
}

impl Dsql {
    /// Nothing set yet.
    pub fn builder() -> DsqlBuilder {
        DsqlBuilder::default()
    }

    /// From the environment alone; [`DsqlBuilder::or_env`] has the variables. Reads no file but `DSQL_CA` and sends
    /// nothing: credentials are looked for at the first connection.
    ///
    /// # Errors
    /// When `DSQL_ENDPOINT` is not set, or something cannot be used.
    pub fn from_env() -> Result<Self, ConnectError> {
        Self::builder().or_env().build()
    }

    /// What to connect with, but for the password: for other drivers and pools.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The endpoint's host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0.endpoint.host
    }

    /// A fresh token, which is the password of a connection that begins soon: for other drivers and pools.
    ///
    /// # Errors
    /// When there are no credentials, or nothing tells the region.
    pub async fn token(&self) -> Result<Token, ConnectError> {
        match tokio::time::timeout(self.0.limit, self.0.tokens.make()).await {
            Ok(token) => token,
            Err(_) => Err(ConnectError::new(
                ConnectErrorKind::Credentials,
                format!("no AWS credentials within {:?}", self.0.limit),
            )
            .retried(true)),
        }
    }

    /// What the caller can do about it, which the driver cannot know.
    fn explained(&self, error: ConnectError) -> ConnectError {
        let Inner { endpoint, config, region, .. } = &*self.0;
        let user = config.get_user().unwrap_or_default();
        let error = error.at(&place(config));
        match error.kind() {
            ConnectErrorKind::Denied => {
                let signed = region.as_deref().unwrap_or("the profile's region");
                match endpoint.region().filter(|named| region.as_deref() != Some(named)) {
                    Some(named) => error.remedy(format!(
                        "the token is signed for {signed} and the endpoint is in {named}: correct DSQL_REGION or leave it out"
                    )),
                    None if user == ADMIN => error.remedy(format!(
                        "allow this identity dsql:DbConnectAdmin on the cluster, or connect as a role of its own \
                         (the token is signed for {signed})"
                    )),
                    None => error.remedy(format!(
                        "as admin, make the role {user} with LOGIN and map it: AWS IAM GRANT {} TO 'arn:aws:iam::…'; and \
                         allow this identity dsql:DbConnect on the cluster (the token is signed for {signed})",
                        quote::identifier(user)
                    )),
                }
            }
            ConnectErrorKind::Expired => {
                error.remedy("check this machine's clock, by which tokens are dated")
            }
            ConnectErrorKind::Network => error.remedy(
                "check the endpoint's name and that its port can be reached from here: security groups, VPC \
                 endpoint, IPv6",
            ),
            _ => error,
        }
    }
}

impl Connector for Dsql {
    async fn connect(&self) -> Result<Connection, ConnectError> {
        let token = self.token().await?;
        let mut config = self.0.config.clone();
        config.password(token.as_str());
        match tokio::time::timeout(self.0.limit, self.0.secure.connect(&config)).await {
            Ok(connected) => connected.map_err(|error| self.explained(error.into())),
            Err(_) => {
                let what = format!("no connection within {:?}", self.0.limit);
                Err(self.explained(ConnectError::new(ConnectErrorKind::Network, what).retried(true)))
            }
        }
    }
}

impl fmt::Debug for Dsql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dsql")
            .field("at", &place(&self.0.config))
            .field("user", &self.0.config.get_user())
            .field("region", &self.0.region)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_explained_by_what_is_likely() {
        let denied = || ConnectError::new(ConnectErrorKind::Denied, "access denied");
        let of = |builder: DsqlBuilder| builder.build().unwrap().explained(denied()).to_string();
        let base = || Dsql::builder().endpoint("abc.dsql.eu-west-1.on.aws");
        assert!(of(base()).contains("dsql:DbConnectAdmin"));
        assert!(of(base().user("app")).contains("AWS IAM GRANT \"app\" TO"));
        let text = of(base().region("us-east-1"));
        assert!(text.contains("signed for us-east-1 and the endpoint is in eu-west-1"), "{text}");
        assert!(text.starts_with("abc.dsql.eu-west-1.on.aws:5432: access denied"), "{text}");
    }
}
