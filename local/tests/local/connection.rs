//! Getting in: TLS, tokens, roles, and what a server says of itself.

use std::process::{Command, Output};
use std::sync::Arc;
use std::time::Duration;

use dsql_local::{Endpoint, Options};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::support::{client, cluster, endpoint, endpoint_with, options, said, value};

fn secure() -> Options {
    options().insecure(false)
}

/// Verifies in full, with the authority that the emulator hands out.
fn verifying(endpoint: &Endpoint) -> MakeRustlsConnect {
    let mut roots = RootCertStore::empty();
    let pem = endpoint.ca_pem().expect("an authority");
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")).expect("a root");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    MakeRustlsConnect::new(config)
}

fn config(endpoint: &Endpoint) -> Config {
    endpoint.url().parse().expect("the URL is one for tokio-postgres")
}

async fn refused(config: &Config, endpoint: &Endpoint) -> (String, String) {
    said(config.connect(verifying(endpoint)).await.map(drop))
}

fn denied() -> (String, String) {
    ("28000".into(), "unable to accept connection, access denied".into())
}

fn psql(connection: &str, environment: &[(&str, &str)], sql: &str) -> Output {
    let mut command = Command::new("psql");
    command.args(["-X", "-A", "-t", connection, "-c", sql]).envs(environment.iter().copied());
    command.output().expect("psql is installed")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_is_verified_in_full_by_real_clients() {
    let endpoint = endpoint_with(secure()).await;
    let (client, connection) = config(&endpoint).connect(verifying(&endpoint)).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(value(&client, "SELECT 1").await.as_deref(), Some("1"));
    // The URL as it is, and then verification in full.
    let output = psql(&endpoint.url(), &[], "SELECT current_user");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "admin\n", "{output:?}");
    let ca = endpoint.ca_file().unwrap().to_str().unwrap().to_string();
    let verify = [("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", ca.as_str())];
    let url = endpoint.url();
    let output = psql(url.split("?sslmode").next().unwrap(), &verify, "SELECT 2");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2\n", "{output:?}");
    // TLS from the first byte.
    let mut direct = config(&endpoint);
    direct.ssl_negotiation(tokio_postgres::config::SslNegotiation::Direct);
    let (client, connection) = direct.connect(verifying(&endpoint)).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(value(&client, "SELECT 3").await.as_deref(), Some("3"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_text_and_a_nameless_host_are_refused() {
    let endpoint = endpoint_with(secure()).await;
    let mut plain = config(&endpoint);
    plain.ssl_mode(tokio_postgres::config::SslMode::Disable);
    assert_eq!(said(plain.connect(NoTls).await.map(drop)).0, "28000");
    let address = endpoint.url().replace("@localhost", "@127.0.0.1");
    let output = psql(&address, &[], "SELECT 1");
    assert!(String::from_utf8_lossy(&output.stderr).contains("sni was not received"), "{output:?}");
}

#[tokio::test]
async fn a_token_lets_its_role_in_at_its_host_for_its_time() {
    let endpoint = endpoint_with(secure()).await;
    let with = |user: &str, token: &str| {
        let mut config = config(&endpoint);
        config.user(user).password(token);
        config
    };
    let token = endpoint.token("admin");
    assert!(with("admin", &token).connect(verifying(&endpoint)).await.is_ok());
    assert_eq!(refused(&with("admin", "secret"), &endpoint).await, denied());
    assert_eq!(refused(&with("admin", &endpoint.token("app")), &endpoint).await, denied(), "another action");
    assert_eq!(
        refused(&with("nobody", &endpoint.token("nobody")), &endpoint).await,
        denied(),
        "no such role"
    );
    assert_eq!(refused(&with("admin", &token.replace("localhost", "elsewhere")), &endpoint).await, denied());
    assert_eq!(refused(&with("dsql_local", &endpoint.token("dsql_local")), &endpoint).await, denied());
    let old = token.split("X-Amz-Date=").next().unwrap().to_string()
        + "X-Amz-Date=20200101T000000Z&X-Amz-Expires=900";
    let old = old + "&X-Amz-SignedHeaders=host&X-Amz-Signature=x";
    let error = with("admin", &old).connect(verifying(&endpoint)).await.map(drop).unwrap_err();
    let error = error.as_db_error().unwrap();
    assert_eq!(error.message(), denied().1);
    assert!(error.hint().unwrap().starts_with("Signature expired:"), "{error:?}");
    endpoint.control().expire_tokens();
    assert_eq!(refused(&with("admin", &token), &endpoint).await, denied());
}

#[tokio::test]
async fn a_role_lets_in_whom_it_is_mapped_to() {
    let endpoint = endpoint_with(secure()).await;
    let (admin, connection) = config(&endpoint).connect(verifying(&endpoint)).await.unwrap();
    tokio::spawn(connection);
    let mut app = config(&endpoint);
    app.user("mapped").password(endpoint.token("mapped"));
    admin.batch_execute("CREATE ROLE mapped WITH LOGIN").await.unwrap();
    assert_eq!(refused(&app, &endpoint).await, denied());
    admin.batch_execute("AWS IAM GRANT mapped TO 'arn:aws:iam::1:role/app'").await.unwrap();
    let (client, connection) = app.connect(verifying(&endpoint)).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(value(&client, "SELECT current_user").await.as_deref(), Some("mapped"));
    admin.batch_execute("AWS IAM REVOKE mapped FROM 'arn:aws:iam::1:role/app'").await.unwrap();
    assert_eq!(refused(&app, &endpoint).await, denied());
}

#[tokio::test]
async fn a_role_is_kept_out_of_public() {
    let endpoint = endpoint().await;
    let admin = client(&endpoint).await;
    admin.batch_execute("CREATE ROLE app WITH LOGIN").await.unwrap();
    admin.batch_execute("AWS IAM GRANT app TO 'arn:aws:iam::1:role/app'").await.unwrap();
    let mapped = "SELECT pg_role_name || ' ' || arn FROM sys.iam_pg_role_mappings";
    assert_eq!(value(&admin, mapped).await.as_deref(), Some("app arn:aws:iam::1:role/app"));
    admin.batch_execute("CREATE SCHEMA own").await.unwrap();
    admin.batch_execute("GRANT USAGE, CREATE ON SCHEMA own TO app").await.unwrap();
    let mut config = config(&endpoint);
    config.user("app");
    let (app, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    let denied = |what: &str| ("42501".to_string(), format!("permission denied for {what}"));
    assert_eq!(said(app.batch_execute("CREATE TABLE t (i int)").await), denied("schema public"));
    assert_eq!(said(app.batch_execute("CREATE SCHEMA s").await), denied("database postgres"));
    app.batch_execute("CREATE TABLE own.t (i int)").await.unwrap();
    let public = admin.batch_execute("GRANT USAGE ON SCHEMA public TO app").await;
    assert_eq!(said(public).1, "feature not supported on system entity");
    admin.batch_execute("AWS IAM REVOKE app FROM 'arn:aws:iam::1:role/app'").await.unwrap();
    assert_eq!(value(&admin, mapped).await, None);
}

#[tokio::test]
async fn the_server_says_what_dsql_says_of_itself() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for (sql, answer) in [
        ("SELECT version()", "PostgreSQL 16"),
        ("SHOW server_version", "16.15"),
        ("SHOW server_version_num", "160015"),
        ("SELECT current_database()", "postgres"),
        ("SHOW transaction_isolation", "repeatable read"),
        ("SELECT sys.dsql_major_version()", "1"),
    ] {
        assert_eq!(value(&client, sql).await.as_deref(), Some(answer), "{sql}");
    }
    let row = client.query_one("SHOW server_version", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "16.15");
    let mut other = config(&endpoint);
    other.dbname("other");
    assert_eq!(said(other.connect(NoTls).await.map(drop)).0, "3D000");
}

#[tokio::test]
async fn a_connection_has_its_time() {
    let endpoint = endpoint_with(options().connection_life(Duration::from_secs(4))).await;
    let client = client(&endpoint).await;
    assert_eq!(value(&client, "SELECT 1").await.as_deref(), Some("1"));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(client.simple_query("SELECT 1").await.is_err());
    assert!(client.is_closed());
}

#[tokio::test]
async fn endpoints_know_nothing_of_each_other() {
    let (one, two) = (endpoint().await, endpoint().await);
    client(&one).await.batch_execute("CREATE TABLE t (i int)").await.unwrap();
    assert_eq!(value(&client(&two).await, "SELECT to_regclass('t')").await, None);
    assert_ne!(one.port(), two.port());
    assert!(cluster().await.postgres_version().starts_with(|c: char| c.is_ascii_digit()));
}

#[tokio::test]
async fn a_message_over_ten_mebibytes_ends_the_connection() {
    let endpoint = endpoint().await;
    let first = client(&endpoint).await;
    let fits = format!("SELECT length('{}')", "x".repeat(9 << 20));
    assert_eq!(value(&first, &fits).await.as_deref(), Some("9437184"));
    let lost = first.simple_query(&format!("SELECT length('{}')", "x".repeat(11 << 20))).await.unwrap_err();
    assert!(lost.as_db_error().is_none(), "{lost}");
}
