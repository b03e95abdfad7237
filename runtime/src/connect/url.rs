//! `postgres://` URLs as libpq reads them. The driver's own parser does most of it; what it has no words for (how
//! a certificate is verified) is taken out before.

use super::tls::{Roots, Trust};
use super::{ConnectError, ConnectErrorKind};
use percent_encoding::percent_decode_str;
use std::path::Path;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};

/// What a URL asks for.
pub(super) struct Asked {
    pub(super) config: Config,
    /// `None`: plain text.
    pub(super) trust: Option<Trust>,
}

/// libpq's `sslmode`, by how much it asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disable,
    /// TLS or not, as the server likes; also when nothing is said.
    Either,
    /// `require` and more: the more is what is done for each of them.
    Verified,
}

fn wrong(what: impl Into<String>) -> ConnectError {
    ConnectError::new(ConnectErrorKind::Settings, what)
}

/// Reads a URL. Errors name parameters, never their values, which may be secrets.
pub(super) fn parse(url: &str) -> Result<Asked, ConnectError> {
    if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(wrong("this is no URL of a database: it begins with postgres:// or postgresql://"));
    }
    let (mut mode, mut roots, mut negotiation) = (None, None, false);
    let mut rest = Vec::new();
    let (address, query) = split(url);
    // Read on, the rest of a password would be taken for a host or a parameter, and then be named by errors.
    if address.matches('@').count() > 1 {
        return Err(wrong("the URL has more than one @ before its parameters")
            .remedy("write an @ in a user's name or password as %40"));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(wrong("a parameter of the URL has a name that no parameter has")
                .remedy("write an @ in a user's name or password as %40, a ? as %3F"));
        }
        match key {
            "sslmode" => mode = Some(self::mode(&decoded(value)?)?),
            "sslrootcert" => roots = Some(decoded(value)?),
            "sslcert" | "sslkey" | "sslpassword" | "sslcrl" | "sslcrldir" => {
                return Err(wrong(format!(
                    "{key}: client certificates and revocation lists are not supported"
                )));
            }
            // The driver has another word for it.
            "keepalives_count" => rest.push(format!("keepalives_retries={value}")),
            key => {
                negotiation |= key == "sslnegotiation";
                rest.push(pair.to_owned());
            }
        }
    }
    let plain = format!("{address}?{}", rest.join("&"));
    let mut config: Config =
        plain.parse().map_err(|error: tokio_postgres::Error| wrong(crate::retry::with_causes(&error)))?;
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        return Err(wrong("the URL names no host"));
    }
    let direct = negotiation && config.get_ssl_negotiation() == SslNegotiation::Direct;
    if direct && matches!(mode, Some(Mode::Disable | Mode::Either)) {
        return Err(wrong("sslnegotiation=direct is TLS always: write sslmode=verify-full beside it"));
    }
    let said = mode.unwrap_or(Mode::Either);
    if said == Mode::Disable {
        if roots.is_some() {
            return Err(wrong("sslmode=disable and sslrootcert contradict each other"));
        }
        config.ssl_mode(SslMode::Disable);
        return Ok(Asked { config, trust: None });
    }
    // On this machine nobody listens in between: a server of one's own mostly has no certificate.
    if said == Mode::Either && !direct && roots.is_none() && is_local(&config) {
        config.ssl_mode(SslMode::Prefer);
        return Ok(Asked { config, trust: None });
    }
    config.ssl_mode(SslMode::Require);
    Ok(Asked { config, trust: Some(trust(roots.as_deref())?) })
}

/// The address, and what stands behind its question mark. A password may have one too, as the driver reads it.
fn split(url: &str) -> (&str, &str) {
    let host = url.find('@').unwrap_or(0);
    match url.get(host..).and_then(|after| after.find('?')) {
        Some(mark) => (&url[..host + mark], &url[host + mark + 1..]),
        None => (url, ""),
    }
}

fn decoded(text: &str) -> Result<String, ConnectError> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| wrong("a parameter of the URL is not UTF-8"))
}

fn mode(value: &str) -> Result<Mode, ConnectError> {
    match value {
        "disable" => Ok(Mode::Disable),
        "allow" | "prefer" => Ok(Mode::Either),
        "require" | "verify-ca" | "verify-full" => Ok(Mode::Verified),
        _ => Err(wrong("sslmode is none of disable, allow, prefer, require, verify-ca and verify-full")),
    }
}

fn trust(roots: Option<&str>) -> Result<Trust, ConnectError> {
    let mut trust = Trust::default();
    match roots {
        None => {}
        Some("system") => trust.roots = Roots::Platform,
        Some(path) => {
            trust.roots = Roots::Added;
            trust.add_file(Path::new(path))?;
        }
    }
    Ok(trust)
}

/// Whether every host is this machine.
fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(is_this_machine)
        && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

