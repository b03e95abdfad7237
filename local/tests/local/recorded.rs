//! The answers recorded from a real cluster, asked of the emulator.

use dsql_local::conformance::{replay, replay_at};

use crate::support::cluster;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn recorded_answers_are_given_again() {
    let cluster = cluster().await;
    let report = replay(cluster).await.unwrap();
    assert_eq!(report.comparisons.len(), 242);
    for comparison in report.comparisons.iter().filter(|comparison| !comparison.equal) {
        assert!(comparison.reason.is_some(), "not explained: {comparison:#?}");
    }
    // A difference that is gone must leave the list; this one depends on the PostgreSQL behind.
    let storage = "alter_add_column_storage";
    for comparison in report.comparisons.iter().filter(|c| c.equal && c.id != storage) {
        assert!(comparison.reason.is_none(), "{} is equal now, but listed as different", comparison.id);
    }
    assert!(report.kept(), "{} of 242 are equal", report.equal());
}

/// The same asked of a real cluster, by whoever has one:
/// `DSQL_ENDPOINT=….dsql.eu-central-1.on.aws DSQL_TOKEN="$(aws dsql generate-db-connect-admin-auth-token --hostname …)"
/// DSQL_CA=/etc/ssl/certs/ca-certificates.crt cargo test -p dsql-local --test local -- --ignored a_cluster`
#[tokio::test]
#[ignore = "asks a cluster: needs DSQL_ENDPOINT (host or host:port), DSQL_TOKEN and DSQL_CA"]
async fn a_cluster_still_answers_as_recorded() {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let endpoint = variable("DSQL_ENDPOINT");
    let (host, port) = endpoint.split_once(':').unwrap_or((&endpoint, "5432"));
    let ca = std::fs::read_to_string(variable("DSQL_CA")).unwrap();
    let report = replay_at(host, port.parse().unwrap(), &variable("DSQL_TOKEN"), &ca).await.unwrap();
    for comparison in report.comparisons.iter().filter(|comparison| !comparison.equal) {
        println!("{comparison:#?}");
    }
    println!("recorded answers equal: {} of {}", report.equal(), report.comparisons.len());
    assert!(report.equal() * 100 >= report.comparisons.len() * 95);
}
