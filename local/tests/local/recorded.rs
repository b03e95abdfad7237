//! The answers recorded from a real cluster, asked of the stand-in.

use dsql_local::conformance::replay;

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
