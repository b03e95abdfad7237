//! As many rows, steps and files as the checker passes: what it passes can be applied.

use crate::support::{database, quick, set};

const ROWS: &str = "INSERT INTO t SELECT generate_series(1, 2997);";
const TABLE: (&str, &str) =
    ("0001_t.sql", "CREATE TABLE t (id int PRIMARY KEY);\nCREATE TABLE u (id int PRIMARY KEY);");

/// The largest step with whatever may travel in its record: the end of its file, the beginning of the next.
#[tokio::test]
async fn the_largest_step_fits_everywhere() {
    let ddl = "ALTER TABLE u ADD COLUMN a int;";
    let more = "INSERT INTO u SELECT generate_series(1, 2997);";
    for (name, files) in [
        ("last", vec![("0002_rows.sql", ROWS.to_owned())]),
        ("before DDL", vec![("0002_rows.sql", ROWS.to_owned()), ("0003_ddl.sql", ddl.to_owned())]),
        (
            "between DDL",
            vec![("0002_rows.sql", format!("CREATE TABLE v (id int PRIMARY KEY);\n{ROWS}\n{ddl}"))],
        ),
        ("before rows", vec![("0002_rows.sql", ROWS.to_owned()), ("0003_rows.sql", more.to_owned())]),
        (
            "before many names",
            vec![
                ("0002_rows.sql", ROWS.to_owned()),
                (
                    "0003_many.sql",
                    format!(
                        "ALTER TABLE u {};",
                        (0..150).map(|n| format!("ADD COLUMN c{n} int")).collect::<Vec<_>>().join(", ")
                    ),
                ),
            ],
        ),
        ("before an index", vec![("0002_rows.sql", format!("{ROWS}\nCREATE INDEX ASYNC u_id ON u (id);"))]),
        (
            "before a baseline's",
            vec![
                ("0002_rows.sql", ROWS.to_owned()),
                ("9000_always.sql", "-- dsql: always\nCOMMENT ON TABLE t IS 'x';".to_owned()),
            ],
        ),
        (
            "under settings",
            vec![(
                "0002_rows.sql",
                format!("SET search_path = public;\nCREATE TABLE w (id int PRIMARY KEY);\n{ROWS}\n{ddl}"),
            )],
        ),
    ] {
        let database = database().await;
        let mut all = vec![TABLE];
        all.extend(files.iter().map(|(name, sql)| (*name, &**sql)));
        let calls = quick().after_migrate(|_| Box::pin(async { Ok(()) }));
        let run = set(&all).with(calls).run(&database.config()).await;
        run.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(database.rows("SELECT count(*) FROM t").await, ["2997"], "{name}");
        database.assert_at_rest().await;
    }
    // First in the set: the tables are not its own.
    let database = database().await;
    database.run(&["CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE u (id int PRIMARY KEY)"]).await;
    let external = "-- dsql: external table t (id int PRIMARY KEY)\n";
    let first = format!("{external}{ROWS}");
    let second = "CREATE TABLE v (id int PRIMARY KEY);";
    set(&[("0001_rows.sql", &first), ("0002_v.sql", second)])
        .run(&database.config())
        .await
        .unwrap_or_else(|error| panic!("first: {error}"));
    assert_eq!(database.rows("SELECT count(*) FROM t").await, ["2997"]);
    database.assert_at_rest().await;
}

/// One more is for the checker to refuse.
#[test]
fn one_row_more_is_refused_before_it_is_sent() {
    let sql = ROWS.replace("2997", "2998");
    assert!(dsql_migrate_tests::sets::set(&[TABLE, ("0002_rows.sql", &sql)]).is_err());
}

#[tokio::test]
async fn batches_of_a_thousand_rows_are_applied() {
    let database = database().await;
    let insert = |from: usize| {
        let values: Vec<String> = (from..from + 1000).map(|id| format!("({id})")).collect();
        format!("INSERT INTO t VALUES {};\n", values.join(", "))
    };
    let seed: String = (0..3).map(|batch| insert(batch * 1000)).collect();
    let migrations =
        set(&[TABLE, ("0002_seed.sql", &seed), ("0003_u.sql", "ALTER TABLE u ADD COLUMN a int;")]);
    migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(database.rows("SELECT count(*) FROM t").await, ["3000"]);
    database.assert_at_rest().await;
}

/// Its journal is more than one transaction can delete.
#[tokio::test]
async fn a_file_of_many_steps_completes() {
    let database = database().await;
    let comments: String = (1..5000).map(|n| format!("COMMENT ON TABLE many IS '{n}';\n")).collect();
    let sql = format!("CREATE TABLE many (id int PRIMARY KEY);\n{comments}");
    let migrations =
        set(&[("0001_many.sql", &sql), ("0002_next.sql", "CREATE TABLE next (id int PRIMARY KEY);")]);
    let report = migrations.run(&database.config()).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(report.applied.len(), 2);
    assert_eq!(database.rows("SELECT obj_description('many'::regclass)").await, ["4999"]);
    database.assert_at_rest().await;
    assert!(migrations.run(&database.config()).await.expect("it is current").is_current());
}
