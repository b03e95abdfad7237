//! What is refused beyond the recordings, in the server's words, and what must not be.

use crate::support::{client, endpoint, refusal, said};

const SETUP: &[&str] = &[
    "CREATE TABLE p (id int PRIMARY KEY, v text)",
    "CREATE TABLE t (id int PRIMARY KEY, v text, j jsonb, b bigint NOT NULL, CONSTRAINT c CHECK (id > 0))",
    "CREATE SEQUENCE s CACHE 1",
    "CREATE DOMAIN d AS text",
];

#[tokio::test]
async fn alter_table_is_refused_action_by_action() {
    const CONSTRAINT: &str = "ALTER TABLE ADD COLUMN with constraint not supported";
    const ADD: &str = "unsupported ALTER TABLE ADD CONSTRAINT statement";
    check(&[
        ("ALTER TABLE t ADD COLUMN a int DEFAULT 1", CONSTRAINT),
        ("ALTER TABLE t ADD a int PRIMARY KEY", CONSTRAINT),
        ("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int REFERENCES p (id)", CONSTRAINT),
        ("ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS (id + 1) STORED", CONSTRAINT),
        ("ALTER TABLE t ADD COLUMN a int, ADD COLUMN e int NOT NULL", CONSTRAINT),
        ("ALTER TABLE t ADD COLUMN a text COLLATE \"C\"", "COLLATE clause not supported"),
        (
            "ALTER TABLE ONLY public.t ALTER COLUMN v SET NOT NULL",
            "unsupported ALTER TABLE ALTER COLUMN ... SET NOT NULL statement",
        ),
        (
            "ALTER TABLE t ALTER v SET STATISTICS 10",
            "unsupported ALTER TABLE ALTER COLUMN ... SET STATISTICS statement",
        ),
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (id > 1)", ADD),
        ("ALTER TABLE t ADD PRIMARY KEY (id)", ADD),
        ("ALTER TABLE t ADD UNIQUE (v)", ADD),
        (
            "ALTER TABLE t ADD CONSTRAINT u UNIQUE (v) NOT VALID",
            "UNIQUE constraints cannot be marked NOT VALID",
        ),
        ("ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES p (id)", ADD),
        ("ALTER TABLE t DROP CONSTRAINT t_pkey", "unsupported ALTER TABLE DROP CONSTRAINT statement"),
        ("ALTER TABLE t DROP COLUMN v, DROP COLUMN id", "cannot drop primary key column id"),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "unsupported ALTER TABLE ENABLE ROW SECURITY statement"),
        ("ALTER DOMAIN d SET NOT NULL", "unsupported ALTER DOMAIN statement"),
    ])
    .await;
}

#[tokio::test]
async fn definitions_are_judged_by_what_they_leave_in_the_catalog() {
    check(&[
        ("CREATE TABLE x (a smallserial)", "type \"smallserial\" does not exist"),
        ("CREATE TABLE x (a bigserial)", "type \"bigserial\" does not exist"),
        ("CREATE TABLE x (a text UNIQUE DEFERRABLE)", "DEFERRABLE constraint not supported"),
        ("CREATE TABLE x (a text COLLATE \"C\")", "COLLATE clause not supported"),
        ("CREATE TABLE x (a jsonb PRIMARY KEY)", "datatype jsonb is not supported in a key"),
        ("CREATE TABLE x (a json UNIQUE)", "datatype json is not supported in a key"),
        ("CREATE TABLE x (a bytea PRIMARY KEY)", "datatype bytea is not supported in a key"),
        ("CREATE TABLE x (a int8range)", "datatype int8range not supported"),
        ("CREATE TABLE x (a macaddr8)", "datatype macaddr8 not supported"),
        ("CREATE TABLE x (a t)", "datatype t not supported"),
        (
            "CREATE TABLE x (LIKE t) PARTITION BY RANGE (id)",
            "PARTITION BY clause not supported for CREATE TABLE",
        ),
        ("CREATE TABLE x PARTITION OF t DEFAULT", "PARTITION OF clause not supported for CREATE TABLE"),
        ("CREATE TABLE x (a int) WITH (fillfactor = 70)", "WITH clause not supported for CREATE TABLE"),
        ("SELECT * INTO x FROM t", "unsupported statement: CreateTableAs"),
        ("CREATE TEMP TABLE x AS SELECT 1", "unsupported statement: CreateTableAs"),
        ("CREATE INDEX CONCURRENTLY i ON t (v)", "CONCURRENTLY not supported for CREATE INDEX"),
        ("CREATE INDEX ASYNC i ON t USING btree (v)", "USING not supported for CREATE INDEX"),
        ("CREATE INDEX ASYNC i ON t (v DESC)", "specifying sort order not supported for index keys"),
        ("CREATE INDEX ASYNC i ON t (v text_pattern_ops)", "opclass not supported for index keys"),
        ("CREATE INDEX ASYNC i ON t (j)", "datatype jsonb is not supported in a key"),
        ("CREATE INDEX ASYNC i ON t ((random()))", "functions in index expression must be marked IMMUTABLE"),
        ("DROP INDEX CONCURRENTLY t_pkey", "DROP INDEX CONCURRENTLY must be first action in transaction"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$",
            "CREATE FUNCTION with language plpgsql not supported",
        ),
        ("DROP DOMAIN d CASCADE", "DROP DOMAIN with CASCADE unsupported"),
        (
            "CREATE SEQUENCE q AS integer CACHE 1",
            "datatype integer not supported, sequence type must be bigint",
        ),
        ("ALTER SEQUENCE s CACHE 20", "sequence CACHE must be greater than or equal to 65536 or equal to 1"),
    ])
    .await;
}