/// Whether a host is this machine by its name.
pub(super) fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The driver's mode, and whether a certificate is verified.
    fn asked(url: &str) -> (SslMode, bool) {
        let asked = parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        (asked.config.get_ssl_mode(), asked.trust.is_some())
    }

    #[test]
    fn what_may_be_a_password_is_not_named() {
        for url in [
            "postgres://u:p@hunter2@db.example/d",
            "postgres://u:p@ss/hunter2@db.example/d",
            "postgres://u:p@ss?hunter2@db.example/d?sslmode=require",
            "postgres://u:p@db.example/d?hunter2@x=1",
        ] {
            if let Err(error) = parse(url) {
                assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
            } else {
                panic!("{url} was taken");
            }
        }
    }

    #[test]
    fn nothing_is_weaker_than_it_was_asked_for() {
        let (off, either, on) =
            ((SslMode::Disable, false), (SslMode::Prefer, false), (SslMode::Require, true));
        for (url, expected) in [
            ("postgres://admin@db.example/postgres", on),
            ("postgresql://admin@db.example/postgres?sslmode=prefer", on),
            ("postgres://admin@db.example/postgres?sslmode=allow", on),
            ("postgres://admin@db.example/postgres?sslmode=require", on),
            ("postgres://admin@db.example/postgres?sslmode=verify-ca", on),
            ("postgres://admin@db.example/postgres?sslmode=verify-full&sslrootcert=system", on),
            ("postgres://admin@db.example/postgres?sslnegotiation=direct", on),
            ("postgres://admin@db.example/postgres?sslmode=disable", off),
            ("postgres://admin@localhost/postgres", either),
            ("postgres://admin@127.0.0.1:5433/postgres?sslmode=prefer", either),
            ("postgres://admin@[::1]/postgres", either),
            ("postgres://%2Fvar%2Frun%2Fpostgresql/postgres", either),
            ("postgres://admin@localhost/postgres?sslmode=require", on),
            ("postgres://admin@localhost/postgres?sslmode=verify%2dfull", on),
            ("postgres://admin@localhost/postgres?sslrootcert=system", on),
            ("postgres://admin@localhost/postgres?sslnegotiation=direct", on),
            ("postgres://admin@localhost,db.example/postgres", on),
            ("postgres://admin@localhost/postgres?hostaddr=10.0.0.1", on),
            ("postgres://admin@db.example/postgres?hostaddr=127.0.0.1", on),
            ("postgres://localhost.example/postgres", on),
        ] {
            assert_eq!(asked(url), expected, "{url}");
        }
    }

    #[test]
    fn what_the_driver_has_other_words_for_or_none_is_understood() {
        let url = "postgres://app:p%40ss@db.example:6000/postgres?application_name=shop%20api&connect_timeout=7\
                   &options=-c%20search_path%3Dapp&keepalives_idle=11&keepalives_interval=12&keepalives_count=4\
                   &sslmode=verify-full&sslnegotiation=direct";
        let config = parse(url).unwrap().config;
        assert_eq!(config.get_password(), Some(&b"p@ss"[..]));
        assert_eq!(config.get_ports(), [6000]);
        assert_eq!(config.get_application_name(), Some("shop api"));
        assert_eq!(config.get_options(), Some("-c search_path=app"));
        assert_eq!(config.get_connect_timeout(), Some(&std::time::Duration::from_secs(7)));
        assert_eq!(config.get_keepalives_retries(), Some(4));
        assert_eq!(config.get_ssl_negotiation(), SslNegotiation::Direct);
    }

    #[test]
    fn a_question_mark_in_a_password_is_none_of_the_url() {
        let config = parse("postgres://app:wh?t@localhost/postgres?application_name=a").unwrap().config;
        assert_eq!(config.get_password(), Some(&b"wh?t"[..]));
        assert_eq!(config.get_application_name(), Some("a"));
    }

    #[test]
    fn what_cannot_be_done_is_refused_without_its_secrets() {
        for (url, part) in [
            ("nonsense hunter2", "postgres://"),
            ("host=db.example password=hunter2", "postgres://"),
            ("postgres://a:hunter2@db.example/d?sslmode=hunter2", "sslmode is none of"),
            ("postgres://a:hunter2@db.example/d?sslnegotiation=direct&sslmode=prefer", "direct"),
            ("postgres://a:hunter2@db.example/d?sslnegotiation=direct&sslmode=disable", "direct"),
            ("postgres://a:hunter2@db.example/d?sslmode=disable&sslrootcert=system", "contradict"),
            ("postgres://a:hunter2@db.example/d?sslrootcert=/no/such.pem", "/no/such.pem"),
            ("postgres://a:hunter2@db.example/d?sslkey=hunter2", "sslkey"),
            ("postgres://a:hunter2@db.example/d?shoe=hunter2", "shoe"),
            ("postgres://a:hunter2@/d", "no host"),
        ] {
            let Err(error) = parse(url) else { panic!("{url}") };
            assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Settings, false), "{url}");
            let text = format!("{error} {error:?}");
            assert!(text.contains(part) && !text.contains("hunter2"), "{url}: {text}");
        }
    }
}
