//! Tokens: requests to connect, signed with AWS credentials, which DSQL takes for passwords.

use super::{ConnectError, ConnectErrorKind};
use crate::retry::with_causes;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_dsql::auth_token::{AuthTokenGenerator, Config};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::result::ConnectorError;
use std::fmt;
use std::time::{Duration, SystemTime};
use tokio::sync::{Mutex, OnceCell};

/// Credentials are asked for anew when they have less than this to live, as the SDK's own clients do.
const SPARE: Duration = Duration::from_secs(5 * 60);
/// For an emulator on this machine, which belongs to no region.
const NOWHERE: &str = "us-east-1";

/// A password for one role at one endpoint, for a short time. `Debug` does not show it.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The text to send as a password.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What tokens are for.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) host: String,
    pub(super) admin: bool,
    /// `None`: whatever the profile says.
    pub(super) region: Option<String>,
    pub(super) local: bool,
    pub(super) life: Duration,
}

/// Where credentials come from.
struct Source {
    provider: SharedCredentialsProvider,
    region: Option<Region>,
}

/// Makes tokens.
pub(super) struct Tokens {
    claim: Claim,
    /// The caller's own, or else AWS's default chain, loaded when it is needed first.
    given: Option<SharedCredentialsProvider>,
    source: OnceCell<Source>,
    /// What the source gave last, while it may be used.
    credentials: Mutex<Option<Credentials>>,
}

fn no_credentials(what: String) -> ConnectError {
    ConnectError::new(ConnectErrorKind::Credentials, what)
}

impl Tokens {
    pub(super) fn new(claim: Claim, given: Option<SharedCredentialsProvider>) -> Self {
        Self { claim, given, source: OnceCell::new(), credentials: Mutex::new(None) }
    }

    /// A fresh token.
    pub(super) async fn make(&self) -> Result<Token, ConnectError> {
        let source = self.source.get_or_init(|| self.load()).await;
        let region = match (&self.claim.region, &source.region) {
            (Some(region), _) => Region::new(region.clone()),
            (None, _) if self.claim.local => Region::from_static(NOWHERE),
            (None, Some(region)) => region.clone(),
            (None, None) => {
                return Err(ConnectError::new(
                    ConnectErrorKind::Settings,
                    format!("{} does not tell its region", self.claim.host),
                )
                .remedy(
                    "set DSQL_REGION or AWS_REGION, or check that it is the endpoint of a DSQL cluster",
                ));
            }
        };
        let credentials = self.credentials(source).await?;
        let config = Config::builder()
            .hostname(&self.claim.host)
            .region(region)
            .expires_in(self.claim.life.as_secs())
            .credentials(credentials)
            .build()
            .map_err(|error| no_credentials(format!("no token: {}", with_causes(&*error))))?;
        let clock = SdkConfig::builder().time_source(SystemTimeSource::new()).build();
        let generator = AuthTokenGenerator::new(config);
        let made = if self.claim.admin {
            generator.db_connect_admin_auth_token(&clock).await
        } else {
            generator.db_connect_auth_token(&clock).await
        };
        made.map(|token| Token(token.to_string()))
            .map_err(|error| no_credentials(format!("no token: {}", with_causes(&*error))))
    }

    async fn load(&self) -> Source {
        if let Some(provider) = &self.given {
            return Source { provider: provider.clone(), region: None };
        }
        let client = Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(client);
        if let Some(region) = &self.claim.region {
            // Said beforehand, it is not looked for, which off AWS takes seconds.
            loader = loader.region(Region::new(region.clone()));
        } else if self.claim.local {
            loader = loader.region(Region::from_static(NOWHERE));
        }
        let config = loader.load().await;
        let provider =
            config.credentials_provider().unwrap_or_else(|| SharedCredentialsProvider::new(Nobody));
        Source { provider, region: config.region().cloned() }
    }

    /// The chain asks anew each time, mostly over the network: what it gave is kept while it is good for a
    /// while. What has no end (keys in the environment or a file) costs nothing to ask for.
    async fn credentials(&self, source: &Source) -> Result<Credentials, ConnectError> {
        let mut kept = self.credentials.lock().await;
        if let Some(credentials) = &*kept
            && credentials.expiry().is_some_and(|end| end > SystemTime::now() + SPARE)
        {
            return Ok(credentials.clone());
        }
        let fresh = source.provider.provide_credentials().await.map_err(|error| refused(&error))?;
        *kept = Some(fresh.clone());
        Ok(fresh)
    }
}

/// Stands where a configuration has no provider at all.
#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let nothing = CredentialsError::not_loaded("there is no provider of credentials");
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(nothing))
    }
}

fn refused(error: &CredentialsError) -> ConnectError {
    let what = format!("no AWS credentials: {}", with_causes(error));
    match error {
        CredentialsError::CredentialsNotLoaded(_) => no_credentials(what).remedy(
            "give this process an identity: a role (ECS, EKS, EC2, Lambda), AWS_PROFILE after `aws sso login`, or \
             AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        ),
        CredentialsError::ProviderTimedOut(_) => no_credentials(what).retried(true),
        error => no_credentials(what)
            .retried(is_of_the_network(error))
            .remedy("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (for dsql-local any value) or AWS_PROFILE; an SSO session that has ended needs `aws sso login` again"),
    }
}

fn is_of_the_network(error: &CredentialsError) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(current) = cause {
        if current.downcast_ref::<ConnectorError>().is_some_and(|error| error.is_io() || error.is_timeout()) {
            return true;
        }
        cause = current.source();
    }
    false
}
