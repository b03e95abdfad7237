//! What refinery would apply: asked of refinery itself.

use std::convert::Infallible;

use async_trait::async_trait;
use refinery_core::traits::r#async::{AsyncMigrate, AsyncQuery, AsyncTransaction};
use refinery_core::{Error, Migration, Target};

/// What the runner was told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policies {
    pub(super) abort_divergent: bool,
    pub(super) abort_missing: bool,
    pub(super) target: Target,
}

/// Stands where refinery has a connection: it knows what is applied, and does nothing of what it is told to do. So
/// refinery's own rules, and its own errors, decide what is to be applied and in which order.
struct Onlooker {
    applied: Vec<Migration>,
}

#[async_trait]
impl AsyncTransaction for Onlooker {
    type Error = Infallible;

    async fn execute<'a, T: Iterator<Item = &'a str> + Send>(
        &mut self,
        queries: T,
    ) -> Result<usize, Infallible> {
        Ok(queries.count())
    }
}

#[async_trait]
impl AsyncQuery<Vec<Migration>> for Onlooker {
    async fn query(&mut self, _query: &str) -> Result<Vec<Migration>, Infallible> {
        Ok(std::mem::take(&mut self.applied))
    }
}

impl AsyncMigrate for Onlooker {}

/// What is to be applied, in order, given what is.
pub(super) async fn pending(
    applied: Vec<Migration>,
    migrations: &[Migration],
    policies: Policies,
    table: &str,
) -> Result<Vec<Migration>, Error> {
    let Policies { abort_divergent, abort_missing, target } = policies;
    // A run that only records takes the same files as one that applies.
    let target = match target {
        Target::Fake => Target::Latest,
        Target::FakeVersion(version) => Target::Version(version),
        target => target,
    };
    let report = Onlooker { applied }
        .migrate(migrations, abort_divergent, abort_missing, false, target, table)
        .await?;
    Ok(report.applied_migrations().clone())
}
