//! Tokens by themselves: what is signed, and with whose keys.

use crate::support::Counted;
use dsql_migrate::{ConnectErrorKind, Dsql, DsqlBuilder};
use std::time::Duration;

fn cluster() -> DsqlBuilder {
    Dsql::builder().endpoint("abc.dsql.eu-west-1.on.aws").static_credentials("AKIDEXAMPLE", "secret", None)
}

async fn token(builder: DsqlBuilder) -> String {
    builder.build().unwrap().token().await.unwrap().as_str().to_owned()
}

#[tokio::test]
async fn a_token_says_the_action_the_region_and_its_life() {
    let admin = token(cluster()).await;
    assert!(admin.starts_with("abc.dsql.eu-west-1.on.aws/?Action=DbConnectAdmin&"), "{admin}");
    assert!(admin.contains("X-Amz-Credential=AKIDEXAMPLE%2F") && admin.contains("%2Feu-west-1%2Fdsql%2F"));
    assert!(admin.contains("X-Amz-Expires=900") && admin.contains("X-Amz-Signature="));
    let app = token(cluster().user("app").token_life(Duration::from_secs(60))).await;
    assert!(app.contains("?Action=DbConnect&") && app.contains("X-Amz-Expires=60"), "{app}");
    let other = token(cluster().region("us-east-1").port(6000)).await;
    assert!(other.contains("%2Fus-east-1%2Fdsql%2F") && other.starts_with("abc.dsql.eu-west-1.on.aws/?"));
    let session = cluster().static_credentials("AKIDEXAMPLE", "secret", Some("SESSION".into()));
    assert!(token(session).await.contains("X-Amz-Security-Token=SESSION"));
}

#[tokio::test]
async fn credentials_that_end_are_kept_until_shortly_before() {
    for (life, asked) in [(Some(3600), 1), (Some(60), 3), (None, 3)] {
        let counted = Counted { life: life.map(Duration::from_secs), ..Counted::default() };
        let dsql = cluster().credentials(counted.clone()).build().unwrap();
        for _ in 0..3 {
            dsql.token().await.unwrap();
        }
        assert_eq!(counted.count(), asked, "{life:?}");
    }
}

#[tokio::test]
async fn without_credentials_or_a_region_the_error_says_so() {
    let missing = Counted { missing: true, ..Counted::default() };
    let error = cluster().credentials(missing).build().unwrap().token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Credentials, false));
    assert!(error.to_string().contains("AWS_PROFILE"), "{error}");
    let nowhere = cluster().endpoint("db.internal").build().unwrap();
    let error = nowhere.token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (ConnectErrorKind::Settings, false));
    assert!(error.to_string().contains("DSQL_REGION"), "{error}");
}
