//! The stages, and where their clusters are.

use clap::ValueEnum;
use std::fmt;

/// Where software goes on its way to its users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Stage {
    Dev,
    Test,
    Prod,
}

impl Stage {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
            Self::Prod => "prod",
        }
    }

    pub(crate) const fn is_production(self) -> bool {
        matches!(self, Self::Prod)
    }

    const fn variable(self) -> &'static str {
        match self {
            Self::Dev => "DSQL_ENDPOINT_DEV",
            Self::Test => "DSQL_ENDPOINT_TEST",
            Self::Prod => "DSQL_ENDPOINT_PROD",
        }
    }

    /// The stage's endpoint. A variable each, and none for all: whoever says `dev` must not reach production by a variable that
    /// is left over, nor by one that was copied.
    pub(crate) fn endpoint(self, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
        let of = |stage: Self| variable(stage.variable()).filter(|endpoint| !endpoint.is_empty());
        let endpoint = of(self).ok_or_else(|| {
            format!(
                "{} is not set: the endpoint of {self}'s cluster, CLUSTER.dsql.REGION.on.aws",
                self.variable()
            )
        })?;
        let twin = Self::value_variants().iter().find(|other| {
            **other != self && of(**other).is_some_and(|other| name(&other) == name(&endpoint))
        });
        match twin {
            Some(other) => Err(format!("{} and {} name the same cluster", self.variable(), other.variable())),
            None => Ok(endpoint),
        }
    }
}

/// What an endpoint names, however it is written. The name of a cluster by PrivateLink is another than its public one.
fn name(endpoint: &str) -> String {
    let endpoint = endpoint.trim().to_ascii_lowercase();
    let (host, port) = endpoint.split_once(':').unwrap_or((&endpoint, "5432"));
    format!("{}:{port}", host.strip_suffix('.').unwrap_or(host))
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stage_has_an_endpoint_of_its_own() {
        let set = |name: &str| match name {
            "DSQL_ENDPOINT_DEV" => Some("dev.example".to_string()),
            "DSQL_ENDPOINT_TEST" => Some(String::new()),
            "DSQL_ENDPOINT" => Some("left.over".to_string()),
            _ => None,
        };
        assert_eq!(Stage::Dev.endpoint(set).as_deref(), Ok("dev.example"));
        assert!(Stage::Test.endpoint(set).unwrap_err().contains("DSQL_ENDPOINT_TEST is not set"));
        let copied = |name: &str| (name != "DSQL_ENDPOINT_TEST").then(|| "prod.example".to_string());
        let why = Stage::Dev.endpoint(copied).unwrap_err();
        assert_eq!(why, "DSQL_ENDPOINT_DEV and DSQL_ENDPOINT_PROD name the same cluster");
    }

    #[test]
    fn one_cluster_is_one_however_it_is_written() {
        let twins = |dev: &str, prod: &str| {
            let set = |name: &str| match name {
                "DSQL_ENDPOINT_DEV" => Some(dev.to_string()),
                "DSQL_ENDPOINT_PROD" => Some(prod.to_string()),
                _ => None,
            };
            Stage::Dev.endpoint(set).is_err()
        };
        let plain = "abc.dsql.us-east-1.on.aws";
        for other in [
            "ABC.dsql.US-EAST-1.on.aws",
            "abc.dsql.us-east-1.on.aws:5432",
            "abc.dsql.us-east-1.on.aws.",
            " Abc.dsql.us-east-1.on.aws.:5432 ",
        ] {
            assert!(twins(plain, other) && twins(other, plain), "{other:?}");
        }
        for other in
            ["abd.dsql.us-east-1.on.aws", "abc.dsql.us-east-2.on.aws", "abc.dsql.us-east-1.on.aws:5433"]
        {
            assert!(!twins(plain, other), "{other:?}");
        }
    }
}
