//! Asynchronous jobs, as a migration runner meets them.

use std::time::{Duration, Instant};

use crate::support::{LIMIT, client, endpoint, endpoint_with, job_end, options, refusal, said, value};

#[tokio::test]
async fn an_index_is_invalid_until_its_job_completes() {
    let endpoint = endpoint_with(options().job_time(Duration::from_secs(4))).await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    let id: String =
        client.query_one("CREATE UNIQUE INDEX ASYNC i ON t (v)", &[]).await.unwrap().get("job_id");
    assert_eq!(id.len(), 26);
    assert!(id.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)), "{id}");
    let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass";
    assert_eq!(value(&client, valid).await.as_deref(), Some("f"));
    let early = client.execute("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i", &[]).await;
    assert_eq!(said(early), ("55000".into(), "index \"i\" is not valid".into()));
    let row = client.query_one("CALL sys.wait_for_job($1)", &[&id]).await.unwrap();
    assert!(row.get::<_, bool>("succeeded"));
    assert_eq!(value(&client, valid).await.as_deref(), Some("t"));
    assert_eq!(job_end(&client, &id).await.0, "completed");
    client.execute("ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i", &[]).await.unwrap();
}

#[tokio::test]
async fn a_unique_build_over_duplicates_leaves_an_invalid_index_and_a_failed_job() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    client.batch_execute("INSERT INTO t VALUES (1, 'a'), (2, 'a')").await.unwrap();
    let id = value(&client, "CREATE UNIQUE INDEX ASYNC i ON t (v)").await.unwrap();
    let row = client.query_one("CALL sys.wait_for_job($1)", &[&id]).await.unwrap();
    assert!(!row.get::<_, bool>("succeeded"));
    let details = Some("found duplicate key(s) while validating index uniqueness".to_string());
    assert_eq!(job_end(&client, &id).await, ("failed".to_string(), details));
    let again = client.execute("CREATE UNIQUE INDEX ASYNC i ON t (v)", &[]).await;
    assert_eq!(said(again).0, "42P07");
    let skipped = client.query("CREATE UNIQUE INDEX ASYNC IF NOT EXISTS i ON t (v)", &[]).await.unwrap();
    assert!(skipped.is_empty(), "an existing name makes no job");
    client.batch_execute("DROP INDEX i").await.unwrap();
}

#[tokio::test]
async fn a_validation_is_a_job_and_may_fail() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY)").await.unwrap();
    client.batch_execute("INSERT INTO t VALUES (1), (-1)").await.unwrap();
    client.batch_execute("ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID").await.unwrap();
    let id = value(&client, "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c").await.unwrap();
    let (status, details) = job_end(&client, &id).await;
    assert_eq!(status, "failed");
    assert!(details.unwrap().contains("is violated by some row"));
    client.batch_execute("DELETE FROM t WHERE id < 0").await.unwrap();
    let id: String =
        client.query_one("ALTER TABLE ASYNC t VALIDATE CONSTRAINT c", &[]).await.unwrap().get("job_id");
    assert_eq!(job_end(&client, &id).await, ("completed".to_string(), None));
    let validated = "SELECT convalidated FROM pg_constraint WHERE conname = 'c'";
    assert_eq!(value(&client, validated).await.as_deref(), Some("t"));
    let missing = client.execute("ALTER TABLE ASYNC t VALIDATE CONSTRAINT nothing", &[]).await;
    assert_eq!(said(missing).0, "42704");
}

#[tokio::test]
async fn a_job_names_its_object_by_catalog_and_oid() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    client.batch_execute("ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID").await.unwrap();
    for (sql, job_type, class_id, object, name) in [
        ("CREATE INDEX ASYNC i ON t (v)", "INDEX_BUILD", 1259_u32, "'i'::regclass", "public.i"),
        ("CREATE UNIQUE INDEX ASYNC u ON t (v)", "INDEX_BUILD", 1259, "'u'::regclass", "public.u"),
        (
            "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c",
            "VALIDATE_CONSTRAINT",
            2606,
            "(SELECT oid FROM pg_constraint WHERE conname = 'c')",
            "public.c",
        ),
    ] {
        let id = value(&client, sql).await.unwrap();
        let asked = format!(
            "SELECT job_type, class_id, object_name, object_id = {object} FROM sys.jobs WHERE job_id = $1"
        );
        let row = client.query_one(&asked, &[&id]).await.unwrap();
        let said: (String, u32, String, bool) = (row.get(0), row.get(1), row.get(2), row.get(3));
        assert_eq!(said, (job_type.to_string(), class_id, name.to_string(), true), "{sql}");
    }
}

#[tokio::test]
async fn an_index_named_async_never_comes_about() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    let id = value(&client, "CREATE INDEX async ON t (v)").await.unwrap();
    job_end(&client, &id).await;
    let name =
        "SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 't'::regclass AND NOT indisprimary";
    assert_eq!(value(&client, name).await.as_deref(), Some("t_v_idx"));
    let quoted = client.execute("CREATE INDEX \"async\" ON t (v)", &[]).await;
    assert_eq!(said(quoted), refusal("unsupported mode. please use CREATE INDEX ASYNC."));
}

#[tokio::test]
async fn a_rolled_back_index_has_no_job() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    client.batch_execute("BEGIN; CREATE INDEX ASYNC i ON t (v); ROLLBACK").await.unwrap();
    assert_eq!(value(&client, "SELECT count(*) FROM sys.jobs").await.as_deref(), Some("0"));
    client.batch_execute("BEGIN; CREATE INDEX ASYNC i ON t (v); COMMIT").await.unwrap();
    assert_eq!(value(&client, "SELECT count(*) FROM sys.jobs").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn the_rows_of_finished_jobs_vanish() {
    let short = options().job_time(Duration::from_millis(1)).job_retention(Duration::from_secs(4));
    let endpoint = endpoint_with(short).await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    client.batch_execute("CREATE INDEX ASYNC i ON t (v)").await.unwrap();
    assert_eq!(value(&client, "SELECT count(*) FROM sys.jobs").await.as_deref(), Some("1"));
    let begun = Instant::now();
    while value(&client, "SELECT count(*) FROM sys.jobs").await.as_deref() != Some("0") {
        assert!(begun.elapsed() < LIMIT, "it is there for good");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn dropping_an_index_ends_its_job() {
    let endpoint = endpoint_with(options().job_time(Duration::from_secs(4))).await;
    let client = client(&endpoint).await;
    client.batch_execute("CREATE TABLE t (id int PRIMARY KEY, v text)").await.unwrap();
    let id = value(&client, "CREATE INDEX ASYNC i ON t (v)").await.unwrap();
    let named = "SELECT object_name FROM sys.jobs";
    assert_eq!(value(&client, named).await.as_deref(), Some("public.i"));
    client.batch_execute("DROP INDEX i").await.unwrap();
    assert_eq!(value(&client, named).await, None, "the object is gone");
    // `completed` says nothing about an index.
    let details = Some("relation \"public.i\" does not exist".to_string());
    assert_eq!(job_end(&client, &id).await, ("completed".to_string(), details));
}