#[tokio::test]
async fn sessions_and_statements_that_dsql_does_not_have() {
    check(&[
        ("DO $$ BEGIN END $$", "unsupported statement: Do"),
        ("LOCK TABLE t", "unsupported statement: Lock"),
        ("DECLARE c CURSOR FOR SELECT 1", "unsupported statement: DeclareCursor"),
        ("PREPARE q AS SELECT 1", "unsupported statement: Prepare"),
        ("SET ROLE app", "setting configuration parameter \"role\" not supported"),
        ("SET app.user = 'x'", "setting configuration parameter \"app.user\" not supported"),
        (
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "Unsupported isolation level: SERIALIZABLE",
        ),
        ("GRANT CONNECT ON DATABASE postgres TO public", "unsupported object type in GRANT"),
        (
            "SELECT * FROM t FOR SHARE",
            "locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported",
        ),
        (
            "TABLE t FOR NO KEY UPDATE",
            "locking clauses other than FOR UPDATE/FOR KEY SHARE are not supported",
        ),
        ("PREPARE TRANSACTION 'x'", "unsupported transaction statement: PREPARE TRANSACTION"),
        ("RELEASE SAVEPOINT s", "unsupported transaction statement: RELEASE"),
        ("CREATE POLICY o ON t", "unsupported statement: CreatePolicy"),
        ("CREATE PROCEDURE x() LANGUAGE sql AS $$ SELECT 1 $$", "PROCEDURE is not supported"),
    ])
    .await;
}

#[tokio::test]
async fn returning_knows_neither_old_nor_new() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for sql in SETUP.iter().chain(&[
        "CREATE SCHEMA old",
        "CREATE TABLE old.u (id int)",
        "CREATE FUNCTION old.f(a int) RETURNS int LANGUAGE sql RETURN a",
    ]) {
        client.batch_execute(sql).await.unwrap();
    }
    for (sql, name) in [
        ("UPDATE p SET v = 'x' RETURNING old.v", "old"),
        ("UPDATE p SET v = 'x' RETURNING id, NEW.v, old.v", "new"),
        ("INSERT INTO p VALUES (1, 'a') RETURNING \"new\".id", "new"),
        ("DELETE FROM p USING t WHERE t.id = p.id RETURNING coalesce(old.v, 'x')", "old"),
        ("UPDATE p SET v = 'x' RETURNING v IS DISTINCT FROM old.v", "old"),
        ("UPDATE p SET v = 'x' RETURNING extract(year FROM old.v::date)", "old"),
        ("UPDATE p SET v = 'x' RETURNING (SELECT max(t.id) FROM t WHERE t.id = old.id)", "old"),
        ("WITH d AS (DELETE FROM p RETURNING old.*) SELECT * FROM d", "old"),
        (
            "EXPLAIN INSERT INTO p VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET v = 'x' RETURNING old.id",
            "old",
        ),
        ("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$ DELETE FROM p RETURNING old.v $f$", "old"),
        (
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC DELETE FROM p RETURNING old.v; END",
            "old",
        ),
    ] {
        let answer = ("42P01".to_string(), format!("missing FROM-clause entry for table \"{name}\""));
        assert_eq!(said(client.batch_execute(sql).await), answer, "{sql}");
        assert_eq!(said(client.execute(sql, &[]).await), answer, "{sql}, prepared");
    }
    for sql in
        ["UPDATE p SET v = 'x' RETURNING WITH (OLD AS o) o.v", "DELETE FROM p RETURNING WITH (NEW AS n) id"]
    {
        let answer = ("42601".to_string(), "syntax error at or near \"WITH\"".to_string());
        assert_eq!(said(client.batch_execute(sql).await), answer, "{sql}");
    }
    for sql in [
        "UPDATE p AS old SET v = 'x' RETURNING old.v",
        "UPDATE p SET v = 'x' FROM (SELECT id FROM t) AS new WHERE p.id = new.id RETURNING new.id",
        "WITH old AS (DELETE FROM p RETURNING id) SELECT old.id FROM old",
        "WITH d AS (DELETE FROM p RETURNING id) SELECT d.id FROM d, old.u",
        "WITH d AS (DELETE FROM p RETURNING id) INSERT INTO old.u SELECT id FROM d",
        "DELETE FROM p RETURNING old.f(id)",
        "DELETE FROM p RETURNING (SELECT count(old.u.id) FROM old.u)",
        "SELECT 'returning old.x'",
    ] {
        if let Err(error) = client.simple_query(sql).await {
            panic!("{sql}: {:?}", error.as_db_error());
        }
    }
}

