//! What is secret is in no error, no log and no `Debug`.

use crate::support::{SECRET, builder, dsql, endpoint};
use dsql_migrate::{Connector, Database};
use dsql_migrate_tests::sets;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// One thread: the log is that of this thread.
#[tokio::test(flavor = "current_thread")]
async fn no_secret_is_told() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(log.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);

    let endpoint = endpoint().await;
    let good = dsql(&endpoint);
    let token = good.token().await.unwrap();
    let signature = |token: &str| token.split("X-Amz-Signature=").nth(1).unwrap().to_owned();
    let mut told = format!("{good:?} {token:?} {:?}", builder(&endpoint));
    let mut config = good.config().clone();
    config.password(token.as_str());
    told += &format!("{config:?}");
    told += &format!("{:?}", good.connect().await.unwrap());
    sets::sample().unwrap().run(&good).await.unwrap();

    let ca = endpoint.ca_file().unwrap();
    let by_url = Database::from_url(&endpoint.url()).unwrap().ca_file(ca).unwrap();
    told += &format!("{by_url:?}");
    let nobody = builder(&endpoint).user("nobody").build().unwrap();
    let denied = nobody.connect().await.map(drop).unwrap_err();
    told += &format!("{denied} {denied:?}");
    let run = sets::sample().unwrap().run(&nobody).await.unwrap_err();
    told += &format!("{run} {run:?}");
    let untrusted = Database::from_url(&endpoint.url()).unwrap().connect().await.map(drop).unwrap_err();
    told += &format!("{untrusted} {untrusted:?}");
    endpoint.control().expire_tokens();
    let expired = by_url.connect().await.map(drop).unwrap_err();
    told += &format!("{expired} {expired:?}");

    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("dsql_migrate"), "the log is that of the run: {log}");
    for (what, text) in [("Debug and errors", &told), ("the log", &log)] {
        for secret in [SECRET, signature(token.as_str()).as_str(), "X-Amz-Signature=", "Signature%3D"] {
            assert!(!text.contains(secret), "{what} has {secret}: {text}");
        }
    }
}
