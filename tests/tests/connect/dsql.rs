//! Connecting with tokens, and what is said when it fails.

use crate::support::{Counted, address, builder, dsql, endpoint, endpoint_with, run, value};
use dsql_migrate::{ConnectError, ConnectErrorKind, Connector, Dsql, ErrorKind, Options, Retry};
use dsql_migrate_tests::sets;
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

async fn refused(dsql: &Dsql) -> ConnectError {
    dsql.connect().await.map(drop).expect_err("no connection is expected")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_set_is_applied_and_found_applied() {
    let endpoint = endpoint().await;
    let sample = sets::sample().unwrap();
    let report = sample.run(&dsql(&endpoint)).await.unwrap();
    assert_eq!(report.applied.len(), sample.iter().len());
    sample.with(Options::default()).verify(&dsql(&endpoint)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_comes_in_with_its_own_action_and_settings() {
    let endpoint = endpoint().await;
    run(
        &endpoint,
        &[
            "CREATE ROLE connect_app WITH LOGIN",
            "AWS IAM GRANT connect_app TO 'arn:aws:iam::1:role/app'",
            "CREATE SCHEMA \"Its own\"",
            "GRANT USAGE, CREATE ON SCHEMA \"Its own\" TO connect_app",
        ],
    )
    .await;
    let app = builder(&endpoint)
        .user("connect_app")
        .search_path(["Its own", "public"])
        .application_name("the shop")
        .build()
        .unwrap();
    let connection = app.connect().await.unwrap();
    assert_eq!(value(&connection, "SELECT current_user::text").await, "connect_app");
    assert_eq!(value(&connection, "SELECT current_schema()::text").await, "Its own");
    assert_eq!(value(&connection, "SHOW application_name").await, "the shop");
    let set = sets::set(&[("0001_t.sql", "CREATE TABLE t (id uuid PRIMARY KEY);")]).unwrap();
    assert_eq!(set.run(&app).await.unwrap().applied.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_by_an_unknown_authority_is_refused_and_said_so() {
    let endpoint = endpoint().await;
    let key = rcgen::KeyPair::generate().unwrap();
    let other = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap().self_signed(&key).unwrap();
    let base = || Dsql::builder().endpoint(address(&endpoint)).static_credentials("AKID", "secret", None);
    for dsql in [base(), base().ca_pem(other.pem()), base().roots(dsql_migrate::Roots::Added)] {
        let error = refused(&dsql.build().unwrap()).await;
        assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Tls, false));
        let text = error.to_string();
        assert!(text.contains("authority is not known") && text.contains("DSQL_CA"), "{text}");
        assert!(text.contains(&address(&endpoint)), "{text}");
    }
    // The right authority, and another name than the certificate's: an address can be given, not a name waived.
    let tunnelled = builder(&endpoint)
        .endpoint("abc.dsql.eu-west-1.on.aws")
        .port(endpoint.port())
        .host_address([127, 0, 0, 1].into());
    let error = refused(&tunnelled.build().unwrap()).await;
    assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Tls, false));
    assert!(error.to_string().contains("certificate is refused: certificate not valid for name"), "{error}");
    // A run ends at once with all of it.
    let run = sets::sample().unwrap().run(&base().build().unwrap()).await.unwrap_err();
    assert_eq!(run.kind(), ErrorKind::Connect);
    assert!(run.what_to_do().unwrap().contains("DSQL_CA"), "{run}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_not_there_or_has_no_credentials_is_refused_at_once() {
    let endpoint = endpoint().await;
    let error = refused(&builder(&endpoint).user("nobody").build().unwrap()).await;
    assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Denied, false));
    assert_eq!(error.server_error().unwrap().sqlstate, "28000");
    assert!(error.to_string().contains("AWS IAM GRANT \"nobody\" TO"), "{error}");
    let missing = Counted { missing: true, ..Counted::default() };
    let error = refused(&builder(&endpoint).credentials(missing).build().unwrap()).await;
    assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Credentials, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_replaced_within_bounds() {
    let endpoint = endpoint().await;
    endpoint.control().expire_tokens();
    // A token of the same second counts as expired; those of later seconds do not.
    let report = sets::sample().unwrap().run(&dsql(&endpoint)).await.unwrap();
    assert!(!report.applied.is_empty());
    // Where every token arrives too late, it ends.
    let (port, _) = through(endpoint.port(), Duration::from_millis(2_500)).await;
    let late = builder(&endpoint).port(port).token_life(Duration::from_secs(1)).build().unwrap();
    let retry = Retry::default().tries(2);
    let sample = sets::sample().unwrap();
    let error = sample.with(Options::default().retry(retry)).run(&late).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("Signature expired"), "{error}");
    assert!(error.what_to_do().unwrap().contains("clock"), "{error}");
}

/// A way to a port that begins after a while, and the first byte of each connection.
async fn through(behind: u16, after: Duration) -> (u16, mpsc::UnboundedReceiver<u8>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let sender = sender.clone();
            tokio::spawn(async move {
                let mut first = [0xff];
                if client.peek(&mut first).await.is_ok() {
                    let _ = sender.send(first[0]);
                }
                tokio::time::sleep(after).await;
                if let Ok(mut server) = TcpStream::connect(("127.0.0.1", behind)).await {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    (port, receiver)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_ends_is_followed_by_one_with_a_new_token() {
    let life = Duration::from_millis(700);
    let endpoint =
        endpoint_with(|options| options.connection_life(life).job_time(Duration::from_millis(1_500))).await;
    let counted = Counted::default();
    let dsql = builder(&endpoint).credentials(counted.clone()).build().unwrap();
    let set = sets::set(&[(
        "0001_t.sql",
        "CREATE TABLE t (id uuid PRIMARY KEY, v text); CREATE INDEX ASYNC t_v_idx ON t (v);",
    )])
    .unwrap();
    let report = set.run(&dsql).await.unwrap();
    assert_eq!(report.applied.len(), 1);
    // A run keeps a second connection for its lease: more than those two, each signed for anew.
    assert!(counted.count() > 2, "{}", counted.count());
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_begins_with_the_first_byte_where_it_is_asked_to() {
    let endpoint = endpoint().await;
    for (direct, expected) in [(true, 0x16), (false, 0)] {
        let (port, mut first) = through(endpoint.port(), Duration::ZERO).await;
        let dsql = builder(&endpoint).port(port).direct_tls(direct).build().unwrap();
        assert_eq!(value(&dsql.connect().await.unwrap(), "SELECT 'here'").await, "here");
        assert_eq!(first.recv().await, Some(expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_refuses_or_is_silent_may_do_better_later() {
    let endpoint = endpoint().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for port in [silent.local_addr().unwrap().port(), closed] {
        let dsql = builder(&endpoint).port(port).connect_timeout(Duration::from_millis(300)).build().unwrap();
        let error = refused(&dsql).await;
        assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Network, true), "{error}");
        assert!(error.to_string().contains(&format!("localhost:{port}")), "{error}");
    }
}
