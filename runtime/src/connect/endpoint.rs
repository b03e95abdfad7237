//! What an endpoint's name tells.

use super::{ConnectError, ConnectErrorKind};
use tokio_postgres::config::Host;

/// An endpoint, as it is written: `host`, `host:port`, `[address]:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

fn wrong(what: String) -> ConnectError {
    ConnectError::new(ConnectErrorKind::Settings, what)
        .remedy("write it as the console does: CLUSTER.dsql.REGION.on.aws, with :PORT if it is not 5432")
}

impl Endpoint {
    pub(super) fn parse(text: &str) -> Result<Self, ConnectError> {
        let text = text.trim();
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, "")) => (address, None),
            Some((address, port)) => (address, Some(port.strip_prefix(':').unwrap_or("?"))),
            // More than one colon is an address of IPv6.
            None => match text.split_once(':') {
                Some((host, port)) if !port.contains(':') => (host, Some(port)),
                _ => (text, None),
            },
        };
        let port = match port.map(str::parse) {
            None => None,
            Some(Ok(port)) if port != 0 => Some(port),
            Some(_) => return Err(wrong(format!("the port of the endpoint {text:?} is no port"))),
        };
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        let address = host.parse::<std::net::IpAddr>().is_ok();
        if host.is_empty() || (!address && !host.chars().all(of_a_name)) {
            return Err(wrong(format!("{text:?} is no endpoint: a host name is expected")));
        }
        Ok(Self { host, port })
    }

    /// That of a cluster by its identifier.
    pub(super) fn of_cluster(cluster: &str, region: &str) -> Result<Self, ConnectError> {
        let plain =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain(cluster) || !plain(region) {
            return Err(wrong(format!("{cluster:?} in {region:?} is no cluster in a region")));
        }
        Self::parse(&format!("{cluster}.dsql.{region}.on.aws"))
    }

    /// The region in a name such as `CLUSTER.dsql.REGION.on.aws`; through PrivateLink the second label is
    /// `dsql-` with a suffix.
    pub(super) fn region(&self) -> Option<&str> {
        let labels: Vec<&str> = self.host.strip_suffix(".on.aws")?.split('.').collect();
        match labels[..] {
            [cluster, service, region]
                if !cluster.is_empty()
                    && !region.is_empty()
                    && (service == "dsql" || service.starts_with("dsql-")) =>
            {
                Some(region)
            }
            _ => None,
        }
    }

    /// Whether it is this machine, where an emulator may listen and no cluster does.
    pub(super) fn is_local(&self) -> bool {
        super::url::is_this_machine(&Host::Tcp(self.host.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read() {
        const PLAIN: &str = "abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws";
        for (text, host, port, region) in [
            (PLAIN, PLAIN, None, Some("eu-west-1")),
            ("abc.dsql.us-east-1.on.aws:5433", "abc.dsql.us-east-1.on.aws", Some(5433), Some("us-east-1")),
            (" ABC.DSQL.us-east-1.on.aws. ", "abc.dsql.us-east-1.on.aws", None, Some("us-east-1")),
            (
                "abc.dsql-fa1b2c.ap-northeast-1.on.aws",
                "abc.dsql-fa1b2c.ap-northeast-1.on.aws",
                None,
                Some("ap-northeast-1"),
            ),
            (
                "abc.dsql-fa1b2c.us-gov-west-1.on.aws:5432",
                "abc.dsql-fa1b2c.us-gov-west-1.on.aws",
                Some(5432),
                Some("us-gov-west-1"),
            ),
            (
                "vpce-1-2.dsql-fa1b2c.us-east-1.vpce.amazonaws.com",
                "vpce-1-2.dsql-fa1b2c.us-east-1.vpce.amazonaws.com",
                None,
                None,
            ),
            ("abc.rds.us-east-1.on.aws", "abc.rds.us-east-1.on.aws", None, None),
            ("dsql.us-east-1.on.aws", "dsql.us-east-1.on.aws", None, None),
            (".dsql.us-east-1.on.aws", ".dsql.us-east-1.on.aws", None, None),
            ("abc.dsqlx.us-east-1.on.aws", "abc.dsqlx.us-east-1.on.aws", None, None),
            ("localhost:45000", "localhost", Some(45000), None),
            ("127.0.0.1", "127.0.0.1", None, None),
            ("[::1]:5433", "::1", Some(5433), None),
            ("[2001:db8::1]", "2001:db8::1", None, None),
            ("2001:db8::1", "2001:db8::1", None, None),
        ] {
            let endpoint = Endpoint::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                (endpoint.host.as_str(), endpoint.port, endpoint.region()),
                (host, port, region),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            " ",
            ":5432",
            "a:b",
            "a:0",
            "a:70000",
            "[::1]5432",
            "[::1]:x",
            "a b",
            "a/b",
            "https://abc.dsql.us-east-1.on.aws",
            "postgres://abc.dsql.us-east-1.on.aws/postgres",
            "admin@abc.dsql.us-east-1.on.aws",
            "a::b::c",
        ] {
            assert!(Endpoint::parse(text).is_err(), "{text:?}");
        }
        assert!(Endpoint::of_cluster("", "us-east-1").is_err());
        assert!(Endpoint::of_cluster("a.b", "us-east-1").is_err());
        assert!(Endpoint::of_cluster("abc", "").is_err());
    }

    #[test]
    fn a_cluster_has_its_endpoint_and_this_machine_is_known() {
        let endpoint = Endpoint::of_cluster("abc", "us-east-2").unwrap();
        assert_eq!(
            (endpoint.host.as_str(), endpoint.region()),
            ("abc.dsql.us-east-2.on.aws", Some("us-east-2"))
        );
        assert!(Endpoint::parse("[::1]:1").unwrap().is_local());
        assert!(Endpoint::parse("localhost:1").unwrap().is_local());
        assert!(!endpoint.is_local());
    }
}