#[tokio::test]
async fn what_dsql_takes_is_not_refused() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for sql in SETUP.iter().chain(&[
        "CREATE TABLE f (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), p int REFERENCES p (id) ON DELETE CASCADE DEFERRABLE)",
        "CREATE TABLE g (id bigint GENERATED BY DEFAULT AS IDENTITY (CACHE 65536) PRIMARY KEY, w int GENERATED ALWAYS AS (1) STORED)",
        "CREATE TABLE IF NOT EXISTS t (id int)",
        "ALTER TABLE t ADD COLUMN a int, ALTER COLUMN a SET DEFAULT 7",
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int NULL",
        "ALTER TABLE t ALTER COLUMN b DROP NOT NULL",
        "ALTER TABLE t RENAME COLUMN a TO aa",
        "ALTER TABLE t RENAME CONSTRAINT c TO cc",
        "ALTER TABLE t DROP CONSTRAINT cc",
        "ALTER TABLE t ADD CONSTRAINT k CHECK (id > 1) NOT VALID",
        "ALTER TABLE t ADD CONSTRAINT q FOREIGN KEY (id) REFERENCES p (id) NOT VALID",
        "ALTER TABLE t DROP COLUMN v",
        "ALTER TABLE g ALTER COLUMN id RESTART WITH 10",
        "CREATE INDEX ASYNC ON t (b NULLS FIRST) INCLUDE (aa) WHERE b > 0",
        "CREATE INDEX ASYNC e ON p (lower(v))",
        "ALTER INDEX e RENAME TO ee",
        "DROP INDEX ee",
        "CREATE OR REPLACE VIEW w AS SELECT * FROM p",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql IMMUTABLE RETURN a + 1",
        "CREATE SCHEMA other",
        "COMMENT ON TABLE t IS 'a comment'",
        "GRANT SELECT ON t TO public",
        "CREATE STATISTICS st ON id, b FROM t",
        "ALTER SEQUENCE s RESTART",
        "SELECT nextval('s')",
        "ALTER DOMAIN d SET DEFAULT 'x'",
        "DROP DOMAIN d",
        "SET search_path = other, public",
        "SET TIME ZONE 'UTC'",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "RESET search_path",
        "DEALLOCATE ALL",
        "DROP TRIGGER IF EXISTS x ON t",
        "EXPLAIN ANALYZE SELECT * FROM t",
        "SELECT 'for share, tablesample, merge into x', \"id\" FROM p FOR KEY SHARE",
        "SELECT 1 FOR SHARE",
        "SELECT 1 FOR UPDATE",
        "SELECT * FROM (SELECT 1 FOR UPDATE) x FOR UPDATE",
        "WITH i AS (INSERT INTO p VALUES (1, 'x') RETURNING id) SELECT * FROM i",
        "INSERT INTO p SELECT 2, 'y' ON CONFLICT (id) DO UPDATE SET v = excluded.v",
        "DROP TABLE f, g",
        "DROP SCHEMA other CASCADE",
    ]) {
        if let Err(error) = client.simple_query(sql).await {
            panic!("{sql}: {:?}", error.as_db_error());
        }
    }
}

/// Each statement by both protocols, refused in these words.
async fn check(cases: &[(&str, &str)]) {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    for sql in SETUP {
        client.batch_execute(sql).await.unwrap();
    }
    for (sql, words) in cases {
        let simple = said(client.batch_execute(sql).await);
        assert_eq!(simple.1, *words, "{sql}");
        if !words.contains("does not exist")
            && !words.contains("syntax error")
            && !words.contains("IMMUTABLE")
        {
            assert_eq!(simple, refusal(words), "{sql}");
        }
        assert_eq!(said(client.execute(*sql, &[]).await), simple, "{sql}");
    }
}

#[tokio::test]
async fn keys_and_tables_have_their_limits() {
    let endpoint = endpoint().await;
    let client = client(&endpoint).await;
    let columns = |count: usize| (0..count).map(|n| format!("c{n} int")).collect::<Vec<_>>().join(", ");
    let names = |count: usize| (0..count).map(|n| format!("c{n}")).collect::<Vec<_>>().join(", ");
    client
        .batch_execute(&format!("CREATE TABLE t ({}, PRIMARY KEY ({}))", columns(256), names(8)))
        .await
        .unwrap();
    assert_eq!(said(client.batch_execute(&format!("CREATE TABLE u ({})", columns(257))).await).0, "54011");
    assert_eq!(
        said(client.batch_execute(&format!("CREATE INDEX ASYNC ON t ({})", names(9))).await).0,
        "54011"
    );
    for n in 0..23 {
        client.batch_execute(&format!("CREATE INDEX ASYNC ON t (c{n})")).await.unwrap();
    }
    assert_eq!(said(client.batch_execute("CREATE INDEX ASYNC ON t (c99)").await).0, "54000");
    for n in 0..10 {
        client.batch_execute(&format!("CREATE SCHEMA s{n}")).await.unwrap();
    }
    assert_eq!(said(client.batch_execute("CREATE SCHEMA s10").await).0, "54000");
}
