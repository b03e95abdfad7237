//! Connecting by URL.

use crate::support::{endpoint, value};
use dsql_local::{Cluster, Endpoint, Options as LocalOptions};
use dsql_migrate::{ConnectErrorKind, Connector, Database};
use dsql_migrate_tests::sets;

/// The emulator's URL, with other parameters than its own.
fn url(endpoint: &Endpoint, parameters: &str) -> String {
    let url = endpoint.url();
    format!("{}?{parameters}", url.split('?').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_url_is_verified_in_full_by_the_authority_it_names() {
    let endpoint = endpoint().await;
    let ca = endpoint.ca_file().unwrap().to_str().unwrap();
    for parameters in [
        format!("sslmode=verify-full&sslrootcert={ca}"),
        format!("sslrootcert={ca}"),
        format!("sslmode=require&sslrootcert={ca}&sslnegotiation=direct&application_name=a%20b"),
    ] {
        let database = Database::from_url(&url(&endpoint, &parameters)).unwrap();
        let connection = database.connect().await.unwrap_or_else(|error| panic!("{parameters}: {error}"));
        assert_eq!(value(&connection, "SELECT 'here'").await, "here");
    }
    let database = Database::from_url(&endpoint.url()).unwrap().ca_file(ca).unwrap();
    let report = sets::sample().unwrap().run(&database).await.unwrap();
    assert!(!report.applied.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_verified_is_refused() {
    let endpoint = endpoint().await;
    for (parameters, kind) in [
        // Whatever libpq would take here.
        ("sslmode=require", ConnectErrorKind::Tls),
        ("sslmode=verify-full", ConnectErrorKind::Tls),
        ("sslmode=verify-full&sslrootcert=system", ConnectErrorKind::Tls),
        // Plain text on this machine; the emulator wants TLS.
        ("sslmode=disable", ConnectErrorKind::Denied),
        ("sslmode=prefer", ConnectErrorKind::Denied),
    ] {
        let given = url(&endpoint, parameters);
        let database = Database::from_url(&given).unwrap_or_else(|error| panic!("{parameters}: {error}"));
        let error = database.connect().await.map(drop).unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (kind, false), "{parameters}: {error}");
        assert!(!error.to_string().contains("X-Amz-Signature"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_name_than_the_certificates_is_refused() {
    let endpoint = endpoint().await;
    let ca = endpoint.ca_file().unwrap().to_str().unwrap();
    for mode in ["require", "verify-ca", "verify-full"] {
        let parameters = format!("sslmode={mode}&hostaddr=127.0.0.1&sslrootcert={ca}");
        let elsewhere = url(&endpoint, &parameters).replace("@localhost", "@elsewhere");
        let error = Database::from_url(&elsewhere).unwrap().connect().await.map(drop).unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Tls, false), "{mode}: {error}");
        assert!(error.to_string().contains("not valid for name"), "{mode}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_not_talked_to_where_tls_is_asked_for() {
    let cluster = Cluster::start(LocalOptions::new().insecure(true)).await.unwrap();
    let secure = format!("{}&hostaddr=127.0.0.1", cluster.url().replace("@127.0.0.1", "@db.example"));
    let plain = Database::from_url(&secure).unwrap();
    assert_eq!(
        value(&plain.connect().await.unwrap(), "SELECT 'asked for plain text'").await,
        "asked for plain text"
    );
    for mode in ["prefer", "require", "verify-full"] {
        let database = Database::from_url(&secure.replace("=disable", &format!("={mode}"))).unwrap();
        let error = database.connect().await.map(drop).unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Tls, false), "{mode}: {error}");
        assert!(error.to_string().contains("does not support TLS"), "{error}");
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_in_a_url_is_not_tried_again() {
    let endpoint = endpoint().await;
    let ca = endpoint.ca_file().unwrap();
    let database = Database::from_url(&endpoint.url()).unwrap().ca_file(ca).unwrap();
    endpoint.control().expire_tokens();
    let error = database.connect().await.map(drop).unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Expired, false), "{error}");
    assert!(error.to_string().contains("make a new token"), "{error}");
}
